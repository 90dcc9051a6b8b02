"""What a response adds to the counts of scores and quality flags, and what a change moves."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.counting import (
    QUALITY_FLAGS,
    Cell,
    contribution,
    difference,
    movement,
    quality_flags_difference,
    quality_flags_of,
)
from earshot.domain.merge import merge
from earshot.domain.response import Response
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
    back = merge(out, make_statement(7, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1))
    assert (back.state, back.statement.exclusion_reason) == ("changed", None)
    assert difference(response, back) == {}


def test_a_movement_holds_scores_candidates_and_quality_flags_by_cell() -> None:
    first = make_response(7, series=("land=(other)",), candidates={"land": 4}, seconds=1.0)
    everywhere, other = Cell("all", "2026-11-21"), Cell("land=(other)", "2026-11-21")
    made = movement(None, first)
    assert made.scores == {everywhere: {7: 1}, other: {7: 1}}
    assert made.counters == {everywhere: {"timed": 1, "speeders": 1}, other: {"c4": 1}}
    excluded = make_statement(7, kind=StatementKind.CHANGED_WITH_KEY, excluded=True, exclusion_reason="a test")
    taken_out = movement(first, merge(first, excluded))
    assert taken_out.counters[everywhere] == {"timed": -1, "speeders": -1, "excluded": 1}
    assert (taken_out.cells, movement(first, revised(first, comment="still bad")).cells) == ({everywhere, other}, set())


def test_a_change_of_a_quality_flag_alone_moves_the_count_of_the_day() -> None:
    old = make_response(3)
    assert movement(old, make_response(3, is_repeat=True)).cells == {Cell("all", old.day)}


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({}, ()),
        ({"seconds": 1.999}, ("timed", "speeders")),
        ({"seconds": 0.0}, ("timed", "speeders")),
        ({"seconds": 2.0}, ("timed",)),
        ({"is_repeat": True}, ("repeats",)),
        ({"cleaned": True}, ("cleaned",)),
        ({"cleaned": True, "excluded": True}, ("excluded",)),
        ({"seconds": 1.0, "excluded": True, "is_repeat": True}, ("excluded",)),
        ({"seconds": 1.0, "kind": StatementKind.ANONYMISED}, ("timed", "speeders")),
        ({"kind": StatementKind.ERASED, "score": None, "seconds": 1.0}, ()),
        ({"score": None, "excluded": True}, ()),
    ],
)
def test_quality_flags_are_derived_from_what_is_stored(fields: dict[str, Any], flags: tuple[str, ...]) -> None:
    assert quality_flags_of(make_response(**fields)) == flags
    assert set(flags) <= set(QUALITY_FLAGS)


responses = st.builds(
    make_response,
    st.integers(0, 10) | st.none(),
    kind=st.sampled_from(StatementKind),
    seconds=st.none() | st.sampled_from([0.5, 5.0]),
    excluded=st.booleans(),
    is_repeat=st.booleans(),
    cleaned=st.booleans(),
)


@given(st.lists(responses, min_size=1))
def test_all_changes_of_a_response_together_leave_its_quality_flags(history: list[Response]) -> None:
    sums = dict.fromkeys(QUALITY_FLAGS, 0)
    for old, new in zip([None, *history], history, strict=False):
        for flag, change in quality_flags_difference(old, new).items():
            sums[flag] += change
    assert [name for name, count in sums.items() if count == 1] == list(quality_flags_of(history[-1]))
    assert set(sums.values()) <= {0, 1}
