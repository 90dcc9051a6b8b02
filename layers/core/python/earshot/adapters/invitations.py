"""Invitations in DynamoDB: beside their person, and in a sparse index while they are due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters import keys
from earshot.adapters.conditional import transacted, written
from earshot.adapters.faults import code_of, translated
from earshot.adapters.invitation_items import (
    INVITATIONS,
    asked,
    due_keys,
    invitation_item,
    invitation_key,
    press_item,
    read_invitation,
)
from earshot.domain.invitation import MOST_PRESSES, Invitation, State
from earshot.domain.person import Person
from earshot.domain.quarantine import Press

DUE_INDEX = "DueIndex"


class DynamoDBInvitations:
    """The `Invitations` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Keep an invitation and when its person was last asked, in one transaction; False if someone was faster."""
        put = {
            "TableName": self._table,
            "Item": invitation_item(invitation),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        time = max(invitation.due, invitation.created)
        return transacted(self._client, {"Put": put}, {"Update": asked(self._table, person, time)})

    def decline(self, invitation: Invitation) -> bool:
        """Keep that somebody was not asked, and why; False if this was decided before."""
        return written(
            self._client.put_item,
            TableName=self._table,
            Item=invitation_item(invitation),
            ConditionExpression="attribute_not_exists(pk)",
        )

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        """Read an invitation as it is now."""
        with translated("the table"):
            key = invitation_key(person, invitation_id)
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return read_invitation(answer["Item"]) if "Item" in answer else None

    def of_person(self, person: str) -> list[Invitation]:
        """List what was decided about a person, the oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :invitations)",
            ExpressionAttributeValues={":pk": {"S": keys.person(person)}, ":invitations": {"S": INVITATIONS}},
        )
        with translated("the table"):
            found = [read_invitation(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda invitation: (invitation.created, invitation.id))

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending; False if someone else has it already, or it was moved."""
        paid = {":day": {"S": invitation.budget_day}} if invitation.budget_day else {}
        return self._move(
            invitation,
            f"SET #state = :to, claimed = :now{', budget_day = :day' if paid else ''} REMOVE due_shard, due_order",
            State.SCHEDULED,
            State.CLAIMED,
            {":now": {"N": str(now)}, **paid},
        )

    def release(self, invitation: Invitation) -> bool:
        """Give a claim back: it is certain that nothing was sent."""
        return self._move(
            invitation,
            "SET #state = :to, due_shard = :shard, due_order = :order REMOVE claimed",
            State.CLAIMED,
            State.SCHEDULED,
            {":shard": due_keys(invitation)["due_shard"], ":order": due_keys(invitation)["due_order"]},
        )

    def mark_sent(self, invitation: Invitation, message_id: str, now: int) -> bool:
        """Note that the mail went out, and under which id."""
        values = {":now": {"N": str(now)}, ":message": {"S": message_id}}
        return self._move(
            invitation, "SET #state = :to, sent = :now, message_id = :message", State.CLAIMED, State.SENT, values
        )

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Note that it was not sent after all, and why."""
        expression = "SET #state = :to, reason = :reason REMOVE due_shard, due_order"
        return self._move(invitation, expression, State.SCHEDULED, State.DECLINED, {":reason": {"S": reason}})

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move what is scheduled to a later moment, and when its person was last asked with it; False if it moved."""
        later = replace(invitation, due=due)
        update = {
            "TableName": self._table,
            "Key": invitation_key(invitation.person, invitation.id),
            "UpdateExpression": "SET due = :due, reason = :reason, due_order = :order",
            "ConditionExpression": "#state = :scheduled AND due = :old",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {
                ":due": {"N": str(due)},
                ":reason": {"S": reason},
                ":order": due_keys(later)["due_order"],
                ":scheduled": {"S": State.SCHEDULED.value},
                ":old": {"N": str(invitation.due)},
            },
        }
        time = max(due, person.last_asked or 0)
        return transacted(self._client, {"Update": update}, {"Update": asked(self._table, person, time)})

    def press(self, person: str, invitation_id: str, response_id: str, press: Press) -> Invitation | None:
        """Note a press of the Send button; the first gives the answer its id. None if there is none, or too many."""
        try:
            with translated("the table"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=invitation_key(person, invitation_id),
                    UpdateExpression="SET #response = if_not_exists(#response, :response), "
                    "presses = list_append(if_not_exists(presses, :none), :press)",
                    ConditionExpression="attribute_exists(pk) AND "
                    "(attribute_not_exists(presses) OR size(presses) < :most)",
                    ExpressionAttributeNames={"#response": "response"},
                    ExpressionAttributeValues={
                        ":most": {"N": str(MOST_PRESSES)},
                        ":response": {"S": response_id},
                        ":none": {"L": []},
                        ":press": {"L": [press_item(press)]},
                    },
                    ReturnValues="ALL_NEW",
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return None
            raise
        return read_invitation(answer["Attributes"])

    def rewrite(self, invitation: Invitation, presses: Sequence[Press], *, forget: bool = False) -> bool:
        """Write what is known of the presses anew, and forget the properties if asked to; False if another came."""
        return written(
            self._client.update_item,
            TableName=self._table,
            Key=invitation_key(invitation.person, invitation.id),
            UpdateExpression=f"SET presses = :presses{' REMOVE properties' if forget else ''}",
            ConditionExpression="attribute_not_exists(presses) OR size(presses) = :known",
            ExpressionAttributeValues={
                ":presses": {"L": [press_item(press) for press in presses]},
                ":known": {"N": str(len(presses))},
            },
        )

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Give person and id of what is due in a shard, the longest due first, and after what the next page begins."""
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due_order BETWEEN :from AND :to",
                ExpressionAttributeValues={
                    ":shard": {"S": f"DUE#{shard}"},
                    # "~" comes after whatever an id is made of.
                    ":from": {"S": f"{after}~" if after else "0"},
                    ":to": {"S": f"{now:014d}~"},
                },
                Limit=limit,
            )
        found = [(_person(item), item["sk"]["S"].removeprefix(INVITATIONS)) for item in answer["Items"]]
        return found, answer["Items"][-1]["due_order"]["S"] if "LastEvaluatedKey" in answer else None

    def _move(self, invitation: Invitation, expression: str, old: State, new: State, values: Mapping[str, Any]) -> bool:
        return written(
            self._client.update_item,
            TableName=self._table,
            Key=invitation_key(invitation.person, invitation.id),
            UpdateExpression=expression,
            ConditionExpression="#state = :from",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":from": {"S": old.value}, ":to": {"S": new.value}, **values},
        )


def _person(item: Mapping[str, Any]) -> str:
    return str(item["pk"]["S"]).removeprefix(keys.person(""))
