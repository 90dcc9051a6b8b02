"""Scores and daily evaluations that are kept, in memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from earshot.domain.daily_evaluation import DailyEvaluation
from earshot.domain.score_summary import ScoreHistory, ScoreSummary, read_summary, written_history


class InMemoryScores:
    """Scores in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[int, Mapping[str, Any]]] = {}
        self.histories: dict[tuple[str, str], ScoreHistory] = {}

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        return {name: self.kept[survey, name][0] for name in series if (survey, name) in self.kept}

    def summaries(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], ScoreSummary]:
        return {
            each: read_summary(*self.kept[each], written_history(self.histories[each]))
            for each in wanted
            if each in self.kept
        }

    def put(
        self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any], history: ScoreHistory
    ) -> None:
        if self.kept.get((survey, series), (-1, {}))[0] < computed_at:
            self.kept[survey, series] = (computed_at, windows)
            self.histories[survey, series] = history


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
