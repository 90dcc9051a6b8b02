"""The course of a score: a window for each day, all of them added up in one pass over the days."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from itertools import accumulate, repeat
from operator import add, sub
from typing import Any, NamedTuple, TypeVar

from earshot.domain.score import Camps, Histogram, left
from earshot.domain.window import ALL_DAYS, CALENDAR, Window, check_length, days_in, rolling

LONGEST = 1100
Made = TypeVar("Made", bound=tuple[Any, ...])
NOTHING: Mapping[tuple[str, str], Histogram] = {}


class Point(NamedTuple):
    """A window, and the camps of the responses in it."""

    window: Window
    camps: Camps


def windows(length: str, first: date, end: date) -> list[Window]:
    """Make the windows that end with each day from `first` (inclusive) to `end` (exclusive), that day included."""
    if check_length(length) in (*CALENDAR, ALL_DAYS):
        return [rolling(length, day) for day in _days(first.toordinal(), end.toordinal())]
    back, from_day, to_day = days_in(length), first.toordinal() + 1, end.toordinal() + 1
    return _made(Window, repeat(length), _days(from_day - back, to_day - back), _days(from_day, to_day))


def _made(kind: type[Made], *columns: Iterable[Any]) -> list[Made]:
    """Make named tuples of columns; the tuple's own maker takes a third of the time that `_make` takes."""
    return list(map(partial(tuple.__new__, kind), zip(*columns, strict=False)))


def _days(first: int, end: int) -> Iterator[date]:
    return map(date.fromordinal, range(first, end))


def course(
    over: Sequence[Window], days: Mapping[str, Histogram], superseded: Mapping[tuple[str, str], Histogram] = NOTHING
) -> list[Point]:
    """Add up what each window holds, from prefix sums: each day and each window is touched once.

    `superseded` is what does not count in a window that holds both of its two days. Neither the starts nor the ends of
    the windows may ever decrease. A window of all days begins with the first day that has a response.
    """
    known = sorted(days)
    # As numbers: they are compared faster than dates.
    days_before = partial(bisect_left, list(map(date.toordinal, map(date.fromisoformat, known))))
    starts = list(map(days_before, [window.start.toordinal() for window in over]))
    ends = list(map(days_before, [window.end.toordinal() for window in over]))
    sums = [between(column, starts, ends) for column in _columns(days[day] for day in known)]
    if superseded:
        sums = [list(map(left, held, taken)) for held, taken in zip(sums, _missing(over, superseded), strict=True)]
    if over and over[0].length == ALL_DAYS:
        over = [window.from_first(known) for window in over]
    return _made(Point, over, _made(Camps, *sums))


def between(column: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Add the integers up once; the sum from a start to an end is then one subtraction."""
    prefix = list(accumulate(column, initial=0))
    return list(map(sub, map(prefix.__getitem__, ends), map(prefix.__getitem__, starts)))


def _missing(over: Sequence[Window], superseded: Mapping[tuple[str, str], Histogram]) -> list[list[int]]:
    """Add up what each window holds twice over: a cell is missing from the first window that ends after its later day.

    It is missing up to the last that begins before its own day is over; so two notes a cell and one pass are enough.
    """
    starts, ends = [window.start.isoformat() for window in over], [window.end.isoformat() for window in over]
    from_on, until = _remembered(ends), _remembered(starts)
    columns = [[0] * (len(over) + 1) for _ in Camps._fields]
    for (day, later), camps in zip(superseded, zip(*_columns(superseded.values()), strict=True), strict=True):
        first, last = from_on(later), until(day)
        for column, count in zip(columns, camps, strict=True) if first < last else ():
            column[first] += count
            column[last] -= count
    return [list(accumulate(column))[:-1] for column in columns]


def _remembered(edges: Sequence[str]) -> Callable[[str], int]:
    """Find the first edge after a day; each day is looked for once."""
    return cache(lambda day: bisect_right(edges, day))


def _columns(histograms: Iterable[Histogram]) -> Iterator[list[int]]:
    """Give the promoters of each day, the passives, and the detractors."""
    scores = list(zip(*(histogram.counts for histogram in histograms), strict=True)) or [()] * 11
    yield list(map(add, scores[9], scores[10]))
    yield list(map(add, scores[7], scores[8]))
    detractors: Iterable[int] = scores[0]
    for column in scores[1:7]:
        detractors = map(add, detractors, column)
    yield list(detractors)
