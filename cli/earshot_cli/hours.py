"""The hours of a calendar as people type them: `mon-fri 09:00-12:00,13:00-17:00`."""

from collections.abc import Iterator, Mapping, Sequence

from earshot.domain.business_time import WEEKDAYS
from earshot_cli.errors import UsageError
from earshot_cli.screen import quoted

EXAMPLE = "mon-fri 09:00-12:00,13:00-17:00"

Hours = dict[str, list[list[str]]]


def read_hours(typed: Sequence[str]) -> Hours:
    """Read hours as typed, each with its weekdays; UsageError if one cannot be read.

    Whether its times are times of day, and in order, the API checks.
    """
    found: Hours = {}
    for text in typed:
        days, space, times = text.strip().partition(" ")
        if not space:
            raise UsageError(f"--hours takes days and times, such as {EXAMPLE!r}, not {quoted(text)}.")
        intervals = [_interval(each, text) for each in times.split(",")]
        for day in (day for part in days.split(",") for day in _days(part, text)):
            found.setdefault(day, []).extend(intervals)
    return found


def write_hours(hours: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[str]:
    """Yield hours as one may type them, weekdays in a row with the same hours on one line."""
    first, last = "", ""
    for day, following in zip(WEEKDAYS, (*WEEKDAYS[1:], ""), strict=True):
        if not hours.get(day):
            continue
        first, last = first or day, day
        if hours.get(following) != hours[day]:
            times = ",".join(f"{opens}-{closes}" for opens, closes in hours[day])
            yield f"{first if first == last else f'{first}-{last}'} {times}"
            first = ""


def _days(part: str, text: str) -> list[str]:
    first, dash, last = (word.strip().lower() for word in part.partition("-"))
    last = last if dash else first
    if first not in WEEKDAYS or last not in WEEKDAYS:
        raise UsageError(f"{quoted(text)} names a day that is none of {', '.join(WEEKDAYS)}: such as {EXAMPLE!r}.")
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [WEEKDAYS[place % 7] for place in range(begin, end + 1 if end >= begin else end + 8)]


def _interval(typed: str, text: str) -> list[str]:
    opens, dash, closes = (word.strip() for word in typed.partition("-"))
    if not (opens and dash and closes):
        raise UsageError(f"{quoted(text)} has a time that is no span such as 09:00-17:00: such as {EXAMPLE!r}.")
    return [opens, closes]
