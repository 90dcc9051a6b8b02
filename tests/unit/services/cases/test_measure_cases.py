"""Which cases are measured, and in which hours; what a survey's days are is its own business."""

from dataclasses import replace
from datetime import date

import pytest

from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.case_measures import DAY, HOUR, GroupBy
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.cases.measure_cases import MeasuredCases, measure_cases
from tests.factories import NOON, make_survey
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases

DAYS = (date(2026, 11, 1), date(2026, 12, 1))
# NOON is that of a Saturday.
OFFICE = Calendar("office", "UTC", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "17:00"),)))
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


def opened(at: int, name: str = "ann", survey: str = "demo", calendar: Calendar | None = None) -> Case:
    alert = Alert(survey, "own", f"{name} {at}", at)
    return opened_by(alert, SubjectKind.PERSON, name, Opening(score=2, calendar=calendar, owner="mia"))


def measured(
    *cases: Case,
    days: tuple[date, date] = DAYS,
    now: int = NOON + 5 * DAY,
    by: GroupBy | None = None,
    zone: str = "UTC",
) -> MeasuredCases:
    kept = InMemoryCases(InMemoryAlerts())
    for case in cases:
        kept.kept[case.id] = case
    calendars = InMemoryCalendars(OFFICE)
    return measure_cases(make_survey(timezone=zone), days, by, now, cases=kept, calendars=calendars)


def closed(case: Case, at: int) -> Case:
    return changed(case, RESOLVED, at, "key:k")[0]


def test_a_case_that_was_opened_within_a_year_before_the_period_is_found() -> None:
    early, long_ago = opened(NOON - 380 * DAY), opened(NOON - 400 * DAY)
    found = measured(closed(early, NOON), closed(long_ago, NOON))
    assert (found.all.opened, found.all.closed) == (0, 1)


def test_only_the_cases_of_the_survey_count() -> None:
    assert measured(opened(NOON), opened(NOON, survey="other")).all.opened == 1


@pytest.mark.parametrize(("zone", "expected"), [("UTC", 1), ("Asia/Tokyo", 0)])
def test_days_are_those_of_the_survey(zone: str, expected: int) -> None:
    late = opened(NOON + 9 * DAY + 11 * HOUR)
    assert measured(late, now=NOON + 11 * DAY, zone=zone).all.opened == expected


def test_business_hours_are_those_of_the_calendar_of_each_case() -> None:
    case = opened(NOON, calendar=OFFICE)
    contacted, _ = changed(case, CaseChange(FactKind.CONTACTED), NOON + 2 * DAY, "key:k", OFFICE)
    time = measured(contacted).all.time_to_contact
    assert (time.hours.median, time.business_hours.median) == (48, 3)
    gone = measured(replace(contacted, calendar="deleted")).all.time_to_contact
    assert gone.business_hours == gone.hours


def test_without_groups_there_are_none_and_by_owner_one_each() -> None:
    case = opened(NOON)
    assert measured(case).groups == []
    assert [name for name, _ in measured(case, by=GroupBy.OWNER).groups] == ["mia"]


def test_an_erased_person_changes_no_measure() -> None:
    case = replace(closed(opened(NOON), NOON + HOUR), responded_again_at=NOON + DAY, responded_again_score=9)
    assert measured(replace(case, person=None, response=None)).all == measured(case).all
    assert measured(case).all.recovery.closed.recovered == 1
