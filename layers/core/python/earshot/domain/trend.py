"""The course of a score: a window for each day, all of them added up in one pass over the days."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from operator import sub

from earshot.domain.score import Camps, Histogram
from earshot.domain.window import Window, rolling

LONGEST = 1100


@dataclass(frozen=True, slots=True)
class Point:
    """A window, and the camps of the responses in it."""

    window: Window
    camps: Camps


def windows(length: str, first: date, end: date) -> list[Window]:
    """Make the windows that end with each day from `first` (inclusive) to `end` (exclusive), that day included."""
    return [rolling(length, first + timedelta(number)) for number in range((end - first).days)]


def course(over: Sequence[Window], days: Mapping[str, Histogram]) -> list[Point]:
    """Add up what each window holds, from prefix sums: each day and each window is touched once.

    A window of all days begins with the first day that has a response.
    """
    known = sorted(days)
    starts = [bisect_left(known, window.start.isoformat()) for window in over]
    ends = [bisect_left(known, window.end.isoformat()) for window in over]
    columns = zip(*(_camps(days[day]) for day in known), strict=True)
    sums = [_between(column, starts, ends) for column in columns] or [[0] * len(over)] * len(Camps._fields)
    held = map(Camps, *sums)
    return [Point(window.from_first(known), camps) for window, camps in zip(over, held, strict=True)]


def _between(column: Sequence[int], starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Add the integers up once; the sum from a start to an end is then one subtraction."""
    prefix = list(accumulate(column, initial=0))
    return list(map(sub, map(prefix.__getitem__, ends), map(prefix.__getitem__, starts)))


def _camps(histogram: Histogram) -> Camps:
    counts = histogram.counts
    responses, promoters, passives = sum(counts), counts[9] + counts[10], counts[7] + counts[8]
    return Camps(responses, promoters, passives, responses - promoters - passives)
