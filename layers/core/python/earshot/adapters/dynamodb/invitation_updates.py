"""The steps of invitations as DynamoDB updates, on the condition of the state, wave and time that were read."""

from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitation_items import due_place, key_of_invitation, mail_value
from earshot.adapters.dynamodb.table import ABSENT, Write, update
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.person import Person

NEVER_SENT = "attribute_not_exists(sent_at)"

Step = tuple[InvitationState, InvitationState]


def move(invitation: Invitation, change: str, step: Step, condition: str = "", **values: Any) -> Write:
    """Write the step of an invitation from a state to another, if it is in the first, with its wave as it was read."""
    when = f"#state = :from AND wave = :wave{f' AND {condition}' if condition else ''}"
    values |= {"from": step[0].value, "to": step[1].value, "wave": invitation.wave}
    return update(key_of_invitation(invitation), change, when, **values)


def claimed(invitation: Invitation, now: int) -> Write:
    """Write a claim, unless the wave, the time or the number of attempts has changed since it was read."""
    claim = {"charged_on": invitation.charged_on, "recipient_hash": invitation.recipient_hash}
    more = {name: value for name, value in claim.items() if value}
    notes = "".join(f", {name} = :{name}" for name in more)
    seen = {"seen": len(invitation.attempts)} if invitation.attempts else {}
    values: dict[str, Any] = {"now": now, "due": invitation.due_at, **more, **seen}
    return move(
        invitation,
        f"SET #state = :to, claimed_at = :now{notes} REMOVE due_shard, due_order",
        (InvitationState.SCHEDULED, InvitationState.CLAIMED),
        f"due_at = :due AND {'size(submissions) = :seen' if seen else 'attribute_not_exists(submissions)'}",
        **values,
    )


def released(invitation: Invitation) -> Write:
    """Write that a claim is released; the address of an earlier mail stays known."""
    removed = "claimed_at" if invitation.was_sent else "claimed_at, recipient_hash"
    change = f"SET #state = :to, due_shard = :shard, due_order = :order REMOVE {removed}"
    step = (InvitationState.CLAIMED, InvitationState.SCHEDULED)
    return move(invitation, change, step, **due_values(invitation))


def mailed(invitation: Invitation, mail: Mail, next_due: int | None) -> Write:
    """Write that a mail went out and, in the same write, when its reminder is due, if there is one.

    The day whose budget paid for it is removed: each further mail is paid from the budget of its own day.
    """
    change = (
        "SET #state = :to, sent_at = :now, message_id = :message, "
        "mails = list_append(if_not_exists(mails, :none), :mail)"
    )
    values: dict[str, Any] = {"now": mail.sent_at, "message": mail.message_id, "none": [], "mail": [mail_value(mail)]}
    if next_due is not None:
        change += ", wave = :next, due_at = :due, due_shard = :shard, due_order = :order"
        values |= {"next": mail.wave + 1, "due": next_due, **due_values(replace(invitation, due_at=next_due))}
    new = InvitationState.SENT if next_due is None else InvitationState.SCHEDULED
    return move(invitation, f"{change} REMOVE charged_on", (InvitationState.CLAIMED, new), **values)


def declined(invitation: Invitation, old: InvitationState, reason: str, condition: str = "", **values: Any) -> Write:
    """Write that a first mail is never sent, and why."""
    change = "SET #state = :to, reason = :reason, stopped = :reason REMOVE due_shard, due_order"
    never_sent = f"{NEVER_SENT} AND {condition}" if condition else NEVER_SENT
    return move(invitation, change, (old, InvitationState.DECLINED), never_sent, reason=reason, **values)


def stopped(invitation: Invitation, old: InvitationState, reason: str) -> Write:
    """Write that no mail follows, and why."""
    change = "SET #state = :to, stopped = :reason REMOVE due_shard, due_order"
    return move(invitation, change, (old, InvitationState.SENT), "attribute_exists(sent_at)", reason=reason)


