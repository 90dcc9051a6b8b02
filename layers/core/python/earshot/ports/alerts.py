"""The daily evaluations of scores, with their alerts."""

from typing import Protocol

from earshot.domain.alerts import DailyEvaluation


class DailyEvaluations(Protocol):
    """The daily evaluations of a survey's alerts, each made once and for good."""

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the latest evaluation, of whose alerts some may be missing; None if there is none."""

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """Return the evaluations of the days from `first` (inclusive) to `end` (exclusive)."""

    def put(self, evaluation: DailyEvaluation) -> bool:
        """Store an evaluation with all of its alerts, or none; False if its day was evaluated already."""
