"""The trend of a score: a window for each day, all of them added up in one pass over the days.

It stays in columns from the counts to the points: making an object of each point takes longer than adding them all up.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from operator import add, attrgetter
from typing import NamedTuple

from earshot.domain.score import LEVEL, NORMAL_QUANTILES, Histogram, bounds_of, exact_score_of, left, score_of
from earshot.domain.window import ALL_DAYS, CALENDAR, opening

NUMBERS = tuple(f"{number:02}" for number in range(1, 32))


def names_of_days(first: date, end: date) -> list[str]:
    """Return each day from `first` (inclusive) to `end` (exclusive) in ISO 8601.

    It goes by months: making a date of each day takes more than twice as long, which a long trend would feel.
    """
    named: list[str] = []
    while first < end:
        following = min(end, (first.replace(day=28) + timedelta(4)).replace(day=1))
        month, before = first.isoformat()[:8], first.day - 1
        named += [month + number for number in NUMBERS[before : before + (following - first).days]]
        first = following
    return named


LONGEST = 1100
EMPTY = Histogram()
NOTHING: Mapping[tuple[str, str], Histogram] = {}
Column = Sequence[int]


class Windows(NamedTuple):
    """The windows of a course: all their days by name (ISO 8601), and the places where each begins and ends.

    `ends` are the days after the last ones; neither column ever decreases.
    """

    days: Sequence[str]
    starts: Column
    ends: Column

    def named(self, places: Column) -> list[str]:
        """Return the days at these positions."""
        return [self.days[place] for place in places]


@dataclass(frozen=True, slots=True)
class DailyScores:
    """The camps of the responses in each window: in columns, with a place for each."""

    over: Windows
    promoters: Column
    passives: Column
    detractors: Column
    responses: Column

    @property
    def last_days(self) -> list[str]:
        """Return the last days of the windows: each is the day of its point."""
        return [self.over.days[end - 1] for end in self.over.ends]

    @property
    def scores(self) -> list[int | None]:
        """Return the score of each window, see `net_promoter_score`."""
        return list(map(score_of, self.promoters, self.detractors, self.responses))

    @property
    def exact_scores(self) -> list[float | None]:
        """Return the score of each window before it is rounded, see `exact_score`."""
        return list(map(exact_score_of, self.promoters, self.detractors, self.responses))

    @property
    def bounds(self) -> list[tuple[float, float] | None]:
        """Return the ends of each window's interval, see `interval`; its level is `LEVEL`."""
        camps = zip(self.promoters, self.detractors, self.responses, strict=True)
        return [bounds_of(*each, NORMAL_QUANTILES[LEVEL]) for each in camps]


def windows(length: str, first: date, end: date, known: Collection[str] = ()) -> Windows:
    """Make the windows that end with each day from `first` (inclusive) to `end` (exclusive), that day included.

    Windows of all days begin with the first of the `known` days that have a response, and none after its own end.
    """
    opens = date.fromisoformat(min(known, default=end.isoformat())) if length == ALL_DAYS else opening(length, first)
    base = min(opens, first)
    ends = range((first - base).days + 1, (end - base).days + 1)
    starts: Column = range(len(ends))
    if length == ALL_DAYS:
        starts = [min((opens - base).days, end) for end in ends]
    if length in CALENDAR:
        starts = [(opening(length, base + timedelta(end - 1)) - base).days for end in ends]
    return Windows(names_of_days(base, end + timedelta(1)), starts, ends)


def daily_scores(
    over: Windows, days: Mapping[str, Histogram], superseded: Mapping[tuple[str, str], Histogram] = NOTHING
) -> DailyScores:
    """Add up what each window holds, from prefix sums: each day and each window is touched once.

    `superseded` is what does not count in a window that holds both of its two days.
    """
    columns = zip(*_camps(days.get(day, EMPTY) for day in over.days), strict=True)
    sums = [between(column, over.starts, over.ends) for column in columns]
    if superseded:
        sums = [list(map(left, *both)) for both in zip(sums, _missing(over, superseded), strict=True)]
    promoters, passives, detractors = sums
    return DailyScores(over, promoters, passives, detractors, list(map(add, map(add, promoters, passives), detractors)))


def between(column: Column, starts: Column, ends: Column) -> list[int]:
    """Add the integers up once; the sum from a start to an end is then one subtraction."""
    prefix = list(accumulate(column, initial=0))
    return [prefix[end] - prefix[start] for start, end in zip(starts, ends, strict=True)]


def _camps(histograms: Iterable[Histogram]) -> list[tuple[int, int, int]]:
    """Return the promoters, passives and detractors of each histogram."""
    counts = map(attrgetter("counts"), histograms)
    return [(j + k, h + i, a + b + c + d + e + f + g) for a, b, c, d, e, f, g, h, i, j, k in counts]


def _missing(over: Windows, superseded: Mapping[tuple[str, str], Histogram]) -> list[list[int]]:
    """Add up what each window holds twice over: a cell is missing from the first window that ends after its later day.

    It is missing up to the last that begins before its own day is over; so two notes a cell and one pass are enough.
    """
    from_on, until = _remembered(over.named(over.ends)), _remembered(over.named(over.starts))
    columns = [[0] * (len(over.ends) + 1) for _ in range(3)]
    for (day, later), camps in zip(superseded, _camps(superseded.values()), strict=True):
        first, last = from_on(later), until(day)
        for column, count in zip(columns, camps, strict=True) if first < last else ():
            column[first] += count
            column[last] -= count
    return [list(accumulate(column))[:-1] for column in columns]


def _remembered(edges: Sequence[str]) -> Callable[[str], int]:
    """Find the first edge after a day; each day is looked for once."""
    return cache(lambda day: bisect_right(edges, day))
