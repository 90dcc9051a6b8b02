"""Alert settings, targets and the settings of cases as JSON within items, there and back."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.access import Role
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority


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


def written_cases(cases: CaseSettings) -> dict[str, Any]:
    """Return the settings of cases as JSON has them."""
    return {
        "owner": cases.owner,
        "owner_property": cases.owner_property,
        "role": cases.role and cases.role.value,
        "calendar": cases.calendar,
        "high": [cases.targets.high.contact_hours, cases.targets.high.close_hours],
        "normal": [cases.targets.normal.contact_hours, cases.targets.normal.close_hours],
    }


def read_cases(settings: Mapping[str, Any]) -> CaseSettings:
    """Read the settings of cases; KeyError if something is missing."""
    return CaseSettings(
        owner=settings["owner"],
        owner_property=settings["owner_property"],
        role=Role(settings["role"]) if settings["role"] else None,
        calendar=settings["calendar"],
        targets=TargetsByPriority(Targets(*settings["high"]), Targets(*settings["normal"])),
    )
