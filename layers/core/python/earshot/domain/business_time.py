"""Calendars of business hours, and time counted in them. All moments and durations are in milliseconds.

Business time is elapsed time inside the intervals of a calendar. An interval lies between two local times of one day:
one that the clock skips means the moment after the gap, one that comes twice means its first.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from earshot.domain.errors import FieldError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_INTERVALS = 12  # a day
MOST_HOLIDAYS = 400
# How far a search looks ahead. A calendar that is closed for a year on end is refused, so it finds an opening.
SEARCHED_DAYS = 400
LONGEST_CLOSURE = 364  # days
FIRST_HOLIDAY, LAST_HOLIDAY = date(1970, 1, 1), date(2200, 12, 31)

DAY = 86_400_000
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_ONE_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
# A clock is changed by a day at most, and not twice within so many days (since 1970 it took 6.9 at least).
_MOST_CHANGED, _BETWEEN_CHANGES = _DAY_SECONDS, 6 * _DAY_SECONDS

Hours = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of each weekday (`mon` to `sun`) as local times from and to, and the days without any, ISO 8601.

    A day ends at `24:00`. Intervals of a day ascend and do not overlap; `check_calendar` finds what is wrong with them.
    """

    id: str
    timezone: str
    hours: Hours
    holidays: tuple[str, ...] = ()
    revision: int = 1


class CountedHours:
    """The hours of a calendar from one moment to another, found once for many spans of time between the two."""

    def __init__(self, calendar: Calendar, start: int, end: int) -> None:
        openings = sorted(_openings(calendar, start, end))
        self._begins, self._ends = [opens for opens, _ in openings], [closes for _, closes in openings]
        self._before = [0, *accumulate(closes - opens for opens, closes in openings)]

    def between(self, start: int, end: int) -> int:
        """Return how much of the time between two moments lies inside the hours; 0 if the end is not later."""
        return max(0, self._until(end) - self._until(start))

    def _until(self, moment: int) -> int:
        last = bisect_right(self._begins, moment) - 1
        return self._before[last] + min(moment, self._ends[last]) - self._begins[last] if last >= 0 else 0


def business_time(calendar: Calendar | None, start: int, end: int) -> int:
    """Return how much of the time between two moments lies inside the hours; 0 if the end is not later.

    Without a calendar all of it does.
    """
    if calendar is None:
        return max(0, end - start)
    return sum(closes - opens for opens, closes in _openings(calendar, start, end))


def deadline(calendar: Calendar | None, start: int, duration: int) -> int:
    """Return the earliest moment until which there is so much business time; with no duration the next opening.

    Raises ValueError if that is more than 400 days away. Without a calendar it is the duration later.
    """
    if calendar is None:
        return start + max(0, duration)
    if duration <= 0:
        return next_opening(calendar, start)
    left = duration
    for opens, closes in _openings(calendar, start, start + SEARCHED_DAYS * DAY):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(f"the calendar {calendar.id} has less time than that in {SEARCHED_DAYS} days")


def bounded_deadline(calendar: Calendar | None, start: int, duration: int) -> int:
    """Return the deadline, or the moment 400 days later if the calendar has too few hours for it until then."""
    try:
        return deadline(calendar, start, duration)
    except ValueError:
        return start + SEARCHED_DAYS * DAY


def next_opening(calendar: Calendar | None, at: int) -> int:
    """Return the earliest moment inside the hours that is not before another one; ValueError if 400 days have none."""
    if calendar is None:
        return at
    for opens, _ in _openings(calendar, at, at + SEARCHED_DAYS * DAY):
        return opens
    raise ValueError(f"the calendar {calendar.id} has no hours in {SEARCHED_DAYS} days")


def check_calendar(hours: Mapping[str, Sequence[tuple[str, str]]], holidays: Sequence[str]) -> list[FieldError]:
    """Return everything that is wrong with the hours and holidays of a calendar, each with what to do about it.

    Intervals and holidays may be in any order.
    """
    faults = [fault for day, intervals in hours.items() for fault in _day_faults(day, intervals)]
    if not any(hours.values()):
        faults.append(FieldError("hours", "there are none: open the calendar on one weekday at least"))
    faults += [
        FieldError(f"holidays[{place}]", f"{text[:20]!r} is not a day from 1970 to 2200 like 2026-12-24")
        for place, text in enumerate(holidays)
        if _holiday(text) is None
    ]
    if len(holidays) > MOST_HOLIDAYS:
        faults.append(FieldError("holidays", f"there are {len(holidays)}; at most {MOST_HOLIDAYS} are allowed"))
    return faults or _closure_faults(hours, holidays)


def _day_faults(day: str, intervals: Sequence[tuple[str, str]]) -> Iterator[FieldError]:
    """Yield what is wrong with the hours of a weekday."""
    if day not in WEEKDAYS:
        yield FieldError(f"hours.{day[:20]}", f"there is no such day; the days are {', '.join(WEEKDAYS)}")
        return
    if len(intervals) > MOST_INTERVALS:
        yield FieldError(f"hours.{day}", f"there are {len(intervals)} intervals; at most {MOST_INTERVALS} are allowed")
    sound = True
    for place, (opens, closes) in enumerate(intervals):
        if reason := _interval_fault(opens, closes):
            sound = False
            yield FieldError(f"hours.{day}[{place}]", reason)
    if sound:
        for (opens, closes), (next_opens, next_closes) in pairwise(sorted(intervals)):
            if next_opens < closes:
                reason = f"{opens} to {closes} and {next_opens} to {next_closes} overlap: join them"
                yield FieldError(f"hours.{day}", reason)


