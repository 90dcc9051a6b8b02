"""The alert settings of a survey: significant changes of its scores, and its target."""

from dataclasses import dataclass

DEFAULT_BANDS = "account-management"

# Names of published scales, or (from, label) pairs of one's own, ascending from -100; None for no words at all.
Bands = str | tuple[tuple[int, str], ...] | None


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Alert settings: window in days, false-alert probability of a year, and the fewest responses of each window.

    `level` is the chance that a year in which nothing changed holds any false alert of the survey at all.
    """

    window: int = 30
    level: float = 0.05
    minimum: int = 30


@dataclass(frozen=True, slots=True)
class ScoreTarget:
    """A target: the score to reach, in points, the score it began with, and the days of its window."""

    score: int
    baseline: int | None = None
    window: int = 30
