"""Cases as lists and measures have them, and what runs out."""

from dataclasses import replace

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.case_settings import Priority
from earshot.domain.cases import NEVER, CaseState, SubjectKind, figures_of, month_of
from earshot.domain.opened_cases import Opening, opened_by
from tests.factories import NOON

CASE = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.PERSON, "ann", Opening(5))
CLOSED = {CaseState.RESOLVED, CaseState.UNREACHABLE, CaseState.NO_ACTION}


def test_three_states_are_closed() -> None:
    assert {state for state in CaseState if state.is_closed} == CLOSED


def test_figures_have_neither_person_nor_words() -> None:
    case = replace(CASE, person="Ann Secret", response="r-secret")
    assert "ecret" not in repr(figures_of(case))


def test_the_clock_of_the_first_contact_is_due_first_then_the_closing_one() -> None:
    figures = figures_of(CASE)
    assert figures.due_at == CASE.contact_due_at
    contacted = replace(figures, contacted_at=NOON, state=CaseState.CONTACTED)
    assert contacted.due_at == CASE.close_due_at
    assert replace(contacted, is_waiting=True).due_at == NEVER
    assert replace(figures, state=CaseState.RESOLVED).due_at == NEVER


def test_a_case_is_breached_once_a_clock_ran_out() -> None:
    figures = figures_of(CASE)
    assert (figures.is_breached(CASE.contact_due_at), figures.is_breached(CASE.contact_due_at + 1)) == (False, True)
    assert replace(figures, breached_contact=True).is_breached(0)
    assert replace(figures, breached_close=True).is_breached(0)


@pytest.mark.parametrize("state", CLOSED)
def test_no_clock_of_a_closed_case_runs_out(state: CaseState) -> None:
    closed = replace(CASE, state=state)
    assert closed.with_breaches(NEVER) == closed


def test_a_case_that_waits_breaches_no_closing_clock() -> None:
    waits = replace(CASE, contacted_at=NOON, waiting_since=NOON)
    assert waits.with_breaches(NEVER) == waits
    assert replace(waits, waiting_since=None).with_breaches(NEVER).breached_close


def test_the_lowest_score_and_the_highest_priority_of_those_that_join_count() -> None:
    assert [CASE.worsened(score, Priority.NORMAL).score for score in (6, 3, 0, None)] == [5, 3, 0, 5]
    assert replace(CASE, score=None).worsened(4, Priority.NORMAL).score == 4
    urgent = CASE.worsened(6, Priority.HIGH)
    assert (urgent.priority, urgent.responses, urgent.revision) == (Priority.HIGH, 2, 2)
    assert urgent.worsened(6, Priority.NORMAL).priority is Priority.HIGH


@pytest.mark.parametrize("subject", SubjectKind)
def test_a_case_is_erased_with_whose_it_is(subject: SubjectKind) -> None:
    case = opened_by(Alert("demo", "own", "r1", NOON), subject, "ann")
    assert not case.is_erased
    without = replace(case, person=None, response=None)
    assert without.is_erased == (subject in (SubjectKind.PERSON, SubjectKind.RESPONSE))
    assert replace(case, response=None).is_erased == (subject is SubjectKind.RESPONSE)


def test_months_are_those_of_utc() -> None:
    assert (month_of(NOON), month_of(1_796_083_199_999), month_of(1_796_083_200_000)) == (
        "2026-11",
        "2026-11",
        "2026-12",
    )
