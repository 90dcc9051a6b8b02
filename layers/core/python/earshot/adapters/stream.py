"""Records of the table's stream, read into the events they announce."""

import json
from collections.abc import Mapping
from typing import Any

from earshot.adapters import keys
from earshot.adapters.invitation_items import INVITATIONS, read_invitation
from earshot.adapters.items import is_alias, read_response
from earshot.domain.events import Event, invitation_events, iso, response_events, score_event, suppression_event

Record = Mapping[str, Any]


def read_record(record: Record) -> list[Event]:
    """Give the events of a stream record, none for items that announce nothing; KeyError or ValueError for garbage."""
    change = record["dynamodb"]
    new, old = change.get("NewImage"), change.get("OldImage")
    if new is None:
        return []
    time = iso(int(float(change["ApproximateCreationDateTime"]) * 1000))
    partition = change["Keys"]["pk"]["S"]
    if partition.startswith("R#") and not is_alias(new):
        return response_events(read_response(old) if old else None, read_response(new), time)
    if partition.startswith("S#"):
        return _score_events(new, old, time)
    if partition.startswith(keys.person("")) and change["Keys"]["sk"]["S"].startswith(INVITATIONS):
        return invitation_events(read_invitation(old) if old else None, read_invitation(new), time)
    if partition.startswith(keys.suppression("")) and old is None:
        suppressed = int(new["time"]["N"])
        return [suppression_event(partition.removeprefix(keys.suppression("")), new["reason"]["S"], suppressed, time)]
    return []


def keys_of(record: Record) -> dict[str, Any]:
    """Give the keys of a record and nothing of its content: enough to announce it anew from the table."""
    change = record.get("dynamodb", {})
    keys = {name: key.get("S") for name, key in change.get("Keys", {}).items()}
    return {"keys": keys, "sequence": change.get("SequenceNumber"), "event": record.get("eventID")}


def _score_events(new: Mapping[str, Any], old: Mapping[str, Any] | None, time: str) -> list[Event]:
    if old is not None and old["windows"] == new["windows"]:
        return []
    computed_at, windows = int(new["computed_at"]["N"]), json.loads(new["windows"]["S"])
    return [score_event(new["survey"]["S"], new["series"]["S"], computed_at, windows, time)]
