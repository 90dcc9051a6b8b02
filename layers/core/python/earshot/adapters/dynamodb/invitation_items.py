"""Invitations as DynamoDB items, there and back."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from earshot.adapters.dynamodb import table_keys
from earshot.domain.anonymized_invitation import of_facts
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import Invitation, InvitationFacts, InvitationState, Mail

DUE_SHARDS = 8
INVITATIONS = "I#"
NUMBERS = ("created", "due", "wave", "claimed", "sent", "asked_before")
TEXTS = (
    "id",
    "survey",
    "person",
    "reason",
    "channel",
    "message_id",
    "budget_day",
    "response",
    "correlation",
    "stopped",
    "asked_mailbox",
)


def invitation_key(person: str, invitation_id: str) -> dict[str, Any]:
    """Return the primary key of an invitation: it lies beside its person."""
    return {"pk": {"S": table_keys.person(person)}, "sk": {"S": f"{INVITATIONS}{invitation_id}"}}


def due_keys(invitation: Invitation) -> dict[str, Any]:
    """Return the keys of the index in which an invitation stands while it is due."""
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
    if invitation.recipient_hash:
        item["mailed"] = {"S": invitation.recipient_hash}
    if invitation.is_erased:
        item["response_erased"] = {"BOOL": True}
    item |= _history(invitation)
    return item | (due_keys(invitation) if invitation.state is InvitationState.SCHEDULED else {})


def read_invitation(item: Mapping[str, Any]) -> Invitation:
    """Read an invitation back; KeyError, TypeError or ValueError if the item is none."""
    if "stages" in item:
        return _read_anonymous(item)
    known: dict[str, Any] = {name: item[name]["S"] for name in TEXTS if name in item}
    return Invitation(
        **known | {name: int(item[name]["N"]) for name in NUMBERS if name in item},
        state=InvitationState(item["state"]["S"]),
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        recipient_hash=item["mailed"]["S"] if "mailed" in item else None,
        is_erased="response_erased" in item,
        attempts=tuple(_read_press(press["M"]) for press in item.get("presses", {}).get("L", ())),
        clicks=tuple(_read_press(click["M"]) for click in item.get("clicks", {}).get("L", ())),
        mails=tuple(_read_mail(mail["M"]) for mail in item.get("mails", {}).get("L", ())),
        delivery_events=frozenset(item.get("marks", {}).get("SS", ())),
    )


def anonymous_item(invitation: Invitation, facts: InvitationFacts) -> dict[str, Any]:
    """Write what is left of an invitation whose person was erased."""
    item: dict[str, Any] = {
        **invitation_key(invitation.person, invitation.id),
        "type": {"S": "invitation"},
        "survey": {"S": invitation.survey},
        "channel": {"S": invitation.channel},
        "stages": {"SS": sorted(facts.stages)},
    }
    item |= {"day": {"S": facts.day}} if facts.day is not None else {}
    return item | ({"columns": {"SS": sorted(facts.columns)}} if facts.columns else {})


def _read_anonymous(item: Mapping[str, Any]) -> Invitation:
    facts = InvitationFacts(
        stages=frozenset(item["stages"]["SS"]),
        day=item["day"]["S"] if "day" in item else None,
        columns=frozenset(item.get("columns", {}).get("SS", ())),
    )
    person, invitation_id = (
        item["pk"]["S"].removeprefix(table_keys.person("")),
        item["sk"]["S"].removeprefix(INVITATIONS),
    )
    return of_facts(person, invitation_id, item["survey"]["S"], item["channel"]["S"], facts)


def press_item(press: SubmitAttempt) -> dict[str, Any]:
    """Write a press of Send; the text of its comment is an item of its own, see `comment_item`."""
    flags = {name: {"BOOL": True} for name in ("honeypot", "released", "burst") if getattr(press, name)}
    comment = {"comment": {"S": press.comment.id}} if press.comment is not None else {}
    score = {"score": {"N": str(press.score)}} if press.score is not None else {}
    return {"M": {"time": {"N": str(press.time)}, **score, **flags, **comment}}


def comment_key(person: str, invitation_id: str, comment: Comment) -> dict[str, Any]:
    """Return the primary key of the text of a comment."""
    return {
        "pk": {"S": table_keys.press_comments(person)},
        "sk": {"S": table_keys.press_comment(invitation_id, comment.id)},
    }


def comment_item(person: str, invitation_id: str, comment: Comment) -> dict[str, Any]:
    """Write the text of a comment; the same text, pressed again, is the same item."""
    return {**comment_key(person, invitation_id, comment), "text": {"S": comment.text or ""}}


def mail_item(mail: Mail) -> dict[str, Any]:
    """Write a mail that went out."""
    return {
        "M": {"wave": {"N": str(mail.wave)}, "sent": {"N": str(mail.sent)}, "message_id": {"S": mail.message_id}},
    }


def _history(invitation: Invitation) -> dict[str, Any]:
    mails = {"mails": {"L": [mail_item(mail) for mail in invitation.mails]}} if invitation.mails else {}
    marks = {"marks": {"SS": sorted(invitation.delivery_events)}} if invitation.delivery_events else {}
    return mails | marks


def _read_mail(item: Mapping[str, Any]) -> Mail:
    return Mail(int(item["wave"]["N"]), int(item["sent"]["N"]), item["message_id"]["S"])


def _read_press(item: Mapping[str, Any]) -> SubmitAttempt:
    return SubmitAttempt(
        score=int(item["score"]["N"]) if "score" in item else None,
        time=int(item["time"]["N"]),
        honeypot="honeypot" in item,
        released="released" in item,
        comment=Comment(item["comment"]["S"]) if "comment" in item else None,
        burst="burst" in item,
    )
