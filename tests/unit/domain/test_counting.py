"""What a response adds to the counts, and what a change moves."""

from earshot.domain.counting import Cell, contribution, difference
from earshot.domain.merge import merge
from earshot.domain.statement import Statement, StatementKind
from tests.factories import NOON, make_response, make_statement, revised


def test_a_response_counts_in_all_and_in_each_of_its_series() -> None:
    counted = contribution(make_response(7, series=("plan=pro",)))
    assert counted == {Cell("all", "2026-11-21"): {7: 1}, Cell("plan=pro", "2026-11-21"): {7: 1}}


def test_what_is_erased_counts_nowhere_and_is_taken_back() -> None:
    response = make_response(7)
    erased = merge(response, Statement(StatementKind.ERASED, NOON + 1))
    assert contribution(erased) == {}
    assert difference(response, erased) == {Cell("all", "2026-11-21"): {7: -1}}
    assert (erased.score, erased.statement.comment, erased.person, erased.statement.properties) == (
        None,
        None,
        None,
        {},
    )


def test_a_change_of_score_moves_one_count() -> None:
    old = make_response(3)
    assert difference(old, revised(old, score=9)) == {Cell("all", "2026-11-21"): {9: 1, 3: -1}}


def test_a_change_of_comment_moves_no_count() -> None:
    old = make_response(3)
    assert difference(old, revised(old, comment="still bad")) == {}


def test_what_is_excluded_counts_nowhere_and_stays_visible() -> None:
    response = make_response(7, comment="fine", series=("plan=pro",))
    out = merge(
        response, make_statement(7, kind=StatementKind.CHANGED_WITH_KEY, excluded=True, exclusion_reason="a test")
    )
    assert (out.state, out.score, out.statement.exclusion_reason, out.counted_series) == ("excluded", 7, "a test", ())
    assert difference(response, out) == {Cell("all", "2026-11-21"): {7: -1}, Cell("plan=pro", "2026-11-21"): {7: -1}}
    back = merge(out, make_statement(7, kind=StatementKind.CHANGED_WITH_KEY, received=NOON + 1))
    assert (back.state, back.statement.exclusion_reason) == ("changed", None)
    assert difference(response, back) == {}
