"""The counts of responses, and the scores computed from them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from earshot.domain.score import Histogram
from earshot.domain.score_summary import ScoreHistory, ScoreSummary


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

    def summaries(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ScoreSummary]:
        """Read the summaries of some series, each by survey and series, as far as they were computed."""

    def put(
        self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any], history: ScoreHistory
    ) -> None:
        """Store the windows of a series and its history, unless later ones are there."""
