"""Invitations in DynamoDB: beside their person, and in a sparse index while they are due."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_partition
from earshot.adapters.dynamodb.conditional import transacted, written
from earshot.adapters.dynamodb.invitation_items import (
    INVITATIONS,
    anonymous_item,
    comment_item,
    comment_key,
    invitation_item,
    invitation_key,
    press_item,
    read_invitation,
)
from earshot.adapters.dynamodb.invitation_updates import (
    asked,
    asked_no_more,
    asker_forgotten,
    claimed,
    declined,
    mailed,
    postponement,
    released,
    stopped,
    unchanged,
)
from earshot.adapters.dynamodb.mailbox_items import asked_key, mailbox_of
from earshot.domain.anonymized_invitation import anonymized, with_outcome
from earshot.domain.bot_detection import Comment, SubmitAttempt, without_scores
from earshot.domain.funnel import stage_text
from earshot.domain.invitation import MOST_ATTEMPTS, MOST_CLICKS, Invitation, InvitationState, Mail, opened, postponed
from earshot.domain.person import Person
from earshot.domain.submission import moment_of

DUE_INDEX = "DueIndex"
MOST = {"presses": MOST_ATTEMPTS, "clicks": MOST_CLICKS}
# Neither its person nor its response was erased.
ALIVE = "attribute_not_exists(stages) AND attribute_not_exists(response_erased)"


class DynamoDBInvitations:
    """The `Invitations` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Keep an invitation and when its mailbox was last asked, in one transaction; False if someone was faster."""
        if not self._is_still(person):
            return False
        kept, moved = opened(invitation, person)
        put = {
            "TableName": self._table,
            "Item": invitation_item(kept),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        return transacted(self._client, {"Put": put}, {"Update": asked(self._table, person, moved)})

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
            ExpressionAttributeValues={":pk": {"S": table_keys.person(person)}, ":invitations": {"S": INVITATIONS}},
            ConsistentRead=True,  # an erasure must miss none that was opened before its tombstone
        )
        with translated("the table"):
            found = [read_invitation(item) for page in pages for item in page["Items"]]
        return sorted(found, key=lambda invitation: (invitation.created, invitation.id))

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending; False if someone else has it already, or its wave or its time is another by now."""
        return self._update(claimed(self._table, invitation, now))

    def release(self, invitation: Invitation) -> bool:
        """Give a claim back: it is certain that nothing was sent."""
        return self._update(released(self._table, invitation)) or self._note_outcome(invitation, "stopped")

    def mark_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        """Note that the mail went out and under which id, and when the next wave is due; None if there is none."""
        if self._update(mailed(self._table, invitation, Mail(invitation.wave, now, message_id), next_due)):
            return True
        return self._note_outcome(invitation, "sent", moment_of(now).date().isoformat())

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Note that what is scheduled is not sent after all, and why.

        A first mail is declined, its person counts as asked no more by it; a reminder is stopped, its person was asked.
        """
        return self._call_off(invitation, reason, InvitationState.SCHEDULED)

    def reject(self, invitation: Invitation, reason: str) -> bool:
        """Note that what is claimed was not sent and never will be; what then holds is as with `cancel`."""
        return self._call_off(invitation, reason, InvitationState.CLAIMED) or self._note_outcome(invitation, "stopped")

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move what is scheduled to a later moment; False if it moved.

        With a first mail moves when its person was last asked; who is to be reminded was asked already.
        """
        if invitation.was_sent:
            return self._update(postponement(self._table, invitation, replace(invitation, due=due, reason=reason)))
        if not self._is_still(person):
            return False
        later, moved = postponed(invitation, person, due, reason)
        update = postponement(self._table, invitation, later)
        return transacted(self._client, {"Update": update}, {"Update": asked(self._table, person, moved)})

    def press(
        self,
        person: str,
        invitation_id: str,
        response_id: str,
        press: SubmitAttempt,
        marks: frozenset[str] = frozenset(),
    ) -> Invitation | None:
        """Note a press of Send; the first gives the answer its id. None if there is none, too many, or erased.

        The comment comes first, as an item of its own: a press never names one that is not there.
        """
        if press.comment:
            with translated("the table"):
                self._client.put_item(TableName=self._table, Item=comment_item(person, invitation_id, press.comment))
        noted = self._noted((person, invitation_id), response_id, "presses", press, marks)
        if noted is None and press.comment:
            self._drop_unless_named(person, invitation_id, press.comment)
        return noted

    def click(
        self, person: str, invitation_id: str, response_id: str, click: SubmitAttempt, marks: frozenset[str]
    ) -> Invitation | None:
        """Note a score clicked in the mail; None if there is no invitation, too many clicks, or it is erased."""
        return self._noted((person, invitation_id), response_id, "clicks", click, marks)

    def read_comment(self, invitation: Invitation, comment: Comment) -> str | None:
        """Return the text of a comment: one read. None if it is erased."""
        if not comment or comment.text is not None:
            return comment.text or ""
        with translated("the table"):
            key = comment_key(invitation.person, invitation.id, comment)
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return str(answer["Item"]["text"]["S"]) if "Item" in answer else None

    def delete_comments(self, person: str) -> None:
        """Delete all comments that a person wrote on the pages of their invitations."""
        for item in list(read_partition(self._client, self._table, table_keys.press_comments(person), consistent=True)):
            self._delete({name: item[name] for name in ("pk", "sk")})

    def _drop_unless_named(self, person: str, invitation_id: str, comment: Comment) -> None:
        """Delete the text of a press that was refused, unless an earlier press wrote the same."""
        known = self.get(person, invitation_id)
        if known is None or all(press.comment != comment for press in known.attempts):
            self._delete(comment_key(person, invitation_id, comment))

    def _drop_comments(self, invitation: Invitation) -> None:
        for comment in dict.fromkeys(press.comment for press in invitation.attempts if press.comment):
            self._delete(comment_key(invitation.person, invitation.id, comment))

    def _delete(self, key: Mapping[str, Any]) -> None:
        with translated("the table"):
            self._client.delete_item(TableName=self._table, Key=key)

    def _noted(
        self, key: tuple[str, str], response_id: str, where: str, press: SubmitAttempt, marks: frozenset[str]
    ) -> Invitation | None:
        marked, adding = ({":marks": {"SS": sorted(marks)}}, " ADD marks :marks") if marks else ({}, "")
        try:
            with translated("the table"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=invitation_key(*key),
                    UpdateExpression="SET #response = if_not_exists(#response, :response), "
                    f"#where = list_append(if_not_exists(#where, :none), :press){adding}",
                    ConditionExpression=f"attribute_exists(pk) AND {ALIVE} AND "
                    "(attribute_not_exists(#where) OR size(#where) < :most)",
                    ExpressionAttributeNames={"#response": "response", "#where": where},
                    ExpressionAttributeValues={
                        ":most": {"N": str(MOST[where])},
                        ":response": {"S": response_id},
                        ":none": {"L": []},
                        ":press": {"L": [press_item(press)]},
                        **marked,
                    },
                    ReturnValues="ALL_NEW",
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return None
            raise
        return read_invitation(answer["Attributes"])

    def rewrite(self, invitation: Invitation, presses: Sequence[SubmitAttempt]) -> bool:
        """Write what is known of the presses anew; False if another came, or if it is erased."""
        return written(
            self._client.update_item,
            TableName=self._table,
            Key=invitation_key(invitation.person, invitation.id),
            UpdateExpression="SET presses = :presses",
            ConditionExpression=f"attribute_exists(presses) AND size(presses) = :known AND {ALIVE}",
            ExpressionAttributeValues={
                ":presses": {"L": [press_item(press) for press in presses]},
                ":known": {"N": str(len(presses))},
            },
        )

    def erase_response(self, invitation: Invitation) -> bool:
        """Take scores and comments out of presses and clicks, for good; False if another came meanwhile.

        The texts go first: whatever interrupts this leaves none that no press names.
        """
        self._drop_comments(invitation)
        presses = without_scores(invitation.attempts, invitation.clicks)
        clicks = without_scores(invitation.clicks, invitation.attempts)
        kept = {name: several for name, several in (("presses", presses), ("clicks", clicks)) if several}
        condition, values = unchanged(invitation)
        values |= {f":{name}": {"L": [press_item(each) for each in several]} for name, several in kept.items()}
        return written(
            self._client.update_item,
            TableName=self._table,
            Key=invitation_key(invitation.person, invitation.id),
            UpdateExpression="SET response_erased = :yes" + "".join(f", {name} = :{name}" for name in kept),
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values | {":yes": {"BOOL": True}},
        )

    def anonymise(self, invitation: Invitation) -> bool:
        """Leave nothing of an invitation but what the funnel counts; False if it changed meanwhile."""
        facts = anonymized(invitation).facts
        if facts is None or invitation.is_anonymous:
            return True
        self._drop_comments(invitation)
        # An address they no longer have may still say which invitation asked it last.
        if invitation.asked_mailbox is not None:
            self._update(asker_forgotten(self._table, invitation, invitation.asked_mailbox))
        condition, values = unchanged(invitation)
        return written(
            self._client.put_item,
            TableName=self._table,
            Item=anonymous_item(invitation, facts),
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values,
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

    def _note_outcome(self, invitation: Invitation, outcome: str, day: str | None = None) -> bool:
        """Note what became of a mail whose person was erased while it was sent; nobody else writes to it any more."""
        known = self.get(invitation.person, invitation.id)
        facts = with_outcome(known.facts, invitation.wave, outcome, day) if known and known.facts else None
        if known is None or facts is None:
            return False
        item = anonymous_item(known, facts)
        changed = {name: item[name] for name in ("stages", "day", "columns") if name in item}
        return self._update(
            {
                "TableName": self._table,
                "Key": invitation_key(known.person, known.id),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changed),
                "ConditionExpression": "contains(#stages, :being_sent)",
                "ExpressionAttributeNames": {f"#{name}": name for name in changed},
                "ExpressionAttributeValues": {
                    ":being_sent": {"S": stage_text("claimed", invitation.wave)},
                    **{f":{name}": value for name, value in changed.items()},
                },
            }
        )

    def _call_off(self, invitation: Invitation, reason: str, old: InvitationState) -> bool:
        """Stop a reminder; decline a first mail, and restore when its person was asked before, if that may be.

        A person may have been erased, asked by another or changed this very moment: none of that may keep it alive.
        """
        if invitation.was_sent:
            return self._update(stopped(self._table, invitation, old, reason))
        update = declined(self._table, invitation, old, reason)
        # What was postponed since it was read may know another time before it.
        here = {**update, "ConditionExpression": f"{update['ConditionExpression']} AND due = :due"}
        here["ExpressionAttributeValues"] = {**here["ExpressionAttributeValues"], ":due": {"N": str(invitation.due)}}
        both = {"Update": here}, {"Update": asked_no_more(self._table, invitation, invitation.asked_mailbox)}
        if not (transacted(self._client, *both) or self._update(update)):
            return False
        self._free_where_they_are_now(invitation)
        return True

    def _free_where_they_are_now(self, invitation: Invitation) -> None:
        """Remove the time asked of a person whose address changed since, and took along when they were asked."""
        mailbox = mailbox_of(self._person_item(invitation.person))
        if mailbox != invitation.asked_mailbox:
            self._update(asked_no_more(self._table, invitation, mailbox))

    def _is_still(self, person: Person) -> bool:
        """Return whether a person still has the mailbox whose revision was read after them.

        A change of an address and an erasure write the mailbox, too. So a person who is the same now was
        the same when the mailbox was read, and the condition on it fails for whatever happens from now on.
        """
        item = self._person_item(person.id)
        return "erased" not in item and "v" in item and mailbox_of(item) == person.mailbox

    def _person_item(self, person: str) -> Mapping[str, Any]:
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=asked_key(None, person), ConsistentRead=True)
        found: Mapping[str, Any] = answer.get("Item", {})
        return found

    def _update(self, update: Mapping[str, Any]) -> bool:
        return written(self._client.update_item, **update)


def _person(item: Mapping[str, Any]) -> str:
    return str(item["pk"]["S"]).removeprefix(table_keys.person(""))
