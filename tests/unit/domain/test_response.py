"""A response's history: who did what, when and why; the newest fifty, and nobody's words for ever."""

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.anonymization import anonymized
from earshot.domain.merge import merge
from earshot.domain.response import MOST_KEPT, NONE, Correction, History, Response, first_response
from earshot.domain.statement import Statement, StatementKind
from tests.factories import NOON, make_response, make_statement, make_submission, make_survey

KEY = "0f1e2d3c4b5a"


def with_key(score: int = 3, time: int = NOON + 1, **fields: object) -> Statement:
    return make_statement(score, kind=StatementKind.CHANGED_WITH_KEY, received_at=time, by=KEY, **fields)


def last(response: Response) -> Correction:
    return response.history.corrections[-1]


def test_who_was_never_corrected_has_no_history() -> None:
    partial = make_response(3, kind=StatementKind.PARTIAL)
    assert merge(partial, make_statement(9)).history is NONE
    assert first_response(make_submission(3), make_survey().zone).history is NONE


def test_a_correction_names_its_key_the_fields_and_both_scores_and_never_the_comment() -> None:
    revised = merge(make_response(9, comment="old words"), with_key(3, comment="new words", reason="misheard"))
    assert last(revised) == Correction("revised", NOON + 1, KEY, ("score", "comment"), (9, 3), "misheard")
    assert "words" not in str(revised.history)
    wished = merge(revised, with_key(3, NOON + 2, comment="new words", contact_requested=True))
    assert last(wished).changed == ("contact_requested",)


def test_excluding_and_including_are_distinguished_from_revising() -> None:
    response = make_response(3)
    out = merge(response, with_key(excluded=True, exclusion_reason="a test", reason="a test"))
    back = merge(out, with_key(4, NOON + 2, reason="no test"))
    assert [(one.action, one.changed, one.scores, one.reason) for one in back.history.corrections] == [
        ("excluded", ("excluded",), None, "a test"),
        ("included", ("score", "excluded"), (3, 4), "no test"),
    ]


def test_excluding_again_for_another_reason_is_a_change_of_the_reason() -> None:
    out = merge(make_response(3), with_key(excluded=True, exclusion_reason="a test", reason="a test"))
    again = merge(out, with_key(3, NOON + 2, excluded=True, exclusion_reason="our staff", reason="our staff"))
    assert last(again) == Correction("revised", NOON + 2, KEY, ("exclusion_reason",), None, "our staff")
    scored = merge(again, with_key(4, NOON + 3, excluded=True, exclusion_reason="our staff", reason="misheard"))
    assert last(scored) == Correction("revised", NOON + 3, KEY, ("score",), (3, 4), "misheard")


def test_the_respondents_own_change_is_theirs() -> None:
    changed = merge(make_response(3), make_statement(9, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1))
    assert last(changed) == Correction("revised", NOON + 1, "respondent", ("score",), (3, 9))


def test_an_anonymized_person_leaves_no_reason_behind_and_an_erased_response_no_score() -> None:
    revised = merge(make_response(9, person="ann"), with_key(3, reason="Ann rang us"))
    left = merge(revised, anonymized(revised, NOON + 9, subtract=False))
    assert [(one.action, one.by, one.scores, one.reason) for one in left.history.corrections] == [
        ("revised", KEY, (9, 3), None),
        ("anonymised", "person-erased", None, None),
    ]
    gone = merge(left, Statement(StatementKind.ERASED, NOON + 10, by=KEY))
    assert [(one.action, one.by, one.scores, one.reason) for one in gone.history.corrections] == [
        ("revised", KEY, None, None),
        ("anonymised", "person-erased", None, None),
        ("erased", KEY, None, None),
    ]


def test_an_erasure_before_arrival_names_its_author() -> None:
    submission = make_submission(None, kind=StatementKind.ERASED)
    first = first_response(submission, make_survey().zone)
    assert [one.action for one in first.history.corrections] == ["erased"]


@given(st.integers(0, 3 * MOST_KEPT))
def test_the_newest_fifty_are_kept_and_the_others_counted(times: int) -> None:
    history = reduce(History.with_one, [Correction("revised", time, KEY) for time in range(times)], NONE)
    assert len(history.corrections) + history.left_out == times
    assert [one.corrected_at for one in history.corrections] == list(range(times))[-MOST_KEPT:]


@given(st.lists(st.integers(0, 10), max_size=8))
def test_a_dominated_statement_leaves_no_trace(scores: list[int]) -> None:
    stands = merge(make_response(3), with_key(9, NOON + 100))
    assert reduce(merge, [make_statement(score) for score in scores], stands).history == stands.history
