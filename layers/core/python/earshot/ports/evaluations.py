"""The daily evaluations of scores, with their changes."""

from typing import Protocol

from earshot.domain.daily_evaluation import DailyEvaluation


class DailyEvaluations(Protocol):
    """The daily evaluations of a survey's scores, each made once and for good."""

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the latest evaluation, of whose changes some may be missing; None if there is none."""

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """Return the evaluations of the days from `first` (inclusive) to `end` (exclusive)."""

    def put(self, evaluation: DailyEvaluation) -> bool:
        """Store an evaluation with all of its changes, or none; False if its day was evaluated already."""
