"""Calendars of business hours as they are sent, checked field by field, and as they are shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.alert_rules import REVISION
from earshot.api.schema import (
    Checked,
    Context,
    Found,
    ListOf,
    NoOthers,
    Object,
    Optional,
    Required,
    Rule,
    Text,
    kind,
)
from earshot.api.survey_settings import ZONE
from earshot.domain.business_time import MOST_HOLIDAYS, MOST_INTERVALS, WEEKDAYS, Calendar, check_calendar
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.names import check_name

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Day, Positive, bounds

    TimeOfDay = Annotated[str, bounds(pattern="^[0-2][0-9]:[0-5][0-9]$")]
    Interval = Annotated[list[TimeOfDay], bounds(minItems=2, maxItems=2)]

    class CalendarView(TypedDict):
        """A calendar of business hours."""

        id: str
        revision: Positive
        timezone: str
        hours: Annotated[dict[str, list[Interval]], "The weekdays with hours: local times from and to, ascending."]
        holidays: Annotated[list[Day], "Days without hours, ascending."]

    class CalendarList(TypedDict):
        """All calendars."""

        calendars: list[CalendarView]
        cursor: str | None


def read_calendar(body: Mapping[str, Any], calendar: str) -> tuple[Calendar, int | None]:
    """Read a calendar under the id in its path, and the revision that the change rests on, if one is given."""
    try:
        check_name(calendar, "a calendar id")
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc
    given = CALENDAR.read(body, Context(id=calendar))
    hours = {day: tuple(sorted(given["hours"][day])) for day in WEEKDAYS if given["hours"].get(day)}
    made = Calendar(calendar, given["timezone"], hours, tuple(sorted(given["holidays"])))
    return made, given.get("revision")


def calendar_view(calendar: Calendar) -> "CalendarView":
    """Show a calendar."""
    return {
        "id": calendar.id,
        "revision": calendar.revision,
        "timezone": calendar.timezone,
        "hours": {
            day: [[opens, closes] for opens, closes in calendar.hours[day]] for day in WEEKDAYS if day in calendar.hours
        },
        "holidays": list(calendar.holidays),
    }


def _read_interval(value: Any) -> tuple[str, str]:
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(time, str) for time in value)):
        raise ValueError('an interval is two times of day like ["09:00", "17:00"]')
    return value[0], value[1]


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"it must be a day like 2026-12-24, not {kind(value)}")
    return value


def _check_id(found: Found) -> None:
    if "id" in found.body and found.given.get("id") != found.context.id:
        found.fault("id", "it is not the id in the path")


def _check(found: Found) -> None:
    """Check what several intervals and holidays must hold together."""
    if "hours" in found.given and "holidays" in found.given:
        for fault in check_calendar(found.given["hours"], found.given["holidays"]):
            found.fault(fault.field, fault.reason)


_TIME = {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}
_INTERVAL = Checked(
    _read_interval,
    type="array",
    items=_TIME,
    minItems=2,
    maxItems=2,
    description="Local times from and to; a day ends at `24:00`. Hours across midnight are two intervals.",
)
_HOURS = Object(*(Optional(day, ListOf(_INTERVAL, MOST_INTERVALS)) for day in WEEKDAYS), NoOthers())
_HOLIDAY = Checked(_read_text, type="string", format="date")
CALENDAR = Object(
    Optional("id", Text(63)),
    Required("timezone", ZONE),
    Required("hours", _HOURS),
    Optional("holidays", ListOf(_HOLIDAY, MOST_HOLIDAYS), default=()),
    REVISION,
    NoOthers(),
    Rule(_check_id),
    Rule(_check),
    name="CalendarDraft",
)
