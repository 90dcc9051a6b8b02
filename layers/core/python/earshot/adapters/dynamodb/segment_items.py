"""The values of segments as DynamoDB items, one each, and how many places of a segment are taken, of all in one."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Write, put, update
from earshot.domain.segment_values import Places, Source, Value, ValueStatus

NUMBERS = ("series", "open", "candidates", "numbered")
UNLISTED = "unlisted"


def value_item(survey_id: str, value: Value) -> dict[str, Any]:
    """Write a value."""
    return {
        **table_keys.value_key(survey_id, value.segment, value.name),
        "status": value.status.value,
        "source": value.source.value if value.source else None,
        "into": value.into or None,
        "number": value.number,
    }


def read_value(item: Item) -> Value:
    """Read a value."""
    segment, _, name = item["sk"].partition("=")
    source = Source(item["source"]) if "source" in item else None
    return Value(segment, name, ValueStatus(item["status"]), source, item.get("into"), item.get("number"))


def is_places(item: Item) -> bool:
    """Return whether an item holds places: a value's name has an equals sign."""
    return bool(item["sk"] == table_keys.PLACES)


def read_places(item: Item | None, segment: str) -> Places:
    """Read the places of a segment."""
    found = item or {}
    taken = {name: found.get(f"{segment}={name}", 0) for name in NUMBERS}
    return Places(
        series=taken["series"],
        open=taken["open"],
        candidates=taken["candidates"],
        numbered=taken["numbered"],
        is_unlisted=f"{segment}={UNLISTED}" in found,
    )


def put_value(survey_id: str, value: Value, before: Value | None) -> Write:
    """Build the write of a value, if it is still `before`."""
    item = value_item(survey_id, value)
    return put(item, ABSENT) if before is None else put(item, "#status = :before", before=before.status.value)


def take_places(survey_id: str, segment: str, before: Places, more: Mapping[str, int]) -> Write:
    """Build the write that takes or gives back places, if they are still as `before`."""
    known = {
        "series": before.series,
        "open": before.open,
        "candidates": before.candidates,
        "numbered": before.numbered,
    }
    # Another write at the same time may take the last place: then this one is read again and tried again.
    conditions = [
        f"#{name} = :{name}" if number else f"(attribute_not_exists(#{name}) OR #{name} = :{name})"
        for name, number in known.items()
    ]
    conditions.append(f"attribute_{'' if before.is_unlisted else 'not_'}exists(#{UNLISTED})")
    added: dict[str, Any] = {f"more_{name}": amount for name, amount in more.items() if amount}
    change = "ADD " + ", ".join(f"#{name.removeprefix('more_')} :{name}" for name in added)
    names = {name: f"{segment}={name}" for name in (*NUMBERS, UNLISTED)}
    values: dict[str, Any] = {**known, **added}
    return update(table_keys.places_key(survey_id), change, " AND ".join(conditions), names, **values)


def flag_unlisted(survey_id: str, segment: str) -> Write:
    """Build the write that not every value of a segment is known."""
    names = {UNLISTED: f"{segment}={UNLISTED}"}
    return update(table_keys.places_key(survey_id), f"SET #{UNLISTED} = :yes", names=names, yes=True)
