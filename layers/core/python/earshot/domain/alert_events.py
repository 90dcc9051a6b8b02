"""The events of an evaluation: significant changes, and the target's status; repeats have the same ids."""

from typing import Any

from earshot.domain.alerts import Alert, DailyEvaluation, EmittedTargetStatus, TargetStatus, window_until
from earshot.domain.events import Event, make_event
from earshot.domain.response import ALL
from earshot.domain.score_snapshot import scored


def alert_events(judgement: DailyEvaluation, time: str) -> list[Event]:
    """Return the events of an evaluation; `time` is the ISO 8601 time at which it was stored."""
    events = [_changed(judgement, alert, time) for alert in judgement.alerts]
    told = judgement.emitted_status
    return [*events, _target(judgement, told, time)] if told and told.day == judgement.day else events


def _changed(judgement: DailyEvaluation, alert: Alert, time: str) -> Event:
    (previous, current), found = judgement.windows, alert.change
    data = {
        **_about(judgement.survey, alert.series, judgement.day),
        "window": f"{judgement.rules.window}d",
        "direction": alert.direction,
        "previous": scored(previous, alert.previous),
        "current": scored(current, alert.current),
        "change": {"points": round(found.points, 3), "low": round(found.low, 3), "high": round(found.high, 3)},
        "p_value": alert.p_value,
        "level": judgement.rules.level,
    }
    return _event("ScoreChanged", judgement.correlation, time, data)


def _target(judgement: DailyEvaluation, told: EmittedTargetStatus, time: str) -> Event:
    target = told.target
    data = {
        **_about(judgement.survey, ALL, told.day),
        "window": f"{target.window}d",
        "target": target.score,
        "baseline": target.baseline,
        "current": scored(window_until(told.day, target.window), told.histogram),
    }
    return _event(
        "TargetReached" if told.status is TargetStatus.REACHED else "TargetMissed", judgement.correlation, time, data
    )


def _about(survey: str, series: str, day: str) -> dict[str, Any]:
    return {"survey": survey, "series": series, "day": day}


def _event(detail_type: str, correlation: str, time: str, data: dict[str, Any]) -> Event:
    return make_event(detail_type, f"{data['survey']}/{data['series']}/{data['day']}", time, correlation, data)
