"""Delivery events of invitations in DynamoDB: store them, cancel waiting mails, or try a mail again."""

from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitation_items import key_of_invitation, read_invitation
from earshot.adapters.dynamodb.invitation_updates import due_values
from earshot.adapters.dynamodb.table import EXISTS, TableAdapter, update
from earshot.domain.delivery_events import delivery_event_of
from earshot.domain.email_feedback import FeedbackKind
from earshot.domain.invitation import Invitation, InvitationState

# Whether a mail went out before is part of the condition: it decides what a stopped invitation is.
WAS_SENT = {True: "attribute_exists(sent_at)", False: "attribute_not_exists(sent_at)"}


class DynamoDBFeedback(TableAdapter):
    """The `Feedback` port over the table."""

    def add_delivery_events(self, person: str, invitation_id: str, events: frozenset[str]) -> Invitation | None:
        """Add delivery events to an invitation and return it as it is then; None if there is none (any more)."""
        key, stands = table_keys.invitation_key(person, invitation_id), f"{EXISTS} AND attribute_not_exists(stages)"
        item = self._table.written(update(key, "ADD delivery_events :events", stands, events=events))
        return read_invitation(item) if item else None

    def stop(self, invitation: Invitation, reason: str) -> bool:
        """Cancel a scheduled mail: a reminder is stopped, a first mail declined; False if it changed meanwhile."""
        was_sent = invitation.sent_at is not None
        state = InvitationState.SENT if was_sent else InvitationState.DECLINED
        why = "stopped = :why" if was_sent else "stopped = :why, reason = :why"
        stopping = update(
            key_of_invitation(invitation),
            f"SET #state = :to, {why} REMOVE due_shard, due_order",
            f"#state = :scheduled AND wave = :wave AND {WAS_SENT[was_sent]}",
            to=state.value,
            why=reason,
            scheduled=InvitationState.SCHEDULED.value,
            wave=invitation.wave,
        )
        return self._table.write(stopping)

    def retry(self, invitation: Invitation, wave: int, due: int) -> bool:
        """Schedule the wave that went out last once more; False if it is scheduled or was sent again already."""
        values: dict[str, Any] = due_values(replace(invitation, due_at=due))
        retrying = update(
            key_of_invitation(invitation),
            "SET #state = :scheduled, wave = :wave, due_at = :due, due_shard = :shard, due_order = :order "
            "ADD delivery_events :event",
            "message_id = :message AND attribute_not_exists(stopped) AND "
            "((#state = :sent AND wave = :wave) OR (#state = :scheduled AND wave = :next))",
            scheduled=InvitationState.SCHEDULED.value,
            sent=InvitationState.SENT.value,
            wave=wave,
            next=wave + 1,
            due=due,
            event=frozenset({delivery_event_of(FeedbackKind.SOFT_BOUNCED.value, wave)}),
            message=invitation.message_id or "",
            **values,
        )
        return self._table.write(retrying)