def postponement(old: Invitation, new: Invitation) -> Write:
    """Write a later due time, if the invitation is scheduled for the time and the wave that were read."""
    before: dict[str, Any] = {"before": new.previously_invited_at} if new.previously_invited_at is not None else {}
    before |= {"mailbox": new.asked_mailbox} if new.asked_mailbox else {}
    keep = ", asked_mailbox = :mailbox" if new.asked_mailbox else ""
    keep += (
        ", previously_invited_at = :before"
        if new.previously_invited_at is not None
        else " REMOVE previously_invited_at"
    )
    return update(
        key_of_invitation(old),
        f"SET due_at = :due, due_order = :order, reason = :reason{keep}",
        "#state = :scheduled AND due_at = :old AND wave = :wave",
        due=new.due_at,
        order=due_values(new)["order"],
        scheduled=InvitationState.SCHEDULED.value,
        old=old.due_at,
        wave=old.wave,
        reason=new.reason,
        **before,
    )


def asked(old: Person, new: Person) -> Write:
    """Write when a mailbox was last asked and by what, unless it was asked, left or erased meanwhile.

    A person without an address keeps it themselves.
    """
    revision = old.revision if old.mailbox is None else old.asked_revision
    by: dict[str, Any] = {"by": new.last_invitation} if new.last_invitation else {}
    before: dict[str, Any] = {"v": revision} if revision else {}
    return update(
        table_keys.asked_key(old.mailbox, new.id),
        "SET last_invited_at = :time, v = :next" + (", last_invitation = :by" if by else ""),
        "v = :v" if revision else ABSENT,
        time=new.last_invited_at,
        next=revision + 1,
        **by,
        **before,
    )


def asked_no_more(invitation: Invitation, mailbox: str | None) -> Write:
    """Write the person as not invited by an invitation that was their last; never to an erased or missing person."""
    key = table_keys.asked_key(mailbox, invitation.person)
    is_last = "last_invitation = :id AND attribute_not_exists(subtract)"
    if invitation.previously_invited_at is None:
        return update(key, "SET v = v + :one REMOVE last_invitation, last_invited_at", is_last, id=invitation.id, one=1)
    change = "SET v = v + :one, last_invited_at = :before REMOVE last_invitation"
    return update(key, change, is_last, id=invitation.id, one=1, before=invitation.previously_invited_at)


def last_invitation_removed(invitation: Invitation, mailbox: str) -> Write:
    """Remove which invitation a mailbox got last; when it was invited stays."""
    change = "SET v = v + :one REMOVE last_invitation"
    return update(table_keys.mailbox_key(mailbox), change, "last_invitation = :id", id=invitation.id, one=1)


def unchanged(invitation: Invitation) -> tuple[str, dict[str, Any]]:
    """Return the condition that an invitation is unchanged, and its values; `#state` names the state."""
    values: dict[str, Any] = {
        "read_state": invitation.state.value,
        "read_wave": invitation.wave,
        "read_due": invitation.due_at,
    }
    condition = "#state = :read_state AND wave = :read_wave AND due_at = :read_due"
    # Each of these only grows.
    sizes = {
        "submissions": len(invitation.attempts),
        "clicks": len(invitation.clicks),
        "mails": len(invitation.mails),
        "delivery_events": len(invitation.delivery_events),
    }
    for name, size in sizes.items():
        if size:
            values[f"read_{name}"] = size
            condition += f" AND attribute_exists({name}) AND size({name}) = :read_{name}"
        else:
            condition += f" AND attribute_not_exists({name})"
    return condition, values


def due_values(invitation: Invitation) -> dict[str, Any]:
    """Return the position of an invitation in the due index, as the values `shard` and `order`."""
    place = due_place(invitation)
    return {"shard": place[table_keys.DUE_INDEX.partition], "order": place[table_keys.DUE_INDEX.sort]}
