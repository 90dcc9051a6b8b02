"""The steps of invitations as DynamoDB updates: each rests on the state, the wave and the time that were read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb.invitation_items import due_keys, invitation_key, mail_item
from earshot.adapters.dynamodb.mailbox_items import asked_key
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.person import Person

NEVER_SENT = "attribute_not_exists(sent)"

Step = tuple[InvitationState, InvitationState]


def move(
    table: str,
    invitation: Invitation,
    expression: str,
    step: Step,
    values: Mapping[str, Any],
    condition: str = "",
) -> dict[str, Any]:
    """Write the step of an invitation from a state to another, if it is in the first, with its wave as it was read."""
    return {
        "TableName": table,
        "Key": invitation_key(invitation.person, invitation.id),
        "UpdateExpression": expression,
        "ConditionExpression": f"#state = :from AND wave = :wave{f' AND {condition}' if condition else ''}",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":from": {"S": step[0].value},
            ":to": {"S": step[1].value},
            ":wave": {"N": str(invitation.wave)},
            **values,
        },
    }


def claimed(table: str, invitation: Invitation, now: int) -> dict[str, Any]:
    """Write a claim; whoever read another wave, another time or fewer presses than stand there now claims nothing."""
    told = {"budget_day": invitation.budget_day, "mailed": invitation.recipient_hash}
    more = {name: value for name, value in told.items() if value}
    notes = "".join(f", {name} = :{name}" for name in more)
    seen = {":seen": {"N": str(len(invitation.attempts))}} if invitation.attempts else {}
    return move(
        table,
        invitation,
        f"SET #state = :to, claimed = :now{notes} REMOVE due_shard, due_order",
        (InvitationState.SCHEDULED, InvitationState.CLAIMED),
        {
            ":now": {"N": str(now)},
            ":due": {"N": str(invitation.due)},
            **{f":{name}": {"S": value} for name, value in more.items()},
            **seen,
        },
        f"due = :due AND {'size(presses) = :seen' if seen else 'attribute_not_exists(presses)'}",
    )


def released(table: str, invitation: Invitation) -> dict[str, Any]:
    """Write that a claim is given back; what a mail before it went to stays known."""
    index, forgets = due_keys(invitation), "claimed" if invitation.was_sent else "claimed, mailed"
    return move(
        table,
        invitation,
        f"SET #state = :to, due_shard = :shard, due_order = :order REMOVE {forgets}",
        (InvitationState.CLAIMED, InvitationState.SCHEDULED),
        {":shard": index["due_shard"], ":order": index["due_order"]},
    )


def mailed(table: str, invitation: Invitation, mail: Mail, next_due: int | None) -> dict[str, Any]:
    """Write that a mail went out and, in the same, when its reminder is due, if there is one: it costs no other write.

    The day that paid for it is forgotten: the next mail is paid for anew.
    """
    said = (
        "SET #state = :to, sent = :now, message_id = :message, mails = list_append(if_not_exists(mails, :none), :mail)"
    )
    values: dict[str, Any] = {
        ":now": {"N": str(mail.sent)},
        ":message": {"S": mail.message_id},
        ":none": {"L": []},
        ":mail": {"L": [mail_item(mail)]},
    }
    if next_due is not None:
        index = due_keys(replace(invitation, due=next_due))
        said += ", wave = :next, due = :due, due_shard = :shard, due_order = :order"
        values |= {":next": {"N": str(mail.wave + 1)}, ":due": {"N": str(next_due)}}
        values |= {":shard": index["due_shard"], ":order": index["due_order"]}
    new = InvitationState.SENT if next_due is None else InvitationState.SCHEDULED
    return move(table, invitation, f"{said} REMOVE budget_day", (InvitationState.CLAIMED, new), values)


def declined(table: str, invitation: Invitation, old: InvitationState, reason: str) -> dict[str, Any]:
    """Write that a mail that never went out never will, and why."""
    said = "SET #state = :to, reason = :reason, stopped = :reason REMOVE due_shard, due_order"
    return move(table, invitation, said, (old, InvitationState.DECLINED), {":reason": {"S": reason}}, NEVER_SENT)


def stopped(table: str, invitation: Invitation, old: InvitationState, reason: str) -> dict[str, Any]:
    """Write that nobody is reminded any more, and why."""
    said = "SET #state = :to, stopped = :reason REMOVE due_shard, due_order"
    return move(
        table, invitation, said, (old, InvitationState.SENT), {":reason": {"S": reason}}, "attribute_exists(sent)"
    )


def postponement(table: str, old: Invitation, new: Invitation) -> dict[str, Any]:
    """Write a later due time, if it is scheduled, and due when it was and for the same wave."""
    before = {":before": {"N": str(new.asked_before)}} if new.asked_before is not None else {}
    before |= {":mailbox": {"S": new.asked_mailbox}} if new.asked_mailbox else {}
    keep = ", asked_mailbox = :mailbox" if new.asked_mailbox else ""
    keep += ", asked_before = :before" if new.asked_before is not None else " REMOVE asked_before"
    return {
        "TableName": table,
        "Key": invitation_key(old.person, old.id),
        "UpdateExpression": f"SET due = :due, due_order = :order, reason = :reason{keep}",
        "ConditionExpression": "#state = :scheduled AND due = :old AND wave = :wave",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {
            ":due": {"N": str(new.due)},
            ":order": due_keys(new)["due_order"],
            ":scheduled": {"S": InvitationState.SCHEDULED.value},
            ":old": {"N": str(old.due)},
            ":wave": {"N": str(old.wave)},
            ":reason": {"S": new.reason},
            **before,
        },
    }


def asked(table: str, old: Person, new: Person) -> dict[str, Any]:
    """Write when a mailbox was last asked and by what, unless it was asked, left or erased meanwhile.

    A person without an address keeps it themselves.
    """
    kept = {"last_asked": new.last_asked, "asked_by": new.last_invitation}
    if old.mailbox is None:
        return _asked_at(table, asked_key(None, new.id), old.revision, kept)
    return _asked_at(table, asked_key(old.mailbox, new.id), old.asked_revision, kept)


def asked_no_more(table: str, invitation: Invitation, mailbox: str | None) -> dict[str, Any]:
    """Write that an invitation asked nobody, where it was the last to ask: never to someone erased, nor to nobody."""
    said = {":id": {"S": invitation.id}, ":one": {"N": "1"}}
    if (before := invitation.asked_before) is not None:
        said[":before"] = {"N": str(before)}
    return {
        "TableName": table,
        "Key": asked_key(mailbox, invitation.person),
        "UpdateExpression": "SET v = v + :one, last_asked = :before REMOVE asked_by"
        if before is not None
        else "SET v = v + :one REMOVE asked_by, last_asked",
        "ConditionExpression": "asked_by = :id AND attribute_not_exists(subtract)",
        "ExpressionAttributeValues": said,
    }


def asker_forgotten(table: str, invitation: Invitation, mailbox: str) -> dict[str, Any]:
    """Write that nobody knows any more which invitation asked a mailbox last; when it was asked stays."""
    return {
        "TableName": table,
        "Key": asked_key(mailbox, invitation.person),
        "UpdateExpression": "SET v = v + :one REMOVE asked_by",
        "ConditionExpression": "asked_by = :id",
        "ExpressionAttributeValues": {":id": {"S": invitation.id}, ":one": {"N": "1"}},
    }


def unchanged(invitation: Invitation) -> tuple[str, dict[str, Any]]:
    """Return the condition that an invitation is what was read, and its values; `#state` names the state."""
    values: dict[str, Any] = {
        ":read_state": {"S": invitation.state.value},
        ":read_wave": {"N": str(invitation.wave)},
        ":read_due": {"N": str(invitation.due)},
    }
    condition = "#state = :read_state AND wave = :read_wave AND due = :read_due"
    # Each of these only grows.
    grown = {
        "presses": invitation.attempts,
        "clicks": invitation.clicks,
        "mails": invitation.mails,
        "marks": invitation.delivery_events,
    }
    for name, values_so_far in grown.items():
        if size := len(values_so_far):
            values[f":read_{name}"] = {"N": str(size)}
            condition += f" AND attribute_exists({name}) AND size({name}) = :read_{name}"
        else:
            condition += f" AND attribute_not_exists({name})"
    return condition, values


def _asked_at(table: str, key: Mapping[str, Any], revision: int, kept: Mapping[str, Any]) -> dict[str, Any]:
    said = {":time": {"N": str(kept["last_asked"])}, ":next": {"N": str(revision + 1)}}
    said |= {":by": {"S": kept["asked_by"]}} if kept["asked_by"] else {}
    said |= {":v": {"N": str(revision)}} if revision else {}
    return {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET last_asked = :time, v = :next" + (", asked_by = :by" if kept["asked_by"] else ""),
        "ConditionExpression": "v = :v" if revision else "attribute_not_exists(pk)",
        "ExpressionAttributeValues": said,
    }
