"""The score: Net Promoter arithmetic, its interval, and whether it changed (Rocks 2016; Sauro and Lewis).

A band is a label for a score: of a published guide, which disagree, or of a survey's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, sqrt
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from earshot.domain.alert_settings import Bands

SCORES = range(11)
LEVEL = 0.95
# From this many responses on an interval is drawn and a score has a label; fewer are too few.
FEWEST_DRAWN = 10
NORMAL_QUANTILES = {
    0.80: 1.2815515655446004,
    0.90: 1.6448536269514722,
    0.95: 1.959963984540054,
    0.99: 2.5758293035489004,
}


def left(counted: int, taken: int) -> int:
    """Subtract counts, never below zero: two reads a moment apart may not fit together."""
    return max(0, counted - taken)


def category(score: int) -> str:
    """Return the category of a score: promoter (9-10), passive (7-8) or detractor (0-6)."""
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


class Sample(Protocol):
    """Responses by camp: enough for a score and its interval."""

    @property
    def promoters(self) -> int:
        """Count the responses of 9 and 10."""

    @property
    def detractors(self) -> int:
        """Count the responses of 0 to 6."""

    @property
    def responses(self) -> int:
        """Count all responses."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many responses gave each score, 0 to 10: all that a score is ever computed from."""

    counts: tuple[int, ...] = (0,) * 11

    @property
    def detractors(self) -> int:
        """Count the responses of 0 to 6."""
        return sum(self.counts[:7])

    @property
    def passives(self) -> int:
        """Count the responses of 7 and 8."""
        return sum(self.counts[7:9])

    @property
    def promoters(self) -> int:
        """Count the responses of 9 and 10."""
        return sum(self.counts[9:])

    @property
    def responses(self) -> int:
        """Count all responses."""
        return sum(self.counts)

    def without(self, other: "Histogram") -> "Histogram":
        """Take the responses of another histogram away, score by score, and never below none."""
        return Histogram(tuple(map(left, self.counts, other.counts)))

    @classmethod
    def total(cls, histograms: Iterable["Histogram"]) -> "Histogram":
        """Add histograms up, score by score."""
        return cls(tuple(map(sum, zip((0,) * 11, *(h.counts for h in histograms), strict=True))))

    @classmethod
    def of(cls, scores: Iterable[int]) -> "Histogram":
        """Count scores, each from 0 to 10."""
        counts = [0] * 11
        for score in scores:
            counts[score] += 1
        return cls(tuple(counts))


class Interval(NamedTuple):
    """A range in points at a confidence level between 0 and 1."""

    level: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Change:
    """The difference between two independent samples, in points, and what a test makes of it.

    `points` is the raw difference; `low`, `high` and `p_value` are those of the adjusted Wald test.
    """

    points: float
    low: float
    high: float
    p_value: float
    significant: bool


def net_promoter_score(sample: Sample) -> int | None:
    """Return 100 * (promoters - detractors) / responses, rounded once, half away from zero; None without responses."""
    return score_of(sample.promoters, sample.detractors, sample.responses)


def score_of(promoters: int, detractors: int, responses: int) -> int | None:
    """Return the score of numbers of responses, see `net_promoter_score`."""
    if not responses:
        return None
    numerator = 100 * (promoters - detractors)
    magnitude = (2 * abs(numerator) + responses) // (2 * responses)
    return -magnitude if numerator < 0 else magnitude


def exact_score(sample: Sample) -> float | None:
    """Return 100 * (promoters - detractors) / responses, in points and not rounded; None without responses."""
    return exact_score_of(sample.promoters, sample.detractors, sample.responses)


def exact_score_of(promoters: int, detractors: int, responses: int) -> float | None:
    """Return the score of numbers of responses before it is rounded, see `exact_score`."""
    return 100 * (promoters - detractors) / responses if responses else None


def interval(sample: Sample, level: float = LEVEL) -> Interval | None:
    """Return the adjusted Wald interval (Rocks 2016), clamped to [-100, 100]; None without responses.

    It is widened to the exact score where it falls short of it: at 95 % that is a single response of an extreme score.
    """
    bounds = bounds_of(sample.promoters, sample.detractors, sample.responses, NORMAL_QUANTILES[level])
    return Interval(level, *bounds) if bounds else None


