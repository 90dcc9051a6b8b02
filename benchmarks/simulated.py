"""Surveys of which the truth is known: how often an interval holds it, and years in which nothing changed, or much."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

from earshot.domain.alert_settings import AlertSettings
from earshot.domain.daily_evaluation import LOOKS_A_YEAR, changed
from earshot.domain.score import Histogram, interval

# Shares of promoters and detractors.
Truth = tuple[float, float]
# Promoters and detractors among the responses of a day.
Day = tuple[int, int]

# What surveys of people look like: from a tenth to nine tenths of promoters, at least a twentieth of each camp.
PLAUSIBLE: tuple[Truth, ...] = tuple(
    (p / 100, d / 100) for p in range(10, 91, 10) for d in range(5, 61, 10) if p + d <= 95
)
EXTREME: tuple[Truth, ...] = ((0.95, 0.01), (0.97, 0.02), (0.9, 0.01), (0.01, 0.95))
# Outcomes further out than this many standard deviations hardly ever happen: less than one in a hundred thousand.
FAR = 4.5


def histogram(size: int, promoters: int, detractors: int) -> Histogram:
    """Make the histogram of so many responses."""
    return Histogram((detractors, 0, 0, 0, 0, 0, 0, size - promoters - detractors, 0, promoters, 0))


def coverage(size: int, truth: Truth) -> float:
    """Return the chance that the interval of so many responses holds the truth, summed over all outcomes."""
    score = 100 * (truth[0] - truth[1])
    held = total = 0.0
    for (promoters, detractors), chance in outcomes(size, truth):
        bounds = interval(histogram(size, promoters, detractors))
        total += chance
        if bounds and bounds.low <= score <= bounds.high:
            held += chance
    return held / total


def outcomes(size: int, truth: Truth) -> Iterator[tuple[Day, float]]:
    """Yield the outcomes of so many responses, and how likely each is."""
    logs = [lgamma(number + 1) for number in range(size + 1)]
    promoters, detractors = truth
    passives = 1 - promoters - detractors
    of_promoters, of_detractors, of_passives = (log(share) if share > 1e-12 else -1e9 for share in (*truth, passives))
    for p in _likely(size, promoters):
        for d in _likely(size - p, min(1.0, detractors / max(1 - promoters, 1e-12))):
            rest = size - p - d
            ways = logs[size] - logs[p] - logs[d] - logs[rest]
            yield (p, d), exp(ways + p * of_promoters + d * of_detractors + rest * of_passives)


def _likely(size: int, share: float) -> range:
    middle, far = size * share, FAR * sqrt(size * share * (1 - share)) + 1
    return range(max(0, int(middle - far)), min(size, int(middle + far) + 1) + 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A survey: responses on each day of the week, its truth, and how many segments share the responses evenly."""

    name: str
    week: tuple[int, ...]
    truth: Truth
    segments: int = 0

    @property
    def series(self) -> int:
        """Return how many parts are drawn; without segments the whole is one."""
        return max(self.segments, 1)


@dataclass(frozen=True, slots=True)
class Sums:
    """A series of days as prefix sums of responses, promoters and detractors."""

    responses: Sequence[int]
    promoters: Sequence[int]
    detractors: Sequence[int]

    def between(self, first: int, end: int) -> tuple[int, int, int]:
        """Add up the days from `first` (inclusive) to `end` (exclusive)."""
        responses, promoters, detractors = self.responses, self.promoters, self.detractors
        return responses[end] - responses[first], promoters[end] - promoters[first], detractors[end] - detractors[first]


