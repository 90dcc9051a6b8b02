"""Write, list and delete calendars of business hours."""

from dataclasses import dataclass, replace

from earshot.domain.business_time import Calendar
from earshot.domain.errors import BusyError, ChangedError, ConflictError, NotFoundError
from earshot.domain.names import OTHER, is_name
from earshot.ports.calendars import Calendars
from earshot.ports.messaging import TaskQueue
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members

ATTEMPTS = 5
# Seconds after which the due times are looked at once more: a case may be opened with the former hours meanwhile.
ONCE_MORE = 60
MOST_CALENDARS = 100
# How many of those that name a calendar a refusal names.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class ManageCalendarsDeps:
    """What managing calendars works with; `plans` leads to the planner, which moves the due times of cases."""

    calendars: Calendars
    members: Members
    surveys: Surveys
    plans: TaskQueue


def list_calendars(calendars: Calendars) -> list[Calendar]:
    """List all calendars in the order of their ids."""
    return list(calendars.all().values())


def find_calendar(calendar: str, calendars: Calendars) -> Calendar:
    """Read a calendar; NotFoundError if there is none of this id."""
    found = calendars.get(calendar)
    if found is None:
        raise NotFoundError(f"there is no calendar {repr(calendar) if is_name(calendar) else OTHER}")
    return found


def put_calendar(calendar: Calendar, revision: int | None, deps: ManageCalendarsDeps) -> tuple[Calendar, bool]:
    """Write a calendar as described, and return it with whether it is new. What is due of open cases moves then.

    With a `revision` the change rests on that one: ChangedError if it is not the present one, ConflictError if there is
    no such calendar.
    """
    for _ in range(ATTEMPTS):
        old = deps.calendars.get(calendar.id)
        _check_revision(revision, old)
        new = replace(calendar, revision=1 if old is None else old.revision + 1)
        is_same = old is not None and replace(new, revision=old.revision) == old
        if old is None and len(deps.calendars.all()) >= MOST_CALENDARS:
            raise ConflictError(f"there are {MOST_CALENDARS} calendars; delete one first")
        if is_same or deps.calendars.put(new, old):
            # Also where nothing changed: the call that changed it may have ended before this.
            deps.plans.send([{"calendar_changed": calendar.id}])
            deps.plans.send([{"calendar_changed": calendar.id}], ONCE_MORE)
            return old if old is not None and is_same else new, old is None
    raise BusyError("somebody else changes this calendar; try again in a moment")


def delete_calendar(calendar: str, deps: ManageCalendarsDeps) -> None:
    """Delete a calendar that nothing names; ConflictError says who still names it, NotFoundError if there is none.

    A case whose time was counted in it goes on around the clock.
    """
    for _ in range(ATTEMPTS):
        found = find_calendar(calendar, deps.calendars)
        if users := _users_of(calendar, deps):
            more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
            named_by = f"{', '.join(users[:MOST_NAMED])}{more}"
            raise ConflictError(f"the calendar {calendar!r} is named by {named_by}; name another one there first")
        if deps.calendars.delete(found):
            return
    raise BusyError("somebody else changes this calendar; try again in a moment")


def _check_revision(revision: int | None, old: Calendar | None) -> None:
    if revision is None or (old is not None and revision == old.revision):
        return
    if old is None:
        raise ConflictError("there is no such calendar (any more); leave `revision` out to make one")
    raise ChangedError("the calendar", old)


def _users_of(calendar: str, deps: ManageCalendarsDeps) -> list[str]:
    """Name the members and the surveys that name a calendar."""
    members = (f"the member {each.id!r}" for each in deps.members.all().values() if each.calendar == calendar)
    surveys = (f"the survey {each.id!r}" for each in deps.surveys.list() if each.cases.calendar == calendar)
    return [*members, *surveys]
