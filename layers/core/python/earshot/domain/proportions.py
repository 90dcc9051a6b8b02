"""Shares of a whole with Wilson's interval, and the difference of two of them with Newcombe's (1998, method 10)."""

from dataclasses import dataclass
from math import sqrt

from earshot.domain.score import LEVEL, NORMAL_QUANTILES, Interval


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many `hits` of so many; without any there is neither a share nor an interval."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Return the share, from 0 to 1."""
        return self.hits / self.of if self.of else None

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return Wilson's interval of the share."""
        return wilson(self.hits, self.of, level)


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two independent shares, from -1 to 1, and whether it is more than chance at the level .05."""

    difference: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Return whether the 95 % interval excludes zero."""
        return self.low > 0 or self.high < 0


def wilson(hits: int, of: int, level: float = LEVEL) -> Interval | None:
    """Return Wilson's score interval, from 0 to 1; it has a width at 0 and at 1, too. None if it is of none."""
    if not of:
        return None
    z, share = NORMAL_QUANTILES[level], hits / of
    size = 1 + z * z / of
    centre = (share + z * z / (2 * of)) / size
    margin = z / size * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # At the ends it is exact, whatever the last bits of a float say.
    low = centre - margin if hits else 0.0
    return Interval(level, low, min(1.0, centre + margin) if hits < of else 1.0)


def newcombe(before: Proportion, after: Proportion) -> Difference | None:
    """Compare two shares by an interval made of both Wilson intervals: good for few, too. None if one is of none."""
    first, second = before.interval(), after.interval()
    if first is None or second is None or before.share is None or after.share is None:
        return None
    difference = after.share - before.share
    down = sqrt((after.share - second.low) ** 2 + (first.high - before.share) ** 2)
    up = sqrt((second.high - after.share) ** 2 + (before.share - first.low) ** 2)
    return Difference(difference, difference - down, difference + up)
