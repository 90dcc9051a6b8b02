"""Invitations as DynamoDB items, there and back."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from earshot.adapters import keys
from earshot.domain.invitation import Invitation, State
from earshot.domain.person import Person
from earshot.domain.quarantine import Press

DUE_SHARDS = 8
INVITATIONS = "I#"
NUMBERS = ("created", "due", "wave", "claimed", "sent", "asked_before")
TEXTS = ("id", "survey", "person", "reason", "channel", "message_id", "budget_day", "response", "correlation", "mailed")


def invitation_key(person: str, invitation_id: str) -> dict[str, Any]:
    """Give the primary key of an invitation: it lies beside its person."""
    return {"pk": {"S": keys.person(person)}, "sk": {"S": f"{INVITATIONS}{invitation_id}"}}


def due_keys(invitation: Invitation) -> dict[str, Any]:
    """Give the keys of the index in which an invitation stands while it is due."""
    shard = crc32(invitation.id.encode()) % DUE_SHARDS
    return {"due_shard": {"S": f"DUE#{shard}"}, "due_order": {"S": f"{invitation.due:014d}#{invitation.id}"}}


def invitation_item(invitation: Invitation) -> dict[str, Any]:
    """Write an invitation; what it lacks takes no room."""
    item = {
        **invitation_key(invitation.person, invitation.id),
        "type": {"S": "invitation"},
        "state": {"S": invitation.state.value},
    }
    item |= {name: {"N": str(value)} for name in NUMBERS if (value := getattr(invitation, name)) is not None}
    item |= {name: {"S": value} for name in TEXTS if (value := getattr(invitation, name))}
    if invitation.properties:
        item["properties"] = {"M": {name: {"S": value} for name, value in invitation.properties.items()}}
    if invitation.forgotten:
        item["forgotten"] = {"BOOL": True}
    return item | (due_keys(invitation) if invitation.state is State.SCHEDULED else {})


def read_invitation(item: Mapping[str, Any]) -> Invitation:
    """Read an invitation back; KeyError, TypeError or ValueError if the item is none."""
    known: dict[str, Any] = {name: item[name]["S"] for name in TEXTS if name in item}
    return Invitation(
        **known | {name: int(item[name]["N"]) for name in NUMBERS if name in item},
        state=State(item["state"]["S"]),
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        forgotten="forgotten" in item,
        presses=tuple(_read_press(press["M"]) for press in item.get("presses", {}).get("L", ())),
    )


def press_item(press: Press) -> dict[str, Any]:
    """Write a press of Send."""
    flags = {name: {"BOOL": True} for name in ("honeypot", "released") if getattr(press, name)}
    comment = {"comment": {"S": press.comment}} if press.comment else {}
    return {"M": {"score": {"N": str(press.score)}, "time": {"N": str(press.time)}, **flags, **comment}}


def move(
    table: str, invitation: Invitation, expression: str, old: State, new: State, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the step of an invitation from a state to another, if it is in the first."""
    return {
        "TableName": table,
        "Key": invitation_key(invitation.person, invitation.id),
        "UpdateExpression": expression,
        "ConditionExpression": "#state = :from",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":from": {"S": old.value}, ":to": {"S": new.value}, **values},
    }


def postponement(table: str, old: Invitation, new: Invitation) -> dict[str, Any]:
    """Write a later due time, if it is scheduled and due when it was."""
    before = {":before": {"N": str(new.asked_before)}} if new.asked_before is not None else {}
    keep = ", asked_before = :before" if before else " REMOVE asked_before"
    return {
        "TableName": table,
        "Key": invitation_key(old.person, old.id),
        "UpdateExpression": f"SET due = :due, reason = :reason, due_order = :order{keep}",
        "ConditionExpression": "#state = :scheduled AND due = :old",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":due": {"N": str(new.due)},
            ":reason": {"S": new.reason},
            ":order": due_keys(new)["due_order"],
            ":scheduled": {"S": State.SCHEDULED.value},
            ":old": {"N": str(old.due)},
            **before,
        },
    }


def asked(table: str, old: Person, new: Person) -> dict[str, Any]:
    """Write when a person was last asked and by what, unless they moved meanwhile."""
    said = {":time": {"N": str(new.last_asked)}, ":v": {"N": str(old.revision)}, ":next": {"N": str(new.revision)}}
    said |= {":by": {"S": new.asked_by}} if new.asked_by else {}
    return {
        "TableName": table,
        "Key": _person_key(new.id),
        "UpdateExpression": f"SET last_asked = :time, v = :next{', asked_by = :by' if new.asked_by else ''}",
        "ConditionExpression": "v = :v",
        "ExpressionAttributeValues": said,
    }


def asked_no_more(table: str, invitation: Invitation) -> dict[str, Any]:
    """Write that an invitation asked nobody, where it was the last to ask: never to someone erased, nor to nobody."""
    said = {":id": {"S": invitation.id}, ":one": {"N": "1"}}
    if (before := invitation.asked_before) is not None:
        said[":before"] = {"N": str(before)}
    return {
        "TableName": table,
        "Key": _person_key(invitation.person),
        "UpdateExpression": "SET v = v + :one, last_asked = :before REMOVE asked_by"
        if before is not None
        else "SET v = v + :one REMOVE asked_by, last_asked",
        "ConditionExpression": "asked_by = :id AND attribute_not_exists(erased)",
        "ExpressionAttributeValues": said,
    }


def _person_key(person: str) -> dict[str, Any]:
    return {"pk": {"S": keys.person(person)}, "sk": {"S": keys.META}}


def _read_press(item: Mapping[str, Any]) -> Press:
    comment = item["comment"]["S"] if "comment" in item else None
    return Press(int(item["score"]["N"]), int(item["time"]["N"]), "honeypot" in item, "released" in item, comment)
