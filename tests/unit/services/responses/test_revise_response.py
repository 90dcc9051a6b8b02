"""Correcting and erasing: the counts follow at once, a competitor is waited for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.anonymization import anonymized
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.errors import BusyError, ConflictError, NotFoundError
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.ports.ledger import Change, Refusal, Verdict
from earshot.services.responses.record_responses import record
from earshot.services.responses.revise_response import Target, erase
from earshot.services.responses.revise_response import correct as correct_in
from earshot.services.responses.update_response import update
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes.alerts import no_alerts
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.raised_alerts import RaisedAlerts
from tests.fakes.surveys import InMemorySurveys

SURVEYS = InMemorySurveys(make_survey())
INVITATIONS = InMemoryInvitations()
correct = partial(correct_in, surveys=SURVEYS)
KEY = "0f1e2d3c4b5a"
OUT = {"excluded": True, "reason": "a test"}
STATED = {
    "final": StatementKind.FINAL,
    "partial": StatementKind.PARTIAL,
    "changed": StatementKind.CHANGED_BY_RESPONDENT,
}


def target(response: str = "", now: int = NOON + 60_000) -> Target:
    return Target("demo", response or uuid7(), now, "request", KEY)


def ports(ledger: InMemoryLedger) -> dict[str, Any]:
    return {"ledger": ledger, "people": InMemoryPeople(ledger), "pause": no_pause}


@pytest.fixture
def ledger() -> InMemoryLedger:
    ledger = InMemoryLedger()
    record([make_submission(3, comment="bad")], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger


def test_a_corrected_score_moves_the_count_and_keeps_the_comment(ledger: InMemoryLedger) -> None:
    corrected = correct(target(), {"score": 9}, **ports(ledger))
    assert (corrected.score, corrected.statement.comment, corrected.kind.state) == (9, "bad", "changed")
    assert ledger.counted() == ledger.recount() == {("demo", "all", "2026-11-21"): [0] * 9 + [1, 0]}


def test_of_two_corrections_the_later_stands_even_within_a_millisecond(ledger: InMemoryLedger) -> None:
    correct(target(), {"score": 9}, **ports(ledger))
    assert correct(target(), {"score": 1}, **ports(ledger)).score == 1
    assert correct(target(), {"comment": None}, **ports(ledger)).score == 1


def test_the_wish_for_contact_is_corrected_and_kept_by_a_correction_of_anything_else(ledger: InMemoryLedger) -> None:
    wished = correct(target(), {"contact_requested": True}, **ports(ledger))
    assert (wished.statement.contact_requested, wished.history.corrections[-1].changed) == (
        True,
        ("contact_requested",),
    )
    assert correct(target(), {"score": 9}, **ports(ledger)).statement.contact_requested
    assert not correct(target(), {"contact_requested": False}, **ports(ledger)).statement.contact_requested


def test_a_correction_meets_whatever_was_faster(ledger: InMemoryLedger) -> None:
    conflicts: list[list[Refusal]] = [[Refusal(Verdict.BUSY)]] * 2
    ledger.before = lambda _: conflicts.pop() if conflicts else None
    assert correct(target(), {"score": 0}, **ports(ledger)).score == 0


def done(response: Response) -> list[str]:
    return [correction.action for correction in response.history.corrections]


def test_an_excluded_response_counts_no_more_until_it_is_included_again(ledger: InMemoryLedger) -> None:
    out = correct(target(), OUT, **ports(ledger))
    assert (out.state, out.score, out.statement.comment, out.statement.exclusion_reason) == (
        "excluded",
        3,
        "bad",
        "a test",
    )
    assert ledger.counted() == ledger.recount() == {}
    back = correct(target(), {"excluded": False, "reason": "no test"}, **ports(ledger))
    assert ledger.counted() == ledger.recount() == {("demo", "all", "2026-11-21"): [0] * 3 + [1] + [0] * 7}
    assert done(back) == ["excluded", "included"]


def test_a_repeat_that_changes_nothing_writes_nothing(ledger: InMemoryLedger) -> None:
    for changes in (OUT, {"score": 9}, {"comment": None}, {"contact_requested": True}):
        once = correct(target(), changes, **ports(ledger))
        assert correct(target(now=NOON + DAY), changes, **ports(ledger)) == once
    assert ledger.recount() == {}


def test_what_was_never_excluded_is_not_changed_by_including_it(ledger: InMemoryLedger) -> None:
    same = correct(target(), {"excluded": False, "reason": "why not"}, **ports(ledger))
    assert (same.revision, same.state, done(same)) == (1, "final", [])


def test_a_score_confirmed_with_a_key_outranks_the_respondent_from_then_on(ledger: InMemoryLedger) -> None:
    confirmed = correct(target(), {"score": 3}, **ports(ledger))
    assert (confirmed.state, done(confirmed), confirmed.history.corrections[0].changed) == ("changed", ["revised"], ())


def test_another_reason_for_an_exclusion_is_kept_with_the_first(ledger: InMemoryLedger) -> None:
    correct(target(), OUT, **ports(ledger))
    again = correct(target(), OUT | {"reason": "a robot"}, **ports(ledger))
    assert (again.statement.exclusion_reason, [one.reason for one in again.history.corrections]) == (
        "a robot",
        ["a test", "a robot"],
    )


def test_a_score_corrected_while_excluded_stays_out_and_keeps_the_reason(ledger: InMemoryLedger) -> None:
    correct(target(), OUT, **ports(ledger))
    revised = correct(target(), {"score": 10, "reason": "misheard"}, **ports(ledger))
    assert (revised.state, revised.score, revised.statement.exclusion_reason) == ("excluded", 10, "a test")
    assert ledger.counted() == {}
    correct(target(), {"excluded": False, "reason": "no test"}, **ports(ledger))
    assert ledger.counted() == ledger.recount() == {("demo", "all", "2026-11-21"): [0] * 10 + [1]}


@pytest.mark.parametrize("clock", [0, -DAY])
def test_the_history_keeps_its_order_within_a_millisecond_and_by_a_slow_clock(
    ledger: InMemoryLedger, clock: int
) -> None:
    for changes in ({"score": 9}, OUT, {"score": 0}):
        corrected = correct(target(now=NOON + 60_000 + clock), changes, **ports(ledger))
        clock *= 2
    times = [correction.corrected_at for correction in corrected.history.corrections]
    assert (done(corrected), times) == (["revised", "excluded", "revised"], sorted(set(times)))


def test_of_two_keys_at_once_both_are_in_the_history_and_the_counts_follow_the_last(ledger: InMemoryLedger) -> None:
    others = [replace(target(), by="ffffffffffff")]

    def interfere(_: Sequence[Change]) -> list[Refusal] | None:
        if others:
            correct(others.pop(), {"score": 8}, **ports(ledger))
        return None

    ledger.before = interfere
    corrected = correct(target(), OUT, **ports(ledger))
    assert [(one.action, one.by) for one in corrected.history.corrections] == [
        ("revised", "ffffffffffff"),
        ("excluded", KEY),
    ]
    assert (corrected.score, ledger.counted(), ledger.recount()) == (8, {}, {})


def test_a_write_whose_reply_was_lost_is_in_the_history_once(ledger: InMemoryLedger) -> None:
    lost = [Refusal(Verdict.BUSY)]

    def lose(changes: Sequence[Change]) -> list[Refusal] | None:
        if not lost:
            return None
        refused, ledger.before = [lost.pop()], lambda _: None
        ledger.commit(changes)
        ledger.before = lose
        return refused

    ledger.before = lose
    assert done(correct(target(), OUT, **ports(ledger))) == ["excluded"]


@pytest.mark.parametrize(
    "later",
    [
        {"score": 10, "received_at": NOON - 1},
        {"score": 10, "kind": StatementKind.PARTIAL, "received_at": NOON + DAY},
        {"score": 10, "kind": StatementKind.CHANGED_BY_RESPONDENT, "received_at": NOON + DAY},
    ],
    ids=["an earlier final", "a partial", "the respondent"],
)
def test_what_is_excluded_stays_so_whatever_comes_later(ledger: InMemoryLedger, later: dict[str, Any]) -> None:
    correct(target(), OUT, **ports(ledger))
    for _ in range(2):
        record([make_submission(**later)], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    assert ledger.counted() == ledger.recount() == {}


Step = tuple[str, int, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(["final", "partial", "changed", "revise", "exclude", "include", "anonymise"]),
        st.integers(0, 10),
        st.integers(-3, 3),
    ),
    max_size=8,
)


@given(steps)
def test_whatever_happens_the_counts_are_those_of_the_last_statement_with_a_key(history: list[Step]) -> None:
    ledger = InMemoryLedger()
    record([make_submission(5)], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    with_key: dict[str, Any] = {}
    is_anonymized = False
    for step, score, clock in history:
        now = NOON + 60_000 + clock
        if step in STATED:
            later = make_submission(score, kind=STATED[step], received_at=now)
            record([later], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
        elif step == "anonymise":
            anonymize = partial(anonymized, now=now, subtract=False)
            update("demo", uuid7(), anonymize, **ports(ledger))
            is_anonymized = True
        else:
            changes = {"score": score} if step == "revise" else {"excluded": step == "exclude", "reason": "so"}
            try:
                correct(target(now=now), changes, **ports(ledger))
            except ConflictError:
                assert is_anonymized
            else:
                with_key |= changes
        found = ledger.find("demo", uuid7())
        assert found is not None
        assert found.statement.excluded == with_key.get("excluded", False)
        assert found.score == with_key.get("score", found.score)
        assert ledger.counted() == ledger.recount()
        assert sum(map(sum, ledger.counted().values())) == (0 if found.statement.excluded else 1)


def test_an_erasure_takes_the_reasons_along(ledger: InMemoryLedger) -> None:
    correct(target(), OUT, **ports(ledger))
    erase(target(), surveys=SURVEYS, invitations=INVITATIONS, alerts=no_alerts(), **ports(ledger))
    found = ledger.find("demo", uuid7())
    assert found is not None
    assert (found.state, found.statement.exclusion_reason, done(found)) == ("erased", None, ["excluded", "erased"])
    assert {one.reason for one in found.history.corrections} == {None}
    assert {one.by for one in found.history.corrections} == {KEY}


def test_a_response_that_never_holds_still_is_busy(ledger: InMemoryLedger) -> None:
    def always(changes: Sequence[Change]) -> list[Refusal]:
        return [Refusal(Verdict.BUSY) for _ in changes]

    ledger.before = always
    with pytest.raises(BusyError):
        correct(target(), {"score": 0}, **ports(ledger))


def test_what_is_not_there_cannot_be_corrected(ledger: InMemoryLedger) -> None:
    with pytest.raises(NotFoundError):
        correct(target(uuid7(seed="other")), {"score": 0}, **ports(ledger))


@pytest.mark.parametrize("now", [NOON + 60_000, NOON + 30 * DAY])
def test_an_erased_response_counts_no_more_and_cannot_be_corrected(ledger: InMemoryLedger, now: int) -> None:
    erase(
        target(now=now),
        surveys=SURVEYS,
        ledger=ledger,
        people=InMemoryPeople(ledger),
        invitations=INVITATIONS,
        alerts=no_alerts(),
        pause=no_pause,
    )
    assert ledger.counted() == {}
    with pytest.raises(NotFoundError):
        correct(target(), {"score": 0}, **ports(ledger))
    erase(
        target(now=now + 1),
        surveys=SURVEYS,
        ledger=ledger,
        people=InMemoryPeople(ledger),
        invitations=INVITATIONS,
        alerts=no_alerts(),
        pause=no_pause,
    )


@pytest.mark.parametrize("clock", [0, -30 * DAY])
def test_what_is_erased_before_it_arrives_never_counts(clock: int) -> None:
    ledger, response = InMemoryLedger(), uuid7(NOON + clock, "late")
    erase(
        target(response),
        surveys=SURVEYS,
        ledger=ledger,
        people=InMemoryPeople(ledger),
        invitations=INVITATIONS,
        alerts=no_alerts(),
        pause=no_pause,
    )
    record([make_submission(3, id=response)], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    found = ledger.find("demo", response)
    assert found is not None
    assert found.kind is StatementKind.ERASED
    assert ledger.counted() == {}


def test_nothing_is_erased_from_a_survey_that_is_not_there(ledger: InMemoryLedger) -> None:
    with pytest.raises(NotFoundError):
        erase(
            Target("gone", uuid7(), NOON, "", KEY),
            surveys=SURVEYS,
            ledger=ledger,
            people=InMemoryPeople(ledger),
            invitations=INVITATIONS,
            alerts=no_alerts(),
            pause=no_pause,
        )


@pytest.mark.parametrize("crashes", [False, True])
def test_what_waits_of_an_erased_response_is_withdrawn_also_by_a_repeat(ledger: InMemoryLedger, crashes: bool) -> None:
    raised = RaisedAlerts()
    response = ledger.find("demo", target().response)
    assert response is not None
    raised.raise_on(response)

    def erase_it() -> None:
        ports: dict[str, Any] = {"people": InMemoryPeople(ledger), "invitations": INVITATIONS, "pause": no_pause}
        erase(target(), surveys=SURVEYS, ledger=ledger, alerts=raised.withdraw, **ports)

    if crashes:

        def crash(call: str) -> None:
            if call == "before delete_of_response":
                raise CrashError

        raised.hook = crash
        with pytest.raises(CrashError):
            erase_it()
        raised.hook = lambda _: None
    erase_it()
    assert (raised.leading_to(response.id), raised.alerts.kept) == ([], {})


def test_score_and_comment_of_a_submission_are_erased_with_its_response_also_after_another() -> None:
    ledger, invitations = InMemoryLedger(), InMemoryInvitations()
    submission = make_submission(9, comment="It is me, Ann", person="ann")
    record([submission], surveys=SURVEYS, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    asked = make_invitation(
        response=submission.id, attempts=(SubmitAttempt(9, NOON, comment=Comment.of("It is me, Ann")),)
    )
    invitations.kept["ann", asked.id] = asked
    again = [SubmitAttempt(9, NOON + 1, comment=Comment.of("Ann again"))]

    def submit(call: str) -> None:
        if call == "erase_response" and again:
            assert invitations.add_attempt("ann", asked.id, submission.id, again.pop())

    invitations.before = submit
    erase(
        target(submission.id),
        surveys=SURVEYS,
        ledger=ledger,
        people=InMemoryPeople(ledger),
        invitations=invitations,
        alerts=no_alerts(),
        pause=no_pause,
    )
    kept = invitations.kept["ann", asked.id]
    assert [(attempt.score, attempt.comment) for attempt in kept.attempts] == [(None, None), (None, None)]
    assert (kept.has_counting_attempt, kept.is_dead) == (True, True)
    assert invitations.add_attempt("ann", asked.id, submission.id, SubmitAttempt(1, NOON + 2)) is None


SEGMENTED = make_survey(segments=("plan", "region"), open_segments=("plan", "region"))
some_properties = st.dictionaries(
    st.sampled_from(["plan", "region", "team"]), st.sampled_from(["a", "b", "c", ""]), max_size=3
).map(lambda fields: {name: value for name, value in fields.items() if value})


def test_a_corrected_property_moves_the_count_to_its_segment(ledger: InMemoryLedger) -> None:
    surveys = InMemorySurveys(replace(SEGMENTED))
    moved = correct_in(target(), {"properties": {"plan": "pro", "team": "x"}}, surveys=surveys, **ports(ledger))
    assert (moved.statement.properties, moved.series, moved.score) == ({"plan": "pro", "team": "x"}, ("plan=pro",), 3)
    assert moved.history.corrections[-1].changed == ("properties",)
    at_3 = [int(score == 3) for score in range(11)]
    assert ledger.counted() == {("demo", name, "2026-11-21"): at_3 for name in ("all", "plan=pro")}
    assert surveys.with_values(SEGMENTED).knows("plan", "pro")
    again = correct_in(target(), {"properties": {"plan": "pro", "team": "x"}}, surveys=surveys, **ports(ledger))
    assert again.revision == moved.revision
    gone = correct_in(target(), {"properties": {}}, surveys=surveys, **ports(ledger))
    assert (gone.statement.properties, gone.series) == ({}, ())
    assert ledger.counted() == ledger.recount() == {("demo", "all", "2026-11-21"): at_3}


def test_a_correction_of_the_score_leaves_the_segments_as_they_are(ledger: InMemoryLedger) -> None:
    surveys = InMemorySurveys(replace(SEGMENTED))
    correct_in(target(), {"properties": {"plan": "pro"}}, surveys=surveys, **ports(ledger))
    assert correct_in(target(), {"score": 9}, surveys=surveys, **ports(ledger)).series == ("plan=pro",)
    assert ledger.counted() == ledger.recount()


def test_properties_of_somebody_who_was_erased_are_not_corrected(ledger: InMemoryLedger) -> None:
    update("demo", uuid7(), lambda old: anonymized(old, NOON, subtract=False), **ports(ledger))
    with pytest.raises(ConflictError):
        correct(target(), {"properties": {"plan": "pro"}}, **ports(ledger))


@given(
    st.lists(st.tuples(st.integers(0, 10), st.sampled_from([None, "ann", "bob"]), some_properties), max_size=6),
    st.lists(st.tuples(st.integers(0, 5), some_properties | st.integers(0, 10) | st.booleans()), max_size=12),
)
def test_after_any_moves_between_segments_the_counts_equal_a_recount(
    rows: list[tuple[int, str | None, dict[str, str]]], moves: list[tuple[int, dict[str, str] | int | bool]]
) -> None:
    surveys, ledger = InMemorySurveys(replace(SEGMENTED)), InMemoryLedger()
    kept = ports(ledger)
    submissions = [
        make_submission(score, id=uuid7(NOON - at * DAY, str(at)), properties=properties, person=person)
        for at, (score, person, properties) in enumerate(rows)
    ]
    for submission in submissions:
        record([submission], surveys=surveys, **kept)
    for time, (at, change) in enumerate(moves):
        if at >= len(submissions):
            continue
        changes = {"excluded": change, "reason": "x"} if isinstance(change, bool) else (
            {"score": change} if isinstance(change, int) else {"properties": change}
        )  # fmt: skip
        correct_in(target(submissions[at].id, NOON + time), changes, surveys=surveys, **kept)
        assert ledger.counted() == ledger.recount()
    survey = surveys.with_values(SEGMENTED)
    for item in ledger.items.values():
        assert isinstance(item, Response)
        assert item.series == survey.series_of(item.statement.properties)
