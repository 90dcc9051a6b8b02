"""Check that the members and calendars that settings of cases name exist."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.members import why_unusable
from earshot.ports.calendars import Calendars
from earshot.ports.team import Members


def check_case_names(
    cases: Mapping[str, Any], members: Callable[[], Members], calendars: Callable[[], Calendars]
) -> None:
    """Check the owner and the calendar of a survey's cases, as far as they are given; InvalidError names each fault."""
    faults = []
    owner, calendar = cases.get("owner"), cases.get("calendar")
    if owner is not None and (reason := why_no_owner(owner, members())):
        faults.append(FieldError("cases.owner", reason))
    if calendar is not None and calendars().get(calendar) is None:
        faults.append(FieldError("cases.calendar", f"there is no calendar {calendar!r}; make it first"))
    if faults:
        raise InvalidError(*faults)


def why_no_owner(member: str, members: Members) -> str | None:
    """Return why somebody cannot own cases, None if they can."""
    found = members.get(member)
    return why_unusable(member, {} if found is None else {member: found})
