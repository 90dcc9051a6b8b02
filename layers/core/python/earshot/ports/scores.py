"""The counts of responses, the scores computed from them, and their daily evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from earshot.domain.alerts import DailyEvaluation
from earshot.domain.score import Histogram


class Counts(Protocol):
    """The counts of one series by day."""

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        """Return the histogram of each day from `first` (inclusive) to `end` (exclusive) that has one."""

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        """Return histograms of superseded responses from `first` to `end` (exclusive), by (own day, next day)."""

    def candidates(self, survey: str, segment: str) -> Mapping[int, int]:
        """Return how many counted responses each candidate of a segment has, by its number."""

    def quality_flags(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return the quality flags of each day that has some, from `first` to `end` (exclusive)."""


class Scores(Protocol):
    """The rolling scores as last computed."""

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        """Return when each series was last computed (Unix milliseconds)."""

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        """Store the windows of a series, unless later ones are there."""


class DailyEvaluations(Protocol):
    """The daily evaluations of a survey's alerts, each made once and for good."""

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the latest evaluation, of whose alerts some may be missing; None if there is none."""

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """Return the evaluations of the days from `first` (inclusive) to `end` (exclusive)."""

    def put(self, evaluation: DailyEvaluation) -> bool:
        """Store an evaluation with all of its alerts, or none; False if its day was evaluated already."""
