"""Records of the table's stream, read into the events to publish and what they add to the funnel."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.campaigns import read_campaign
from earshot.adapters.dynamodb.daily_evaluations import read_evaluation
from earshot.adapters.dynamodb.deliveries import read_delivery
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.response_items import is_alias, read_response
from earshot.adapters.dynamodb.table import Item, unmarshalled
from earshot.domain.alerts import RespondedAgain
from earshot.domain.evaluation_events import evaluation_events
from earshot.domain.events import (
    Event,
    campaign_events,
    iso,
    response_events,
    score_event,
    suppression_event,
)
from earshot.domain.invitation import Invitation
from earshot.domain.invitation_cohorts import moves
from earshot.domain.invitation_events import invitation_events
from earshot.domain.parked_events import parked_events
from earshot.ports.funnel import Tally

Record = Mapping[str, Any]
Image = Mapping[str, Any]
Read = TypeVar("Read")
PEOPLE = table_keys.person("")


def read_record(record: Record) -> list[Event]:
    """Return the events of a stream record, none for items without events; KeyError or ValueError for garbage."""
    change = record["dynamodb"]
    new, old = change.get("NewImage"), change.get("OldImage")
    if new is None:
        return []
    time = iso(_time(change))
    keys = change["Keys"]
    read = EVENT_READERS.get(_family(keys["pk"]["S"]))
    if read is None and keys["pk"]["S"].startswith(PEOPLE) and keys["sk"]["S"].startswith(table_keys.INVITATIONS):
        read = _invitation_events
    if read is None and keys["pk"]["S"].startswith(table_keys.DELIVERIES):
        read = _delivery_events
    return read(new, old, time) if read else []


def read_responded_again(record: Record) -> RespondedAgain | None:
    """Return the response of a known person who has responded again since, or who changed its score; None: neither.

    A person's first response changes no earlier one, so its record returns None.
    """
    change = record["dynamodb"]
    new, old = change.get("NewImage") or {}, change.get("OldImage") or {}
    if not change["Keys"]["pk"]["S"].startswith(table_keys.RESPONSES) or not {"person", "score"} <= new.keys():
        return None
    has_next = "superseded_on" in new and new["superseded_on"] != old.get("superseded_on")
    is_rescored = "score" in old and old["score"] != new["score"]
    if not (has_next or is_rescored):
        return None
    return RespondedAgain(new["survey"]["S"], change["Keys"]["sk"]["S"], new["person"]["S"])


def read_tally(record: Record) -> Tally:
    """Return what a stream record adds to the funnel; KeyError, TypeError or ValueError if it is not a record.

    Nothing, unless it is of an invitation that stands; what cannot be read of one stands nowhere in the funnel.
    """
    change = record["dynamodb"]
    event, time = str(record["eventID"]), _time(change)
    if "NewImage" not in change or not change["Keys"]["sk"]["S"].startswith(table_keys.INVITATIONS):
        return Tally(event, time, {})
    return tally_of(event, time, change.get("OldImage"), change["NewImage"])


def tally_of(event: str, time: int, old_image: Mapping[str, Any] | None, new_image: Mapping[str, Any]) -> Tally:
    """Return what the change of an invitation from one image to another adds to the funnel."""
    old, new = _stood(old_image), _stood(new_image)
    whole = new is not None and (old is not None or old_image is None)
    return Tally(event, time, moves(old, new), whole)


def keys_of(record: Record) -> dict[str, Any]:
    """Return the keys of a record without its content: enough to publish it again from the table."""
    change = record.get("dynamodb", {})
    keys = {name: key.get("S") for name, key in change.get("Keys", {}).items()}
    return {"keys": keys, "sequence": change.get("SequenceNumber"), "event": record.get("eventID")}


def correlation_of(record: Record) -> str:
    """Return the correlation id of an item's last change; empty if it has none or cannot be read."""
    try:
        return str(record["dynamodb"]["NewImage"]["correlation"]["S"])
    except (KeyError, TypeError):
        return ""


def _versions(read: Callable[[Item], Read], old: Record | None, new: Record) -> tuple[Read | None, Read]:
    """Read an item as it was before a change, if it was there, and as it is."""
    return read(unmarshalled(old)) if old else None, read(unmarshalled(new))


def _response_events(new: Image, old: Image | None, time: str) -> list[Event]:
    return [] if is_alias(unmarshalled(new)) else response_events(*_versions(read_response, old, new), time)


def _score_events(new: Image, old: Image | None, time: str) -> list[Event]:
    if old is not None and old["windows"] == new["windows"]:
        return []
    computed_at, windows = int(new["computed_at"]["N"]), json.loads(new["windows"]["S"])
    return [score_event(new["survey"]["S"], new["series"]["S"], computed_at, windows, time)]


def _invitation_events(new: Image, old: Image | None, time: str) -> list[Event]:
    return invitation_events(*_versions(read_invitation, old, new), time)


def _delivery_events(new: Image, old: Image | None, time: str) -> list[Event]:
    return parked_events(*_versions(read_delivery, old, new), time)


def _case_events(new: Image, old: Image | None, time: str) -> list[Event]:
    """Return the events of a case; its facts, and what joined it, stand next to it and have none."""
    if new["sk"]["S"] != table_keys.META:
        return []
    from earshot.adapters.dynamodb.case_items import read_case  # noqa: PLC0415 - most batches have none
    from earshot.domain.case_events import case_events  # noqa: PLC0415

    return case_events(*_versions(read_case, old, new), time)


def _campaign_events(new: Image, old: Image | None, time: str) -> list[Event]:
    return campaign_events(*_versions(read_campaign, old, new), time)


def _evaluation_events(new: Image, old: Image | None, time: str) -> list[Event]:
    """Return the events of an item that is written once; writing it again publishes nothing."""
    return evaluation_events(read_evaluation(unmarshalled(new)), time) if old is None else []


def _suppression_events(new: Image, old: Image | None, time: str) -> list[Event]:
    if old is not None:
        return []
    address_hash = new["pk"]["S"].removeprefix(table_keys.suppression(""))
    return [suppression_event(address_hash, new["reason"]["S"], int(new["time"]["N"]), time)]


# By the family of the partition key. The stream mapping of publish_events lets these through: a family that is added
# here is added there, too. Of invitations, which stand next to their person, it lets those through that were claimed or
# are declined, and of deliveries the parked ones.
EVENT_READERS: Mapping[str, Callable[[Image, Image | None, str], list[Event]]] = {
    table_keys.RESPONSES: _response_events,
    table_keys.SCORES: _score_events,
    table_keys.campaigns(""): _campaign_events,
    table_keys.evaluations(""): _evaluation_events,
    table_keys.suppression(""): _suppression_events,
    table_keys.CASES: _case_events,
}


def _family(partition: str) -> str:
    """Return the part of a partition key that its family shares."""
    head, separator, _ = partition.partition("#")
    return head + separator


def _time(change: Mapping[str, Any]) -> int:
    return int(float(change["ApproximateCreationDateTime"]) * 1000)


def _stood(image: Mapping[str, Any] | None) -> Invitation | None:
    """Read an invitation, if there was one and it can be read."""
    try:
        return read_invitation(unmarshalled(image)) if image else None
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None
