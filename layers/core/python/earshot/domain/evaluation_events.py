"""The events of an evaluation: significant changes, and the target's status; repeats have the same ids."""

from typing import Any

from earshot.domain.daily_evaluation import (
    DailyEvaluation,
    EmittedTargetStatus,
    ScoreChange,
    TargetStatus,
    window_until,
)
from earshot.domain.events import Event, make_event
from earshot.domain.response import ALL
from earshot.domain.score_snapshot import scored


def evaluation_events(evaluation: DailyEvaluation, time: str) -> list[Event]:
    """Return the events of an evaluation; `time` is the ISO 8601 time at which it was stored."""
    events = [_changed(evaluation, change, time) for change in evaluation.changes]
    emitted = evaluation.emitted_status
    return [*events, _target(evaluation, emitted, time)] if emitted and emitted.day == evaluation.day else events


def _changed(evaluation: DailyEvaluation, change: ScoreChange, time: str) -> Event:
    (previous, current), found = evaluation.windows, change.change
    data = {
        **_about(evaluation.survey, change.series, evaluation.day),
        "window": f"{evaluation.rules.window}d",
        "direction": change.direction,
        "previous": scored(previous, change.previous),
        "current": scored(current, change.current),
        "change": {"points": round(found.points, 3), "low": round(found.low, 3), "high": round(found.high, 3)},
        "p_value": change.p_value,
        "level": evaluation.rules.level,
    }
    return _event("ScoreChanged", evaluation.correlation, time, data)


def _target(evaluation: DailyEvaluation, emitted: EmittedTargetStatus, time: str) -> Event:
    target = emitted.target
    data = {
        **_about(evaluation.survey, ALL, emitted.day),
        "window": f"{target.window}d",
        "target": target.score,
        "baseline": target.baseline,
        "current": scored(window_until(emitted.day, target.window), emitted.histogram),
    }
    return _event(
        "TargetReached" if emitted.status is TargetStatus.REACHED else "TargetMissed",
        evaluation.correlation,
        time,
        data,
    )


def _about(survey: str, series: str, day: str) -> dict[str, Any]:
    return {"survey": survey, "series": series, "day": day}


def _event(detail_type: str, correlation: str, time: str, data: dict[str, Any]) -> Event:
    return make_event(detail_type, f"{data['survey']}/{data['series']}/{data['day']}", time, correlation, data)
