"""The values of segments as DynamoDB items, one each, and how many places of a segment are taken, of all in one."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.domain.segment_values import Places, Source, Value, ValueStatus

Item = dict[str, Any]


def value_key(survey_id: str, segment: str, name: str) -> Item:
    """Return the primary key of a value."""
    return {"pk": {"S": table_keys.values(survey_id)}, "sk": {"S": f"{segment}={name}"}}


def value_item(survey_id: str, value: Value) -> Item:
    """Write a value."""
    item = {**value_key(survey_id, value.segment, value.name), "standing": {"S": value.standing.value}}
    item |= {"source": {"S": value.source.value}} if value.source else {}
    item |= {"into": {"S": value.into}} if value.into else {}
    return item | ({"number": {"N": str(value.number)}} if value.number is not None else {})


def read_value(item: Mapping[str, Any]) -> Value:
    """Read a value."""
    segment, _, name = item["sk"]["S"].partition("=")
    return Value(
        segment,
        name,
        ValueStatus(item["standing"]["S"]),
        Source(item["source"]["S"]) if "source" in item else None,
        item["into"]["S"] if "into" in item else None,
        int(item["number"]["N"]) if "number" in item else None,
    )


def is_places(item: Mapping[str, Any]) -> bool:
    """Return whether an item holds places: a value's name has an equals sign."""
    return bool(item["sk"]["S"] == table_keys.PLACES)


def places_key(survey_id: str) -> Item:
    """Return the primary key of the places of a survey's segments."""
    return {"pk": {"S": table_keys.values(survey_id)}, "sk": {"S": table_keys.PLACES}}


def read_places(item: Mapping[str, Any] | None, segment: str) -> Places:
    """Read the places of a segment."""
    found = item or {}

    def number(what: str) -> int:
        return int(found.get(f"{segment}={what}", {"N": "0"})["N"])

    taken = number("series"), number("open"), number("candidates"), number("numbered")
    return Places(*taken, f"{segment}=unlisted" in found)


def put_value(table: str, survey_id: str, value: Value, before: Value | None) -> Item:
    """Build the write of a value, if it still stands as `before`."""
    put: Item = {"TableName": table, "Item": value_item(survey_id, value)}
    if before is None:
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(pk)"}}
    condition = {"ConditionExpression": "standing = :before"}
    return {"Put": put | condition | {"ExpressionAttributeValues": {":before": {"S": before.standing.value}}}}


def take_places(table: str, survey_id: str, segment: str, before: Places, more: Mapping[str, int]) -> Item:
    """Build the write that takes or gives back places, if they are still as `before`."""
    names = {f"#{what}": f"{segment}={what}" for what in ("series", "open", "candidates", "numbered")}
    conditions, values = [], {}
    for what in ("series", "open", "candidates", "numbered"):
        # Another write at the same time may take the last place: then this one is read again and tried again.
        known = getattr(before, what)
        conditions.append(f"#{what} = :{what}" if known else f"(attribute_not_exists(#{what}) OR #{what} = :{what})")
        values[f":{what}"] = {"N": str(known)}
    names["#unlisted"] = f"{segment}=unlisted"
    conditions.append(f"attribute_{'' if before.is_unlisted else 'not_'}exists(#unlisted)")
    added = {what: amount for what, amount in more.items() if amount}
    values |= {f":more_{what}": {"N": str(amount)} for what, amount in added.items()}
    adds = ", ".join(f"#{what} :more_{what}" for what in added)
    return {
        "Update": {
            "TableName": table,
            "Key": places_key(survey_id),
            "UpdateExpression": f"ADD {adds}",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def mark_unlisted(table: str, survey_id: str, segment: str) -> Item:
    """Return the request that notes that not every value of a segment is known."""
    return {
        "TableName": table,
        "Key": places_key(survey_id),
        "UpdateExpression": "SET #unlisted = :yes",
        "ExpressionAttributeNames": {"#unlisted": f"{segment}=unlisted"},
        "ExpressionAttributeValues": {":yes": {"BOOL": True}},
    }