class Draws:
    """Draws days of a truth; the outcomes of a day of so many responses are worked out once."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._tables: dict[tuple[int, Truth], tuple[list[Day], list[float]]] = {}

    def days(self, size: int, truth: Truth, number: int) -> list[Day]:
        """Draw so many days of `size` responses each."""
        if (size, truth) not in self._tables:
            found = list(outcomes(size, truth))
            self._tables[size, truth] = [day for day, _ in found], list(accumulate(chance for _, chance in found))
        days, weights = self._tables[size, truth]
        return self._chance.choices(days, cum_weights=weights, k=number)

    def year(self, shape: Shape, days: int, change: int | None = None, after: Truth | None = None) -> list[Sums]:
        """Draw each series of a survey, the whole first; from the day `change` on the truth is `after`."""
        parts = [self._part(shape, days, change, after) for _ in range(shape.series)]
        whole = Sums(*([sum(at) for at in zip(*sums, strict=True)] for sums in zip(*map(_columns, parts), strict=True)))
        return [whole, *parts] if shape.segments else [whole]

    def _part(self, shape: Shape, days: int, change: int | None, after: Truth | None) -> Sums:
        sizes = [shape.week[day % 7] // shape.series for day in range(days)]
        drawn: list[Day] = [(0, 0)] * days
        for size in set(sizes):
            for truth, span in (
                (shape.truth, range(change or days)),
                (after or shape.truth, range(change or days, days)),
            ):
                places = [day for day in span if sizes[day] == size]
                for place, drawn_day in zip(places, self.days(size, truth, len(places)) if places else [], strict=True):
                    drawn[place] = drawn_day
        columns = (sizes, [p for p, _ in drawn], [d for _, d in drawn])
        return Sums(*(list(accumulate(column, initial=0)) for column in columns))


def first_alert(series: Sequence[Sums], rules: AlertSettings, first: int, looks: int) -> int | None:
    """Return how many looks it took, the first one being 0, until an alert; `first` is the day after that look."""
    hopeless = NormalDist().inv_cdf(1 - rules.level / LOOKS_A_YEAR / 2) ** 2
    for look in range(looks):
        end = first + look
        middle, begin = end - rules.window, end - 2 * rules.window
        pairs = [(sums.between(begin, middle), sums.between(middle, end)) for sums in series]
        if any(_may_be_real(*pair, hopeless) for pair in pairs) and changed(
            {str(place): (histogram(*before), histogram(*now)) for place, (before, now) in enumerate(pairs)}, rules
        ):
            return look
    return None


def false_years(shape: Shape, years: int, rules: AlertSettings, seed: int) -> int:
    """Count the years with any alert among so many in which nothing changed."""
    draws, days = Draws(random.Random(seed)), LOOKS_A_YEAR + 2 * rules.window
    return sum(
        first_alert(draws.year(shape, days), rules, 2 * rules.window, LOOKS_A_YEAR) is not None for _ in range(years)
    )


def delays(shape: Shape, drop: float, rules: AlertSettings, years: int, seed: int) -> list[int | None]:
    """Drop a survey's score by so many points, and return after how many days each survey reports it, if ever."""
    draws, before = Draws(random.Random(seed)), 2 * rules.window
    promoters, detractors = shape.truth
    after = (promoters - drop / 200, detractors + drop / 200)
    looks = 2 * rules.window
    found = [
        first_alert(draws.year(shape, before + looks, before, after), rules, before + 1, looks) for _ in range(years)
    ]
    return [None if look is None else look + 1 for look in found]


def _columns(sums: Sums) -> tuple[Sequence[int], ...]:
    return sums.responses, sums.promoters, sums.detractors


def _may_be_real(before: tuple[int, int, int], now: tuple[int, int, int], hopeless: float) -> bool:
    """Return whether the adjusted Wald test alone would call it real, so that most looks need no more than this."""
    (mean, variance), (other, variance_now) = _adjusted(*before), _adjusted(*now)
    difference = mean - other
    return difference * difference >= hopeless * (1 - 1e-9) * (variance + variance_now)


def _adjusted(size: int, promoters: int, detractors: int) -> tuple[float, float]:
    p, d = (promoters + 0.75) / (size + 3), (detractors + 0.75) / (size + 3)
    return p - d, (p + d - (p - d) * (p - d)) / (size + 3)
