"""The moments at which the clocks of a case remind of it."""

from dataclasses import replace

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_clocks import HOUR, next_step_at, steps_of
from earshot.domain.case_settings import Targets
from earshot.domain.cases import Case, CaseState, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from tests.factories import NOON

OFFICE = Calendar("office", "UTC", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),)))
MONDAY = NOON + 48 * HOUR


def opened(at: int = NOON, calendar: Calendar | None = None) -> Case:
    opening = Opening(calendar=calendar, targets=Targets(10, 40))
    return opened_by(Alert("demo", "own", "r1", at), SubjectKind.PERSON, "ann", opening)


def hours(case: Case, calendar: Calendar | None = None) -> dict[str, float]:
    return {name: (at - case.opened_at) / HOUR for name, at in steps_of(case, calendar)}


def test_both_clocks_remind_at_half_at_four_fifths_when_over_and_when_twice_over() -> None:
    assert hours(opened()) == {
        "1.contact.50": 5,
        "1.contact.80": 8,
        "1.contact.100": 10,
        "1.contact.200": 20,
        "1.close.50": 20,
        "1.close.80": 32,
        "1.close.100": 40,
        "1.close.200": 80,
    }


def test_steps_lie_in_the_hours_of_the_calendar() -> None:
    found = hours(opened(MONDAY, OFFICE), OFFICE)
    # From Monday noon: five hours are of Monday, three more of Tuesday.
    assert [found[f"1.contact.{percent}"] for percent in (50, 80, 100, 200)] == [5, 24, 26, 52]
    assert found["1.close.50"] == 52


def test_first_contact_ends_one_clock_waiting_pauses_the_other_and_closing_ends_both() -> None:
    contacted = replace(opened(), state=CaseState.CONTACTED, contacted_at=NOON)
    assert {name.split(".")[1] for name in hours(contacted)} == {"close"}
    assert hours(replace(contacted, waiting_since=NOON)) == {}
    assert hours(replace(opened(), state=CaseState.RESOLVED)) == {}


def test_time_that_was_paused_comes_before_the_next_step() -> None:
    case = opened()
    resumed = replace(case, contacted_at=NOON, close_due_at=case.close_due_at + 7 * HOUR)
    assert hours(resumed)["1.close.50"] == 27
    assert hours(resumed)["1.close.200"] == 87


def test_a_round_has_steps_of_its_own() -> None:
    case = replace(opened(), round=2, round_at=NOON + HOUR, contacted_at=NOON, close_due_at=NOON + 41 * HOUR)
    assert hours(case)["2.close.50"] == 21


@pytest.mark.parametrize(("taken", "hour"), [((), 5), (("1.contact.50",), 8), (("1.contact.80",), 5)])
def test_the_next_step_is_the_first_that_was_not_taken(taken: tuple[str, ...], hour: int) -> None:
    assert next_step_at(replace(opened(), steps=frozenset(taken)), None) == NOON + hour * HOUR


def test_when_all_were_taken_none_is_left() -> None:
    case = opened()
    assert next_step_at(replace(case, steps=frozenset(hours(case))), None) is None
