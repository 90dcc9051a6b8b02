"""Invitations as DynamoDB items, there and back."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Key
from earshot.domain.anonymized_invitation import of_facts
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import Invitation, InvitationFacts, InvitationState, Mail, due_shard


def key_of_invitation(invitation: Invitation) -> Key:
    """Return the primary key of an invitation."""
    return table_keys.invitation_key(invitation.person, invitation.id)


def due_place(invitation: Invitation) -> Key:
    """Return the position of an invitation in the due index."""
    return table_keys.due_invitation(due_shard(invitation.id), invitation.due_at, invitation.id)


def invitation_item(invitation: Invitation) -> dict[str, Any]:
    """Write an invitation; what it lacks takes no room."""
    is_due = invitation.state is InvitationState.SCHEDULED
    return {
        **key_of_invitation(invitation),
        "type": "invitation",
        "id": invitation.id or None,
        "survey": invitation.survey or None,
        "person": invitation.person or None,
        "decided_at": invitation.decided_at,
        "due_at": invitation.due_at,
        "state": invitation.state.value,
        "reason": invitation.reason or None,
        "wave": invitation.wave,
        "channel": invitation.channel or None,
        "properties": dict(invitation.properties) or None,
        "claimed_at": invitation.claimed_at,
        "sent_at": invitation.sent_at,
        "message_id": invitation.message_id or None,
        "charged_on": invitation.charged_on or None,
        "previously_invited_at": invitation.previously_invited_at,
        "recipient_hash": invitation.recipient_hash or None,
        "asked_mailbox": invitation.asked_mailbox or None,
        "response_erased": True if invitation.is_erased else None,
        "response": invitation.response or None,
        "correlation": invitation.correlation or None,
        "mails": [mail_value(mail) for mail in invitation.mails] or None,
        "delivery_events": frozenset(invitation.delivery_events) or None,
        "stopped": invitation.stopped or None,
        **(due_place(invitation) if is_due else {}),
    }


def read_invitation(item: Item) -> Invitation:
    """Read an invitation back; KeyError, TypeError or ValueError if the item is none."""
    if "stages" in item:
        return _read_anonymous(item)
    return Invitation(
        id=item["id"],
        survey=item["survey"],
        person=item["person"],
        decided_at=item["decided_at"],
        due_at=item["due_at"],
        state=InvitationState(item["state"]),
        reason=item["reason"],
        wave=item.get("wave", 1),
        channel=item.get("channel", "email"),
        properties=item.get("properties", {}),
        claimed_at=item.get("claimed_at"),
        sent_at=item.get("sent_at"),
        message_id=item.get("message_id"),
        charged_on=item.get("charged_on"),
        previously_invited_at=item.get("previously_invited_at"),
        recipient_hash=item.get("recipient_hash"),
        asked_mailbox=item.get("asked_mailbox"),
        is_erased="response_erased" in item,
        response=item.get("response"),
        attempts=tuple(map(_read_attempt, item.get("submissions", ()))),
        clicks=tuple(map(_read_attempt, item.get("clicks", ()))),
        correlation=item.get("correlation", ""),
        mails=tuple(map(_read_mail, item.get("mails", ()))),
        delivery_events=item.get("delivery_events", frozenset()),
        stopped=item.get("stopped"),
    )


def anonymous_item(invitation: Invitation, facts: InvitationFacts) -> dict[str, Any]:
    """Write what remains of an invitation whose person was erased."""
    return {
        **key_of_invitation(invitation),
        "type": "invitation",
        "survey": invitation.survey,
        "channel": invitation.channel,
        **facts_values(facts),
    }


def facts_values(facts: InvitationFacts) -> dict[str, Any]:
    """Write what the funnel counts of an invitation whose person was erased."""
    return {"stages": frozenset(facts.stages), "day": facts.day, "columns": frozenset(facts.columns) or None}


def _read_anonymous(item: Item) -> Invitation:
    facts = InvitationFacts(stages=item["stages"], day=item.get("day"), columns=item.get("columns", frozenset()))
    person, invitation_id = table_keys.person_of(item["pk"]), table_keys.invitation_of(item["sk"])
    return of_facts(person, invitation_id, item["survey"], item["channel"], facts)


def attempt_value(attempt: SubmitAttempt) -> dict[str, Any]:
    """Write a submit attempt; the text of its comment is an item of its own, see `comment_item`."""
    return {
        "received_at": attempt.received_at,
        "score": attempt.score,
        "honeypot": True if attempt.honeypot else None,
        "released": True if attempt.released else None,
        "burst": True if attempt.burst else None,
        "contact_requested": True if attempt.contact_requested else None,
        "comment": attempt.comment.id if attempt.comment is not None else None,
    }


def comment_item(person: str, invitation_id: str, comment: Comment) -> dict[str, Any]:
    """Write the text of a comment; the same text sent again is the same item."""
    return {**table_keys.comment_key(person, invitation_id, comment.id), "text": comment.text or ""}


def mail_value(mail: Mail) -> dict[str, Any]:
    """Write a mail that went out."""
    return {"wave": mail.wave, "sent_at": mail.sent_at, "message_id": mail.message_id}


def _read_mail(value: Item) -> Mail:
    return Mail(value["wave"], value["sent_at"], value["message_id"])


def _read_attempt(value: Item) -> SubmitAttempt:
    return SubmitAttempt(
        score=value.get("score"),
        received_at=value["received_at"],
        honeypot="honeypot" in value,
        released="released" in value,
        comment=Comment(value["comment"]) if "comment" in value else None,
        burst="burst" in value,
        contact_requested="contact_requested" in value,
    )
