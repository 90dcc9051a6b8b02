"""Read ISO 8601 days and times, in all the notations that exports use; Unix milliseconds and the days they fall on."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

_DAY = r"""(?P<year>\d{4})(?:
    -(?P<month>\d\d)-(?P<day>\d\d) | (?P<basic>\d{4})
  | -?W(?P<week>\d\d)-?(?P<weekday>[1-7]) | -?(?P<ordinal>\d{3}) )"""
_TIME = r"""(?P<hour>\d\d?)(?: (?::(?P<minute>\d\d)(?::(?P<second>\d\d))?
                            | (?P<basic_minute>\d\d)(?P<basic_second>\d\d)?) )? (?:[.,](?P<fraction>\d+))?"""
_OFFSET = r"""(?: (?P<utc>Z|UTC|GMT)
  | (?P<sign>[+\-\u2212])(?P<off_hour>\d\d)(?: :?(?P<off_minute>\d\d)(?: :?(?P<off_second>\d\d))? )? )"""
_MOMENT = re.compile(
    rf"{_DAY}(?:(?:T|[ ]+){_TIME}(?:[ ]?{_OFFSET})?)?",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_LONGEST = 64


def read_time(text: str) -> datetime:
    """Read an ISO 8601 day (its midnight) or time; ValueError if it is neither.

    Times are aware if they have an offset. A fraction is cut after microseconds, as any number of digits may be sent.
    """
    found = _MOMENT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise ValueError("it is neither a day nor a time")
    day = datetime.combine(_day(found), datetime.min.time())
    if found["hour"] is None:
        return day
    zone = _zone(found)
    try:
        return (day + _since_midnight(found)).replace(tzinfo=zone)
    except OverflowError as error:
        raise ValueError("it is outside the calendar") from error


def _day(found: "re.Match[str]") -> date:
    year = int(found["year"])
    if found["week"]:
        return date.fromisocalendar(year, int(found["week"]), int(found["weekday"]))
    if found["ordinal"]:
        day = date(year, 1, 1) + timedelta(days=int(found["ordinal"]) - 1)
        if day.year != year:
            raise ValueError(f"the year {year} has no such day")
        return day
    month, day_of_month = (found["month"], found["day"]) if found["month"] else (found["basic"][:2], found["basic"][2:])
    return date(year, int(month), int(day_of_month))


def _since_midnight(found: "re.Match[str]") -> timedelta:
    hour = int(found["hour"])
    minute, second = found["minute"] or found["basic_minute"], found["second"] or found["basic_second"]
    if len(found["hour"]) == 1 and not found["minute"]:
        raise ValueError("an hour of one digit needs its minutes")
    # A leap second is the first moment of the next minute.
    if hour > 24 or int(minute or 0) > 59 or int(second or 0) > 60:
        raise ValueError("there is no such time of day")
    smallest = 1 if second else 60 if minute else 3600
    microseconds = _microseconds(found["fraction"] or "0", smallest)
    since = timedelta(hours=hour, minutes=int(minute or 0), seconds=int(second or 0), microseconds=microseconds)
    if hour == 24 and since != timedelta(hours=24):
        raise ValueError("there is no time of day after 24:00")
    return since


def _microseconds(digits: str, unit: int) -> int:
    """Return a decimal fraction of a unit (seconds) in microseconds, cut."""
    kept = digits[:12]
    return int(int(kept) * unit * 1_000_000 // 10 ** len(kept))


def _zone(found: "re.Match[str]") -> timezone | None:
    if found["utc"]:
        return UTC
    if found["sign"] is None:
        return None
    hours, minutes, seconds = (int(found[name] or 0) for name in ("off_hour", "off_minute", "off_second"))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("there is no such offset")
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(ahead if found["sign"] == "+" else -ahead)


def instant(text: str, zone: ZoneInfo) -> int:
    """Turn an ISO 8601 day (its first moment) or time into Unix milliseconds; without an offset it is in the zone.

    Raises ValueError if the text is neither, or lies before 1970.
    """
    moment = read_time(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    result = (aware.astimezone(UTC) - EPOCH) // MILLISECOND
    if result < 0 and aware.year < 1970:
        raise ValueError("it is before 1970")
    return max(result, 0)


def moment_of(milliseconds: int) -> datetime:
    """Return the UTC time of Unix milliseconds."""
    return EPOCH + milliseconds * MILLISECOND


def day_of(milliseconds: int, zone: ZoneInfo) -> str:
    """Return the calendar day, ISO 8601, on which an instant falls in a zone."""
    return moment_of(milliseconds).astimezone(zone).date().isoformat()