def bounds_of(promoters: int, detractors: int, responses: int, quantile: float) -> tuple[float, float] | None:
    """Return the low and the high end of the interval of numbers of responses, see `interval`."""
    if not responses:
        return None
    centre, variance = _moments(promoters, detractors, responses)
    margin = quantile * sqrt(variance)
    low, high = 100 * (centre - margin), 100 * (centre + margin)
    exact = 100 * (promoters - detractors) / responses
    # Not max and min: a trend has hundreds of intervals, and would feel the calls.
    low = low if low < exact else exact  # noqa: FURB136
    high = high if high > exact else exact  # noqa: FURB136
    return low if low > -100.0 else -100.0, high if high < 100.0 else 100.0  # noqa: FURB136


def change(before: Sample, after: Sample, level: float = LEVEL) -> Change | None:
    """Compare two samples that share no responses (adjusted Wald, two-sided); None if either is empty.

    Overlapping windows must never be compared with this: they share their responses.
    """
    if not before.responses or not after.responses:
        return None
    (centre_before, variance_before), (centre_after, variance_after) = _adjusted(before), _adjusted(after)
    difference, error = centre_after - centre_before, sqrt(variance_before + variance_after)
    margin = NORMAL_QUANTILES[level] * error
    p_value = erfc(abs(difference) / error / sqrt(2))
    return Change(
        points=_exact(after) - _exact(before),
        low=100 * (difference - margin),
        high=100 * (difference + margin),
        p_value=p_value,
        significant=p_value < 1 - level,
    )


def strict_p_value(before: Histogram, after: Histogram) -> float:
    """Return the greater of two p-values for "nothing changed", which holds where an alert decides: far in the tail.

    There the adjusted Wald test says "changed" up to five times too often for few responses, as each side's variance
    is estimated from it alone; one variance for both sides does not, but is too small where nearly all agree.
    """
    found = change(before, after)
    if found is None:
        return 1.0
    both = Histogram.total((before, after))
    _, variance = _adjusted(both)
    error = sqrt(variance * (both.responses + 3) * (1 / before.responses + 1 / after.responses))
    return max(found.p_value, erfc(abs(found.points) / 100 / error / sqrt(2)))


def _exact(sample: Sample) -> float:
    return 100 * (sample.promoters - sample.detractors) / sample.responses


def _adjusted(sample: Sample) -> tuple[float, float]:
    return _moments(sample.promoters, sample.detractors, sample.responses)


def _moments(promoters: int, detractors: int, responses: int) -> tuple[float, float]:
    """Return mean and squared standard error, on -1..1, after adding 3/4, 3/2 and 3/4 pseudo-responses."""
    size = responses + 3
    mean = (promoters - detractors) / size
    return mean, ((promoters + detractors + 1.5) / size - mean * mean) / size


# The scale of a survey with bands of its own.
OWN = "custom"

# Where each band begins. The guides give borders; labels that a guide lacks are ours.
SCALES: dict[str, tuple[tuple[int, str], ...]] = {
    # "> 0 good, >= 50 excellent, < 0 poor", of an account-management guide.
    "account-management": ((-100, "poor"), (0, "neither good nor poor"), (1, "good"), (50, "excellent")),
    # "-100..0, 0..50, > 50", of a B2B guide.
    "b2b": ((-100, "low"), (1, "middle"), (51, "high")),
    # "< 0, 0-30 good, 30-70 great, 70-100 excellent", of an agency guide.
    "agency": ((-100, "below zero"), (0, "good"), (30, "great"), (70, "excellent")),
}


def band_of(interval: Interval, bands: "Bands") -> tuple[str, str] | None:
    """Return the label of the band that holds a whole interval and the name of its scale.

    Return None if the interval crosses a border, since the statistics then cannot tell the bands apart, and if the
    survey wants no words.
    """
    if bands is None:
        return None
    name, borders = (bands, SCALES[bands]) if isinstance(bands, str) else (OWN, bands)
    low, high = ([label for begin, label in borders if begin <= end][-1] for end in (interval.low, interval.high))
    return (low, name) if low == high else None
