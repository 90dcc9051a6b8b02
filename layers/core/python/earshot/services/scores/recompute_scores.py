"""Recompute the rolling scores of a survey's series and keep them, at most once for responses that came together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from earshot.domain.daily_evaluation import DailyEvaluation
from earshot.domain.iso_time import day_of
from earshot.domain.score import Histogram
from earshot.domain.score_snapshot import scored
from earshot.domain.score_summary import ScoreHistory, history_of
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.domain.window import rolling
from earshot.ports.evaluations import DailyEvaluations
from earshot.ports.messaging import TaskQueue
from earshot.ports.scores import Counts, Scores
from earshot.ports.surveys import Surveys
from earshot.services.scores.evaluate_scores import evaluate

WINDOWS = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Ask:
    """A request for scores of some series of a survey (None: all), no older than `time` (Unix milliseconds)."""

    survey: str
    series: tuple[str, ...] | None
    time: int


@dataclass(frozen=True, slots=True)
class Recomputed:
    """How many series were recomputed, and the evaluation of a day if one was made."""

    series: int
    evaluation: DailyEvaluation | None = None


def fan_out(*, surveys: Surveys, queue: TaskQueue) -> int:
    """Ask for the scores of every survey but those of employees, one message each; return their number."""
    tasks = [{"survey": survey.id} for survey in surveys.list() if not survey.is_employee]
    queue.send(tasks)
    return len(tasks)


def recompute(
    ask: Ask, now: int, *, surveys: Surveys, counts: Counts, scores: Scores, evaluations: DailyEvaluations
) -> Recomputed:
    """Recompute the requested scores that are older than the request.

    There are no scores of employees. Where all series of a survey are asked for, as the schedule does every hour, its
    last day is evaluated, too.
    """
    survey = surveys.get(ask.survey)
    if survey is None or survey.is_employee:
        return Recomputed(0)
    survey = surveys.with_values(survey) if ask.series is None else survey
    wanted = survey.all_series() if ask.series is None else ask.series
    known = scores.computed_at(survey.id, wanted)
    # The clock asks for what others share only once a response was counted there.
    some = wanted if ask.series else [name for name in wanted if name in known or not name.endswith(f"={OTHER}")]
    stale = [series for series in some if known.get(series, -1) <= ask.time]
    for series in stale:
        scores.put(survey.id, series, now, *_windows_and_history(survey, series, now, counts))
    evaluation = evaluate(survey, now, counts=counts, evaluations=evaluations) if ask.series is None else None
    return Recomputed(len(stale), evaluation)


def merge_asks(asks: Sequence[Ask]) -> list[Ask]:
    """Join the requests of a batch, one a survey: all their series, as late as the latest wants them."""
    merged: dict[str, Ask] = {}
    for ask in asks:
        before = merged.get(ask.survey, ask)
        both = None if before.series is None or ask.series is None else (*before.series, *ask.series)
        series = None if both is None else tuple(dict.fromkeys(both))
        merged[ask.survey] = Ask(ask.survey, series, max(before.time, ask.time))
    return list(merged.values())


def _windows_and_history(survey: Survey, series: str, now: int, counts: Counts) -> tuple[dict[str, Any], ScoreHistory]:
    today = date.fromisoformat(day_of(now, survey.zone))
    first, end = today - timedelta(max(WINDOWS) - 1), today + timedelta(1)
    days = counts.days(survey.id, series, first.isoformat(), end.isoformat())
    return {f"{length}d": _score(days, length, today) for length in WINDOWS}, history_of(days, today)


def _score(days: dict[str, Histogram], length: int, today: date) -> dict[str, Any]:
    window = rolling(f"{length}d", today)
    return scored(window, Histogram.total(h for day, h in days.items() if window.holds(day)))
