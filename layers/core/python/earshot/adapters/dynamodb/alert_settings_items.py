"""Alert settings and targets as JSON within items, there and back."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.alert_settings import AlertSettings, ScoreTarget


def written_settings(settings: AlertSettings) -> dict[str, Any]:
    """Return alert settings as JSON has them."""
    return {"window": settings.window, "level": settings.level, "minimum": settings.minimum}


def read_settings(settings: Mapping[str, Any]) -> AlertSettings:
    """Read alert settings; KeyError if something is missing."""
    return AlertSettings(window=settings["window"], level=settings["level"], minimum=settings["minimum"])


def written_target(target: ScoreTarget) -> dict[str, Any]:
    """Return a target as JSON has it."""
    return {"score": target.score, "baseline": target.baseline, "window": target.window}


def read_target(settings: Mapping[str, Any]) -> ScoreTarget:
    """Read a target; KeyError if something is missing."""
    return ScoreTarget(score=settings["score"], baseline=settings["baseline"], window=settings["window"])
