"""The values of a segment over HTTP: the owner's list, what is decided about one, and how they are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from earshot.api.fields import SHOWS, Fields, boolean, describes, kind, name_of
from earshot.api.queries import no_such
from earshot.domain.errors import InvalidError
from earshot.domain.segment_values import (
    CANDIDATES,
    LONGEST_VALUE,
    OPEN_VALUES,
    OTHER,
    VALUES_PER_SEGMENT,
    Tracked,
    Value,
    ValueStatus,
)
from earshot.domain.survey import Survey
from earshot.services.surveys.manage_segment_values import Wish

LONGEST_SEGMENT = 64
SEGMENTS = 10
# Named in one call.
MOST_NAMED = 200


# A value in the description; control characters and spaces around it are none of it.
VALUE = {"type": "string", "maxLength": LONGEST_VALUE, "pattern": SHOWS, "not": {"enum": [OTHER]}}


@describes(
    type="string",
    maxLength=LONGEST_VALUE,
    pattern=SHOWS,
    description=f"A value in its one spelling, as properties have them; `{OTHER}` is none.",
)
def value_name(value: Any) -> str:
    """Check a value that may have a series, and give it in its one spelling."""
    said: str = name_of(LONGEST_VALUE)(value)
    if said == OTHER:
        raise ValueError(f"{OTHER!r} is the series that values without one of their own share")
    return said


@describes(
    type="array",
    items=VALUE,
    maxItems=MOST_NAMED,
)
def value_names(value: Any) -> tuple[str, ...]:
    """Check a list of values; two spellings of one are that value, once."""
    return several(value, MOST_NAMED, value_name)


@describes(
    type="array",
    items={
        "anyOf": [
            {"type": "string", "minLength": 1, "maxLength": LONGEST_SEGMENT, "pattern": "^[^=]*$"},
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_SEGMENT, "pattern": "^[^=]*$"},
                    "values": {
                        "type": "array",
                        "items": VALUE,
                        "maxItems": VALUES_PER_SEGMENT,
                        "description": "Values that get a series at once. One that is left out stays as it is.",
                    },
                    "open": {
                        "type": "boolean",
                        "description": "Whether values of unsigned responses get a series too, in at most half of "
                        f"the {VALUES_PER_SEGMENT} places.",
                    },
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        ]
    },
    maxItems=SEGMENTS,
    uniqueItems=True,
    description="The properties whose values have a score of their own: no `=`, no control characters, and no space "
    "at either end. A name alone, or with the values you know.",
)
def segments(value: Any) -> tuple[Tracked, ...]:
    """Check the segments of a survey, each a name or an object with its name, values and whether it is open."""
    tracked = distinct(value, SEGMENTS, _tracked)
    if len({each.name for each in tracked}) < len(tracked):
        raise ValueError("an entry is given twice")
    return tracked


def distinct(value: Any, most: int, check: Any) -> tuple[Any, ...]:
    """Check an array of at most `most` different entries."""
    checked = tuple(check(entry) for entry in _entries(value, most))
    if len(set(checked)) < len(checked):
        raise ValueError("an entry is given twice")
    return checked


def several(value: Any, most: int, check: Any) -> tuple[Any, ...]:
    """Check an array of at most `most` entries, and return each once."""
    return tuple(dict.fromkeys(check(entry) for entry in _entries(value, most)))


def _entries(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"it must be an array, not {kind(value)}")
    if len(value) > most:
        raise ValueError(f"it has {len(value)} entries; at most {most} fit")
    return value


def read_wish(body: Mapping[str, Any]) -> Wish:
    """Read what is decided about the values of a segment."""
    fields = Fields(body)
    segment = fields.take("segment", segment_name)
    lists = {name: fields.take(name, value_names, ()) or () for name in ("accept", "ignore", "remove")}
    merged = fields.take("merge", _pairs, ()) or ()
    fields.unknown(lambda _: "give 'segment' and any of 'accept', 'ignore', 'remove' and 'merge'")
    named = [*(name for names in lists.values() for name in names), *(name for name, _ in merged)]
    if not named and not fields.faults:
        fields.fault("", "nothing is decided: give 'accept', 'ignore', 'remove' or 'merge'")
    if len(named) > MOST_NAMED:
        fields.fault("", f"it names {len(named)} values; at most {MOST_NAMED} fit")
    if len(set(named)) < len(named):
        fields.fault("", "a value is named twice")
    fields.finish()
    return Wish(segment, lists["accept"], lists["ignore"], lists["remove"], merged)


def read_segment_of(query: Mapping[str, str]) -> str:
    """Read `segment`, the name of a tracked segment."""
    fields = Fields(query)
    segment: str = fields.take("segment", name_of(LONGEST_SEGMENT))
    fields.unknown(no_such)
    fields.finish()
    return segment


@describes(type="string", minLength=1, maxLength=LONGEST_SEGMENT, pattern="^[^=]*$")
def segment_name(value: Any) -> str:
    """Check the name of a segment, and give it in its one spelling."""
    said: str = name_of(LONGEST_SEGMENT)(value)
    if "=" in said:
        raise ValueError("a segment's name cannot hold '='")
    return said


def segment_view(survey: Survey, segment: str) -> str | dict[str, Any]:
    """Show a tracked segment as it may be given again: its name, or an object where values of anybody get a series."""
    return {"name": segment, "open": True} if segment in survey.open_segments else segment


def values_view(survey: Survey, segment: str, values: Sequence[Value], counted: Mapping[int, int]) -> dict[str, Any]:
    """Show all that is known of the values of a segment; `counted` are the responses of candidates by number."""
    of: dict[ValueStatus, list[Value]] = {standing: [] for standing in ValueStatus}
    for value in sorted(values, key=lambda value: value.name):
        of[value.standing].append(value)
    candidates = [
        {"value": one.name, "responses": counted.get(one.number or 0, 0)} for one in of[ValueStatus.CANDIDATE]
    ]
    return {
        "survey": survey.id,
        "segment": segment,
        "open": segment in survey.open_segments,
        "complete": segment not in survey.incomplete,
        "places": VALUES_PER_SEGMENT,
        "open_places": OPEN_VALUES,
        "candidate_places": CANDIDATES,
        "values": [
            {"value": one.name, "source": one.source.value if one.source else None} for one in of[ValueStatus.SERIES]
        ],
        "candidates": sorted(candidates, key=lambda one: (-int(str(one["responses"])), str(one["value"]))),
        "ignored": [one.name for one in of[ValueStatus.IGNORED]],
        "removed": [one.name for one in of[ValueStatus.REMOVED]],
        "merged": [{"value": one.name, "into": one.into} for one in of[ValueStatus.MERGED]],
    }


def _tracked(value: Any) -> Tracked:
    if isinstance(value, str):
        return Tracked(segment_name(value))
    if not isinstance(value, dict):
        raise ValueError(f"a segment is a name or an object with one, not {kind(value)}")
    fields = Fields(value)
    name = fields.take("name", segment_name)
    values = fields.take("values", value_names, ())
    is_open = fields.take("open", boolean, False)
    fields.unknown(lambda _: "a segment has 'name', 'values' and 'open'")
    try:
        fields.finish()
    except InvalidError as exc:
        raise ValueError("; ".join(f"{fault.field}: {fault.reason}" for fault in exc.faults)) from exc
    return Tracked(name, values or (), bool(is_open))


@describes(
    type="array",
    items={
        "type": "object",
        "properties": {
            "value": VALUE,
            "into": VALUE,
        },
        "required": ["value", "into"],
        "additionalProperties": False,
    },
    maxItems=MOST_NAMED,
)
def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Check which values are merged into which."""
    return distinct(value, MOST_NAMED, _pair)


def _pair(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict) or value.keys() != {"value", "into"}:
        raise ValueError("an entry has 'value' and 'into'")
    name, into = value_name(value["value"]), value_name(value["into"])
    if name == into:
        raise ValueError("a value cannot be merged into itself")
    return name, into
