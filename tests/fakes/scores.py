"""Scores and daily evaluations that are kept, in memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from earshot.domain.daily_evaluation import DailyEvaluation


class InMemoryScores:
    """Scores in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        return {name: self.kept[survey, name][0] for name in series if (survey, name) in self.kept}

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        if self.kept.get((survey, series), (-1, {}))[0] < computed_at:
            self.kept[survey, series] = (computed_at, windows)


class InMemoryDailyEvaluations:
    """Evaluations in a dictionary; `before` the write of one a test may interfere."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], DailyEvaluation] = {}
        self.before: Callable[[DailyEvaluation], None] = lambda _: None

    def latest(self, survey: str) -> DailyEvaluation | None:
        days = [day for owner, day in self.kept if owner == survey]
        return self.kept[survey, max(days)] if days else None

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        days = sorted(day for owner, day in self.kept if owner == survey and first <= day < end)
        return [self.kept[survey, day] for day in days]

    def put(self, evaluation: DailyEvaluation) -> bool:
        self.before(evaluation)
        return self.kept.setdefault((evaluation.survey, evaluation.day), evaluation) is evaluation
