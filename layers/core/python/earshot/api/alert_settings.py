"""What a survey says of alerts, its target and its bands, checked field by field."""

import re
from itertools import pairwise
from typing import Any

from earshot.api.fields import PartError, describes, kind, line, optional
from earshot.api.invitation_rules import read_part, whole
from earshot.domain.alert_settings import AlertSettings, Bands, ScoreTarget
from earshot.domain.bands import SCALES
from earshot.domain.errors import FieldError

SHORTEST, LONGEST = 7, 365
LOWEST_LEVEL, HIGHEST_LEVEL = 0.001, 0.2
MOST_BANDS = 20

SCORE = whole(-100, 100)
LABEL = line(40)
_BAND: dict[str, Any] = {
    "type": "object",
    "properties": {"from": SCORE, "label": LABEL},
    "required": ["from", "label"],
    "additionalProperties": False,
}


@describes(
    type="string",
    pattern=r"^([7-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])d$",
    description=f"A number of days from {SHORTEST}d to {LONGEST}d.",
)
def _days(value: Any) -> int:
    found = re.fullmatch(r"([1-9]\d{0,3})d", value, re.ASCII) if isinstance(value, str) else None
    if not found or not SHORTEST <= int(found[1]) <= LONGEST:
        raise ValueError(f"it must be a number of days from '{SHORTEST}d' to '{LONGEST}d', not {_shown(value)}")
    return int(found[1])


@describes(type="number", minimum=LOWEST_LEVEL, maximum=HIGHEST_LEVEL)
def _level(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not LOWEST_LEVEL <= value <= HIGHEST_LEVEL:
        raise ValueError(f"it must be a number from {LOWEST_LEVEL} to {HIGHEST_LEVEL}")
    return float(value)


def read_alerts(value: Any) -> AlertSettings:
    """Read when a change is told; what is left out has its default."""
    return AlertSettings(**read_changed_alerts(value))


def read_changed_alerts(value: Any) -> dict[str, Any]:
    """Read only what is given of it."""
    return read_part(value, {"window": _days, "level": _level, "minimum": whole(10, 1_000_000)})


@describes(
    anyOf=[
        {
            "type": "object",
            "properties": {"score": SCORE, "baseline": optional(SCORE), "window": _days},
            "required": ["score"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ],
    description="It is reached when the whole interval of the score is at or above it: never at 100, and at 99 with "
    "713 answers or more, all of them promoters.",
)
def read_target(value: Any) -> ScoreTarget | None:
    """Read a target, which needs a score; null is none."""
    if value is None:
        return None
    said = read_part(value, {"score": SCORE, "baseline": optional(SCORE), "window": _days})
    if "score" not in said:
        raise PartError([FieldError("score", "this field is required")])
    return ScoreTarget(**said)


@describes(
    anyOf=[
        {"enum": [*SCALES, None]},
        {
            "type": "array",
            "prefixItems": [_BAND | {"properties": _BAND["properties"] | {"from": {"const": -100}}}],
            "items": _BAND,
            "minItems": 1,
            "maxItems": MOST_BANDS,
        },
    ],
    description="A published scale, or bands of one's own: ascending, the first from -100; null for no words.",
)
def read_bands(value: Any) -> Bands:
    """Read the name of a published scale, or bands of one's own; null is none."""
    if value is None or (isinstance(value, str) and value in SCALES):
        return value
    if not isinstance(value, list):
        raise ValueError(
            f'it must be one of {", ".join(SCALES)}, an array like [{{"from": -100, "label": "low"}}], or null'
        )
    if not 1 <= len(value) <= MOST_BANDS:
        raise ValueError(f"it has {len(value)} bands; from 1 to {MOST_BANDS} fit")
    bands = tuple(_band(place, entry) for place, entry in enumerate(value))
    if bands[0][0] != -100:
        raise ValueError("the first band must begin at -100, or the lowest scores have none")
    if any(before >= after for (before, _), (after, _) in pairwise(bands)):
        raise ValueError("the bands must ascend, each from a score above that of the one before")
    return bands


def alerting_view(alerts: AlertSettings, target: ScoreTarget | None, bands: Bands) -> dict[str, Any]:
    """Show what a survey says of alerts, as it is sent."""
    shown_target = target and {"score": target.score, "baseline": target.baseline, "window": f"{target.window}d"}
    return {
        "alerts": {"window": f"{alerts.window}d", "level": alerts.level, "minimum": alerts.minimum},
        "target": shown_target,
        "bands": [{"from": begin, "label": label} for begin, label in bands] if isinstance(bands, tuple) else bands,
    }


def _band(place: int, value: Any) -> tuple[int, str]:
    """Read one band of a list; PartError with the paths of its faults."""
    checks = {"from": SCORE, "label": LABEL}
    try:
        said = read_part(value, checks)
    except PartError as exc:
        raise PartError([FieldError(f"[{place}].{fault.field}", fault.reason) for fault in exc.faults]) from exc
    except ValueError as exc:
        raise PartError([FieldError(f"[{place}]", str(exc))]) from exc
    if missing := [FieldError(f"[{place}].{name}", "this field is required") for name in checks if name not in said]:
        raise PartError(missing)
    return said["from"], said["label"]


def _shown(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else kind(value)
