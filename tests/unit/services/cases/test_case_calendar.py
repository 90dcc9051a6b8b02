"""The clocks of a case run in the hours of its calendar as it is now, or around the clock."""

import pytest

from earshot.domain.business_time import Calendar
from earshot.domain.cases import SubjectKind
from earshot.domain.opened_cases import Opening, opened_by_hand
from earshot.services.cases.case_calendar import calendar_of
from tests.factories import NOON
from tests.fakes.calendars import InMemoryCalendars

OFFICE = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})
DELETED = Calendar("deleted", "UTC", {"tue": (("09:00", "17:00"),)})


@pytest.mark.parametrize(("opened_in", "expected"), [(OFFICE, OFFICE), (DELETED, None), (None, None)])
def test_a_case_has_the_calendar_that_it_opened_in(opened_in: Calendar | None, expected: Calendar | None) -> None:
    case = opened_by_hand("a-case", "demo", SubjectKind.PERSON, "ann", NOON, Opening(calendar=opened_in))
    assert calendar_of(case, InMemoryCalendars(OFFICE)) == expected