def _interval_fault(opens: str, closes: str) -> str:
    """Return what is wrong with an interval; empty if it is well."""
    for text in (opens, closes):
        if _TIME.fullmatch(text) is None:
            return f"{text[:20]!r} is not a time of day from 00:00 to 24:00 like 09:00"
    if opens == closes:
        return f"{opens} to {closes} is no time at all: leave it out"
    if opens > closes:
        return (
            f"{opens} to {closes} ends before it begins; if the hours go across midnight, write two intervals: "
            f"{opens} to 24:00, and 00:00 to {closes} on the next day"
        )
    return ""


def _holiday(text: str) -> date | None:
    """Return the day of a holiday; None if it is none that we can keep."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and FIRST_HOLIDAY <= day <= LAST_HOLIDAY else None


def _closure_faults(hours: Mapping[str, Sequence[tuple[str, str]]], holidays: Sequence[str]) -> list[FieldError]:
    """Return that the holidays close the calendar for a year on end, if they do."""
    open_weekdays = {WEEKDAYS.index(day) for day, intervals in hours.items() if intervals}
    first: date | None = None
    last = date.min
    for day in sorted({date.fromisoformat(text) for text in holidays}):
        if day.weekday() not in open_weekdays:
            continue
        if first is None or _next_of(open_weekdays, last, _ONE_DAY) != day:
            first = day
        last = day
        closed = _next_of(open_weekdays, last, _ONE_DAY) - _next_of(open_weekdays, first, -_ONE_DAY) - _ONE_DAY
        if closed.days > LONGEST_CLOSURE:
            reason = f"with them it is closed from {first} to {last} without a day between: it needs hours each year"
            return [FieldError("holidays", reason)]
    return []


def _next_of(open_weekdays: set[int], day: date, step: timedelta) -> date:
    """Return the next day of such a weekday, forwards or backwards."""
    day += step
    while day.weekday() not in open_weekdays:
        day += step
    return day


def _openings(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield, ascending, the parts of the calendar's intervals that lie between two moments."""
    if end <= start:
        return
    clock = _Clock(calendar.timezone)
    hours = [[(_seconds(opens), _seconds(closes)) for opens, closes in calendar.hours.get(day, ())] for day in WEEKDAYS]
    holidays = frozenset(calendar.holidays)
    # A clock that is put back before midnight or soon after it shows the day before once more.
    for day in range(clock.day_at(start) - 1, clock.day_at(end) + 2):
        intervals = hours[(day - 1) % len(WEEKDAYS)]
        if not intervals or (holidays and date.fromordinal(day).isoformat() in holidays):
            continue
        midnight = (day - _EPOCH) * _DAY_SECONDS
        for opens, closes in intervals:
            begins = max(start, clock.first(midnight + opens) * 1000)
            ends = min(end, clock.first(midnight + closes) * 1000)
            if begins < ends:
                yield begins, ends


def _seconds(time: str) -> int:
    """Return a time of day in seconds."""
    return int(time[:2]) * 3600 + int(time[3:]) * 60


class _Clock:
    """The clock of a zone, which remembers for how long it is not changed. Its moments are in Unix seconds.

    A local time is written as the moment at which a clock in UTC shows it.
    """

    __slots__ = ("_from", "_offset", "_until", "_zone")

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._from, self._until, self._offset = 1, 0, 0

    def day_at(self, moment: int) -> int:
        """Return the day that it shows at a moment in milliseconds, as the ordinal of a date."""
        return datetime.fromtimestamp(moment // 1000, self._zone).toordinal()

    def first(self, local: int) -> int:
        """Return the first moment at which it shows a local time; where it skips that, the moment after the gap."""
        if not self._from <= local - self._offset <= self._until:
            self._look_around(local)
            if self._until < self._from:
                return self._searched(local)
        return local - self._offset

    def _look_around(self, local: int) -> None:
        """Find moments with the same offset around a local time; behind the first of them no time comes twice."""
        offset = self._offset_at(local)
        earliest = local - offset - _MOST_CHANGED - _DAY_SECONDS // 2
        latest = earliest + _BETWEEN_CHANGES
        if self._offset_at(earliest) == self._offset_at(latest):
            self._from, self._until, self._offset = earliest + _MOST_CHANGED, latest, offset
        else:
            self._from, self._until = 1, 0

    def _searched(self, local: int) -> int:
        """Return the first moment of a local time close to a change."""
        shown = datetime.fromtimestamp(local, UTC).replace(tzinfo=self._zone)
        before, later = _whole(shown.utcoffset()), _whole(shown.replace(fold=1).utcoffset())
        if before >= later:
            return local - before
        # It is skipped: the change is after the one moment, and not after the other.
        earlier, latest = local - later, local - before
        while latest - earlier > 1:
            middle = (earlier + latest) // 2
            if self._offset_at(middle) == later:
                latest = middle
            else:
                earlier = middle
        return latest

    def _offset_at(self, moment: int) -> int:
        return _whole(datetime.fromtimestamp(moment, self._zone).utcoffset())


def _whole(offset: timedelta | None) -> int:
    """Return an offset from UTC in seconds."""
    return 0 if offset is None else offset.days * _DAY_SECONDS + offset.seconds
