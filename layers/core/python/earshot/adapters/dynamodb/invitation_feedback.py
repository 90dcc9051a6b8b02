"""What SES told of invitations' mails, marked on them in DynamoDB, and what waits stopped or tried again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb.conditional import written
from earshot.adapters.dynamodb.invitation_items import due_keys, invitation_key, read_invitation
from earshot.domain.email_feedback import FeedbackKind, delivery_event_of
from earshot.domain.invitation import Invitation, InvitationState

# Whether a mail went out before is part of the condition: it decides what a stopped invitation is.
WAS_SENT = {True: "attribute_exists(sent)", False: "attribute_not_exists(sent)"}


class DynamoDBFeedback:
    """The `Feedback` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def mark(self, person: str, invitation_id: str, marks: frozenset[str]) -> Invitation | None:
        """Mark an invitation with what happened, and give it as it is then; None if there is none (any more)."""
        try:
            with translated("the table"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=invitation_key(person, invitation_id),
                    UpdateExpression="ADD marks :marks",
                    ConditionExpression="attribute_exists(pk) AND attribute_not_exists(stages)",
                    ExpressionAttributeValues={":marks": {"SS": sorted(marks)}},
                    ReturnValues="ALL_NEW",
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return None
            raise
        return read_invitation(answer["Attributes"])

    def stop(self, invitation: Invitation, reason: str) -> bool:
        """Stop what is scheduled: a reminder never goes out, a first mail is declined; False if it moved meanwhile."""
        was_sent = invitation.sent is not None
        state = InvitationState.SENT if was_sent else InvitationState.DECLINED
        why = "stopped = :why" if was_sent else "stopped = :why, reason = :why"
        return self._update(
            invitation,
            f"SET #state = :to, {why} REMOVE due_shard, due_order",
            f"#state = :scheduled AND wave = :wave AND {WAS_SENT[was_sent]}",
            {
                ":to": {"S": state.value},
                ":why": {"S": reason},
                ":scheduled": {"S": InvitationState.SCHEDULED.value},
                ":wave": {"N": str(invitation.wave)},
            },
        )

    def retry(self, invitation: Invitation, wave: int, due: int) -> bool:
        """Schedule the wave that went out last once more; False if it is scheduled again or was sent anew already."""
        keys = due_keys(replace(invitation, due=due))
        return self._update(
            invitation,
            "SET #state = :scheduled, wave = :wave, due = :due, due_shard = :shard, due_order = :order ADD marks :mark",
            "message_id = :message AND attribute_not_exists(stopped) AND "
            "((#state = :sent AND wave = :wave) OR (#state = :scheduled AND wave = :next))",
            {
                ":scheduled": {"S": InvitationState.SCHEDULED.value},
                ":sent": {"S": InvitationState.SENT.value},
                ":wave": {"N": str(wave)},
                ":next": {"N": str(wave + 1)},
                ":due": {"N": str(due)},
                ":shard": keys["due_shard"],
                ":order": keys["due_order"],
                ":mark": {"SS": [delivery_event_of(FeedbackKind.SOFT_BOUNCED.value, wave)]},
                ":message": {"S": invitation.message_id or ""},
            },
        )

    def _update(self, invitation: Invitation, expression: str, condition: str, values: Mapping[str, Any]) -> bool:
        return written(
            self._client.update_item,
            TableName=self._table,
            Key=invitation_key(invitation.person, invitation.id),
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values,
        )
