"""The body of `PUT` and `PATCH /v1/surveys/{survey}`, checked."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from earshot.api.alert_settings import read_alerts, read_bands, read_changed_alerts, read_target
from earshot.api.fields import Fields, describes, line, no_such_field, one_of, or_none, text
from earshot.api.invitation_rules import read_brand, read_changed_brand, read_changed_rules, read_rules, whole
from earshot.api.segment_values import segments
from earshot.api.widget_settings import read_changed_widget, read_widget
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.names import NAME, is_name
from earshot.domain.segment_values import Tracked
from earshot.domain.survey import KINDS, STATES

LONGEST_RETENTION = 3650  # days


def check_survey_id(survey_id: str) -> str:
    """Check the id of a survey that is to be created."""
    try:
        return survey_name(survey_id)
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


@describes(type="string", pattern=f"^{NAME}$")
def survey_name(value: Any) -> str:
    """Check that a text can be the id of a survey at all."""
    said: str = text(63)(value)
    if not is_name(said):
        raise ValueError("a survey id has 1 to 63 of a-z, 0-9 and '-', and does not begin with '-'")
    return said


def read_settings(body: Mapping[str, Any], survey_id: str, *, partial: bool) -> dict[str, Any]:
    """Read a survey's settings; with `partial` none is required, nor is a part of one that has parts.

    `segments` come apart: `open_segments` and, of the segments that have some, the values `listed`.
    """
    fields = Fields(body)
    checks = {
        "name": line(200),
        "question": text(500, empty=False),
        "timezone": zone,
        "segments": segments,
        "state": one_of(*STATES),
        "kind": one_of(*KINDS),
        "rules": read_changed_rules if partial else read_rules,
        "brand": read_changed_brand if partial else read_brand,
        "alerts": read_changed_alerts if partial else read_alerts,
        "target": read_target,
        "bands": read_bands,
        "retention_days": or_none(whole(1, LONGEST_RETENTION)),
        "widget": read_changed_widget if partial else read_widget,
    }
    if fields.take("id", text(63), survey_id) != survey_id:
        fields.fault("id", "it is not the id in the path")
    if not partial and not fields.has("name"):
        fields.take("name", line(200))
    settings = {name: fields.take(name, check) for name, check in checks.items() if fields.has(name)}
    settings |= _spread(settings["segments"]) if settings.get("segments") is not None else {}
    fields.unknown(lambda name: no_such_field(name, checks))
    fields.finish()
    return settings


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


@describes(
    type="string",
    maxLength=64,
    format="time-zone",
    description="An IANA time zone like `Europe/Berlin`.",
)
def zone(value: Any) -> str:
    """Check an IANA time zone, and give it in its own spelling."""
    name: str = text(64)(value)
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone like Europe/Berlin")
    return ZoneInfo(name).key
