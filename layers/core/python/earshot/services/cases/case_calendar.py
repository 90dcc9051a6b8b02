"""Read the calendar in whose hours the clocks of a case run."""

from earshot.domain.business_time import Calendar
from earshot.domain.cases import Case
from earshot.ports.calendars import Calendars


def calendar_of(case: Case, calendars: Calendars) -> Calendar | None:
    """Return the calendar of a case as it is now; None if it has none, or that is deleted: around the clock."""
    return None if case.calendar is None else calendars.get(case.calendar)
