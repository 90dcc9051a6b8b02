"""What a survey wants to be told of: changes of its scores that are real, and how it stands to its target."""

from dataclasses import dataclass

DEFAULT_BANDS = "account-management"

# Names of published scales, or (from, label) pairs of one's own, ascending from -100; None for no words at all.
Bands = str | tuple[tuple[int, str], ...] | None


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """When a change of a score is told: windows in days, the level of a year, and how many responses either needs.

    `level` is the chance that a year in which nothing changed holds any false alert of the survey at all.
    """

    window: int = 30
    level: float = 0.05
    minimum: int = 30


@dataclass(frozen=True, slots=True)
class ScoreTarget:
    """A score to reach, in points, the one it began with, and the days over which it is judged."""

    score: int
    baseline: int | None = None
    window: int = 30
