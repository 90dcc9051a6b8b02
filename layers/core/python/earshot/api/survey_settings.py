"""The body of `PUT` and `PATCH /v1/surveys/{survey}`, checked."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from earshot.api.alert_settings import ALERTS, BANDS, TARGET
from earshot.api.case_settings import CASES
from earshot.api.fields import EMAIL
from earshot.api.invitation_rules import BRAND, RULES
from earshot.api.schema import (
    Context,
    Found,
    Integer,
    Line,
    NoOthers,
    NullOrEmpty,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Text,
)
from earshot.api.segment_values import SEGMENT_LIST
from earshot.api.widget_settings import WIDGET
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.names import NAME, check_name
from earshot.domain.segment_values import Tracked
from earshot.domain.survey import KINDS, STATES

LONGEST_RETENTION = 3650  # days


def check_survey_id(survey_id: str) -> str:
    """Check the id of a survey that is to be created."""
    try:
        return str(SURVEY_ID.check(survey_id))
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def read_settings(body: Mapping[str, Any], survey_id: str, *, partial: bool) -> dict[str, Any]:
    """Read a survey's settings; with `partial` none is required, nor is a part of one that has parts.

    `segments` come apart: `open_segments` and, of the segments that have some, the values `listed`.
    """
    settings = (CHANGE if partial else SETTINGS).read(body, Context(id=survey_id, partial=partial))
    settings.pop("id", None)
    return settings | (_spread(settings["segments"]) if "segments" in settings else {})


def _check_name(text: str) -> str:
    return check_name(text, "a survey id")


def _check_id(found: Found) -> None:
    if "id" in found.body and found.given.get("id") != found.context.id:
        found.fault("id", "it is not the id in the path")


def _spread(tracked: tuple[Tracked, ...]) -> dict[str, Any]:
    """Part the segments into their names, those that are open, and the values listed of each."""
    return {
        "segments": tuple(each.name for each in tracked),
        "open_segments": tuple(each.name for each in tracked if each.is_open),
        "listed": {each.name: each.values for each in tracked if each.values},
    }


@cache
def _zones() -> frozenset[str]:
    """Return the names of zones; to look through their files takes milliseconds, and a batch of people names 500."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def _spell_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone like Europe/Berlin")
    return ZoneInfo(name).key


SURVEY_ID = Text(63).then(_check_name, pattern=f"^{NAME}$")
ZONE = Text(64).then(_spell_zone, format="time-zone", description="An IANA time zone like `Europe/Berlin`.")
_SETTINGS = (
    Optional("question", Text(500, blank=False)),
    Optional("timezone", ZONE),
    Optional("segments", SEGMENT_LIST),
    Optional("state", OneOf(*STATES)),
    Optional("kind", OneOf(*KINDS)),
    Optional("rules", RULES),
    Optional("brand", BRAND),
    Optional("alerts", ALERTS),
    Optional("target", TARGET),
    Optional("bands", BANDS),
    Optional("retention_days", NullOrEmpty(Integer(1, LONGEST_RETENTION))),
    Optional("owner", NullOrEmpty(EMAIL)),
    Optional("cases", CASES),
    Optional("widget", WIDGET),
    NoOthers(),
)
_ID = (Optional("id", Text(63)), Rule(_check_id))
SETTINGS = Object(*_ID, Required("name", Line(200)), *_SETTINGS, name="SurveySettings")
CHANGE = Object(*_ID, Optional("name", Line(200)), *_SETTINGS, name="SurveyChange")
