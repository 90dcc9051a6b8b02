"""The alerts, the target and the bands of a survey, checked field by field."""

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from earshot.api.schema import (
    REQUIRED,
    Checked,
    Field,
    Found,
    Integer,
    Line,
    NoOthers,
    Nullable,
    Number,
    Object,
    Optional,
    Part,
    PartError,
    Rule,
    Schema,
    kind,
)
from earshot.domain.alert_settings import AlertSettings, Bands, ScoreTarget
from earshot.domain.errors import FieldError
from earshot.domain.score import SCALES

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Points, words

    class _SurveyAlerts(TypedDict):
        window: str
        level: float
        minimum: Count

    class _SurveyTarget(TypedDict):
        score: Points
        baseline: Points | None
        window: str

    _BandStart = TypedDict("_BandStart", {"from": Points})

    class _SurveyBand(_BandStart):
        label: str

    class SurveyAlerting(TypedDict):
        """The settings of a survey's alerts."""

        alerts: _SurveyAlerts
        target: _SurveyTarget | None
        bands: Annotated[Any, words(*SCALES, None)] | list[_SurveyBand]


SHORTEST, LONGEST = 7, 365
LOWEST_LEVEL, HIGHEST_LEVEL = 0.001, 0.2
MOST_BANDS = 20


def _read_days(value: Any) -> int:
    """Return the number of days like 30d."""
    found = re.fullmatch(r"([1-9]\d{0,3})d", value, re.ASCII) if isinstance(value, str) else None
    if not found or not SHORTEST <= int(found[1]) <= LONGEST:
        raise ValueError(f"it must be a number of days from '{SHORTEST}d' to '{LONGEST}d', not {_shown(value)}")
    return int(found[1])


class _Bands(Field):
    """The name of a published scale, bands of one's own, or none."""

    __slots__ = ()

    def check(self, value: Any) -> Bands:
        """Return the name, or the bands as pairs of their first score and their label; None for null."""
        if value is None or (isinstance(value, str) and value in SCALES):
            return value
        if not isinstance(value, list):
            raise ValueError(
                f'it must be one of {", ".join(SCALES)}, an array like [{{"from": -100, "label": "low"}}], or null'
            )
        if not 1 <= len(value) <= MOST_BANDS:
            raise ValueError(f"it has {len(value)} bands; 1 to {MOST_BANDS} are allowed")
        bands = tuple(_band(place, entry) for place, entry in enumerate(value))
        if bands[0][0] != -100:
            raise ValueError("the first band must begin at -100")
        if any(before >= after for (before, _), (after, _) in pairwise(bands)):
            raise ValueError("the bands must ascend: each begins at a higher score than the one before")
        return bands

    def schema(self) -> Schema:
        """Return the names and an array of bands."""
        band = BAND.schema()
        first = band | {"properties": band["properties"] | {"from": {"const": -100}}}
        bands = {"type": "array", "prefixItems": [first], "items": band, "minItems": 1, "maxItems": MOST_BANDS}
        return {
            "anyOf": [{"enum": [*SCALES, None]}, bands],
            "description": "A published scale, or bands of one's own: ascending, the first from -100; null for no "
            "words.",
        }


def _all_given(*names: str) -> Rule:
    """Make a rule that these fields are required, once those that are given are right."""

    def check(found: Found) -> None:
        if not found.faults:
            found.faults += [FieldError(name, REQUIRED) for name in names if name not in found.given]

    return Rule(check, required=list(names))


POINTS, LEVEL = Integer(-100, 100), Number(LOWEST_LEVEL, HIGHEST_LEVEL)
DAYS = Checked(
    _read_days,
    type="string",
    pattern=r"^([7-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-5])d$",
    description=f"A number of days from {SHORTEST}d to {LONGEST}d.",
)
ALERTS = Part(
    Optional("window", DAYS),
    Optional("level", LEVEL),
    Optional("minimum", Integer(10, 1_000_000)),
    NoOthers(),
    make=lambda given: AlertSettings(**given),
)
TARGET = Nullable(
    Object(
        Optional("score", POINTS),
        Optional("baseline", Nullable(POINTS)),
        Optional("window", DAYS),
        NoOthers(),
        _all_given("score"),
        make=lambda given: ScoreTarget(**given),
        description="It is reached when the whole interval of the score is at or above it: never at 100, and at 99 "
        "with 713 responses or more, all of them promoters.",
    )
)
BAND = Object(Optional("from", POINTS), Optional("label", Line(40)), NoOthers(), _all_given("from", "label"))
BANDS = _Bands()


def alerting_view(alerts: AlertSettings, target: ScoreTarget | None, bands: Bands) -> "SurveyAlerting":
    """Show the settings of a survey's alerts, as they are sent."""
    return {
        "alerts": {"window": f"{alerts.window}d", "level": alerts.level, "minimum": alerts.minimum},
        "target": {"score": target.score, "baseline": target.baseline, "window": f"{target.window}d"}
        if target
        else None,
        "bands": [{"from": begin, "label": label} for begin, label in bands] if isinstance(bands, tuple) else bands,
    }


def _band(place: int, value: Any) -> tuple[int, str]:
    """Return one band of a list; PartError with the paths of its faults."""
    try:
        given = BAND.check(value)
    except PartError as exc:
        raise PartError([FieldError(f"[{place}].{fault.field}", fault.reason) for fault in exc.faults]) from exc
    except ValueError as exc:
        raise PartError([FieldError(f"[{place}]", str(exc))]) from exc
    return given["from"], given["label"]


def _shown(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else kind(value)
