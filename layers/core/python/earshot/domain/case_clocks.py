"""The two clocks of a case, first contact and closing, and the moments at which they remind of it.

A clock runs in the hours of the case's calendar. First contact never pauses; waiting for the customer pauses closing.
"""

from collections.abc import Iterator

from earshot.domain.business_time import Calendar, bounded_deadline, business_time
from earshot.domain.cases import Case

HOUR = 3_600_000
CONTACT, CLOSE = "contact", "close"
# At so many percent of its time a clock reminds of the case.
WHOLE = 100
PERCENTS = (50, 80, WHOLE, 200)


def next_step_at(case: Case, calendar: Calendar | None) -> int | None:
    """Return when the next step of a clock is due that was not taken; None if no clock runs.

    A step that lies outside the hours of the calendar is due when these begin again.
    """
    waiting = [at for name, at in steps_of(case, calendar) if name not in case.steps]
    return min(waiting, default=None)


def steps_of(case: Case, calendar: Calendar | None) -> Iterator[tuple[str, int]]:
    """Yield the steps of the clocks that run, as `<round>.<clock>.<percent>`, each with its moment."""
    if case.state.is_closed:
        return
    if case.contacted_at is None:
        for percent in PERCENTS:
            moment = _moment(case.opened_at, case.contact_due_at, case.targets.contact_hours, percent, calendar)
            yield f"{case.round}.{CONTACT}.{percent}", moment
    if not case.is_waiting:
        for percent in PERCENTS:
            moment = _moment(case.round_at, case.close_due_at, case.targets.close_hours, percent, calendar)
            yield f"{case.round}.{CLOSE}.{percent}", moment


def _moment(began_at: int, due_at: int, hours: int, percent: int, calendar: Calendar | None) -> int:
    """Return when a part of a clock's time is over; what the clock paused comes before the part."""
    if percent == 100:
        return due_at
    if percent > 100:
        return bounded_deadline(calendar, due_at, hours * HOUR * (percent - WHOLE) // WHOLE)
    paused = max(0, business_time(calendar, began_at, due_at) - hours * HOUR)
    return bounded_deadline(calendar, began_at, hours * HOUR * percent // WHOLE + paused)
