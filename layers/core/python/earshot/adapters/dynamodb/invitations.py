"""Invitations in DynamoDB: in their person's partition, and in a sparse index while they are due."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitation_items import (
    anonymous_item,
    attempt_value,
    comment_item,
    facts_values,
    invitation_item,
    key_of_invitation,
    read_invitation,
)
from earshot.adapters.dynamodb.invitation_updates import (
    asked,
    asked_no_more,
    claimed,
    declined,
    last_invitation_removed,
    mailed,
    postponement,
    released,
    stopped,
    unchanged,
)
from earshot.adapters.dynamodb.table import (
    ABSENT,
    EXISTS,
    Item,
    Query,
    TableAdapter,
    delete,
    filled,
    key_of,
    put,
    setting,
    update,
)
from earshot.domain.anonymized_invitation import anonymized, with_outcome
from earshot.domain.bot_detection import Comment, SubmitAttempt, without_scores
from earshot.domain.funnel import stage_text
from earshot.domain.invitation import MOST_ATTEMPTS, MOST_CLICKS, Invitation, InvitationState, Mail, opened, postponed
from earshot.domain.iso_time import moment_of
from earshot.domain.person import Person

MOST = {"submissions": MOST_ATTEMPTS, "clicks": MOST_CLICKS}
# Neither its person nor its response was erased.
ALIVE = "attribute_not_exists(stages) AND attribute_not_exists(response_erased)"


class DynamoDBInvitations(TableAdapter):
    """The `Invitations` port over the table."""

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Store an invitation and when its mailbox was last asked, in one transaction; False if another was faster."""
        if not self._is_still(person):
            return False
        kept, moved = opened(invitation, person)
        return self._table.transact(put(invitation_item(kept), ABSENT), asked(person, moved))

    def decline(self, invitation: Invitation) -> bool:
        """Store that a person was not invited, and why; False if this was decided before."""
        return self._table.write(put(invitation_item(invitation), ABSENT))

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        """Read an invitation as it is now."""
        item = self._table.get(table_keys.invitation_key(person, invitation_id))
        return read_invitation(item) if item else None

    def of_person(self, person: str) -> list[Invitation]:
        """Return the decisions about a person, the oldest first."""
        # Consistent, as an erasure must find every invitation that was opened before its tombstone.
        of_person = Query(partition=table_keys.person(person), prefix=table_keys.INVITATIONS, consistent=True)
        found = [read_invitation(item) for item in self._table.query(of_person)]
        return sorted(found, key=lambda invitation: (invitation.decided_at, invitation.id))

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending; False if another run has claimed it, or its wave or its time has changed."""
        return self._table.write(claimed(invitation, now))

    def release(self, invitation: Invitation) -> bool:
        """Release a claim: it is certain that nothing was sent."""
        return self._table.write(released(invitation)) or self._note_outcome(invitation, "stopped")

    def record_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        """Store that the mail went out and under which id, and when the next wave is due; None if there is none."""
        if self._table.write(mailed(invitation, Mail(invitation.wave, now, message_id), next_due)):
            return True
        return self._note_outcome(invitation, "sent", moment_of(now).date().isoformat())

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Store that a scheduled mail is cancelled, and why.

        A first mail is declined, its person counts as asked no more by it; a reminder is stopped, its person was asked.
        """
        return self._call_off(invitation, reason, InvitationState.SCHEDULED)

    def reject(self, invitation: Invitation, reason: str) -> bool:
        """Store that a claimed mail was not sent and never will be; the effect is that of `cancel`."""
        return self._call_off(invitation, reason, InvitationState.CLAIMED) or self._note_outcome(invitation, "stopped")

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move a scheduled mail to a later moment; False if it changed meanwhile.

        With a first mail moves when its person was last asked; who is to be reminded was asked already.
        """
        if invitation.was_sent:
            return self._table.write(postponement(invitation, replace(invitation, due_at=due, reason=reason)))
        if not self._is_still(person):
            return False
        later, moved = postponed(invitation, person, due, reason)
        return self._table.transact(postponement(invitation, later), asked(person, moved))

    def add_attempt(
        self,
        person: str,
        invitation_id: str,
        response_id: str,
        attempt: SubmitAttempt,
        events: frozenset[str] = frozenset(),
    ) -> Invitation | None:
        """Store a submit attempt; the first sets the response id. None if the invitation is missing, full or erased.

        The comment comes first, as an item of its own: an attempt never names one that is not there.
        """
        if attempt.comment:
            self._table.write(put(comment_item(person, invitation_id, attempt.comment)))
        noted = self._noted((person, invitation_id), response_id, "submissions", attempt, events)
        if noted is None and attempt.comment:
            self._drop_unless_named(person, invitation_id, attempt.comment)
        return noted

    def click(
        self, person: str, invitation_id: str, response_id: str, click: SubmitAttempt, events: frozenset[str]
    ) -> Invitation | None:
        """Store a score clicked in the mail; None if there is no invitation, too many clicks, or it is erased."""
        return self._noted((person, invitation_id), response_id, "clicks", click, events)

    def read_comment(self, invitation: Invitation, comment: Comment) -> str | None:
        """Return the text of a comment: one read. None if it is erased."""
        if not comment or comment.text is not None:
            return comment.text or ""
        item = self._table.get(table_keys.comment_key(invitation.person, invitation.id, comment.id))
        return str(item["text"]) if item else None

    def delete_comments(self, person: str) -> None:
        """Delete all comments that a person wrote on the pages of their invitations."""
        comments = Query(partition=table_keys.attempt_comments(person), consistent=True)
        for item in list(self._table.query(comments)):
            self._table.write(delete(key_of(item)))

    def _drop_unless_named(self, person: str, invitation_id: str, comment: Comment) -> None:
        """Delete the text of a refused attempt, unless an earlier attempt has the same text."""
        known = self.get(person, invitation_id)
        if known is None or all(attempt.comment != comment for attempt in known.attempts):
            self._table.write(delete(table_keys.comment_key(person, invitation_id, comment.id)))

    def _drop_comments(self, invitation: Invitation) -> None:
        for comment in dict.fromkeys(attempt.comment for attempt in invitation.attempts if attempt.comment):
            self._table.write(delete(table_keys.comment_key(invitation.person, invitation.id, comment.id)))

    def _noted(
        self, key: tuple[str, str], response_id: str, where: str, attempt: SubmitAttempt, events: frozenset[str]
    ) -> Invitation | None:
        added: dict[str, Any] = {"events": events} if events else {}
        item = self._table.written(
            update(
                table_keys.invitation_key(*key),
                "SET #response = if_not_exists(#response, :response), "
                "#where = list_append(if_not_exists(#where, :none), :attempt)"
                + (" ADD delivery_events :events" if events else ""),
                f"{EXISTS} AND {ALIVE} AND (attribute_not_exists(#where) OR size(#where) < :most)",
                names={"where": where},
                most=MOST[where],
                response=response_id,
                none=[],
                attempt=[attempt_value(attempt)],
                **added,
            )
        )
        return read_invitation(item) if item else None

    def rewrite(self, invitation: Invitation, attempts: Sequence[SubmitAttempt]) -> bool:
        """Replace the stored attempts; False if another came, or if the invitation is erased."""
        alive = f"attribute_exists(submissions) AND size(submissions) = :known AND {ALIVE}"
        key, kept = key_of_invitation(invitation), list(map(attempt_value, attempts))
        return self._table.write(update(key, setting("submissions"), alive, submissions=kept, known=len(kept)))

    def erase_response(self, invitation: Invitation) -> bool:
        """Remove scores and comments from attempts and clicks, for good; False if another came meanwhile.

        The texts go first: an interruption leaves none that no attempt names.
        """
        self._drop_comments(invitation)
        attempts = without_scores(invitation.attempts, invitation.clicks)
        clicks = without_scores(invitation.clicks, invitation.attempts)
        kept = {name: several for name, several in (("submissions", attempts), ("clicks", clicks)) if several}
        condition, values = unchanged(invitation)
        values |= {name: list(map(attempt_value, several)) for name, several in kept.items()}
        change = "SET response_erased = :yes" + "".join(f", {name} = :{name}" for name in kept)
        return self._table.write(update(key_of_invitation(invitation), change, condition, **values, yes=True))

    def anonymise(self, invitation: Invitation) -> bool:
        """Leave nothing of an invitation but what the funnel counts; False if it changed meanwhile."""
        facts = anonymized(invitation).facts
        if facts is None or invitation.is_anonymous:
            return True
        self._drop_comments(invitation)
        # The item of an address they no longer have may still hold this invitation as its last.
        if invitation.asked_mailbox is not None:
            self._table.write(last_invitation_removed(invitation, invitation.asked_mailbox))
        condition, values = unchanged(invitation)
        return self._table.write(put(anonymous_item(invitation, facts), condition, **values))

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Return person and id of due invitations of a shard, the longest due first, and the next page's cursor."""
        partition, (low, high) = table_keys.due(shard), table_keys.due_span(now, after)
        in_shard = Query(partition=partition, index=table_keys.DUE_INDEX, low=low, high=high, limit=limit)
        items, more = self._table.page(in_shard)
        found = [(table_keys.person_of(item["pk"]), table_keys.invitation_of(item["sk"])) for item in items]
        return found, items[-1]["due_order"] if more else None

    def _note_outcome(self, invitation: Invitation, outcome: str, day: str | None = None) -> bool:
        """Store the outcome of a mail whose person was erased while it was sent."""
        known = self.get(invitation.person, invitation.id)
        facts = with_outcome(known.facts, invitation.wave, outcome, day) if known and known.facts else None
        if known is None or facts is None:
            return False
        changed = filled(facts_values(facts))
        being_sent = stage_text("claimed", invitation.wave)
        key, still = key_of_invitation(known), "contains(#stages, :being_sent)"
        return self._table.write(update(key, setting(*changed), still, being_sent=being_sent, **changed))

    def _call_off(self, invitation: Invitation, reason: str, old: InvitationState) -> bool:
        """Stop a reminder; decline a first mail, and restore when its person was asked before, if that may be.

        A person may have been erased, asked by another or changed this very moment: none of that may keep it alive.
        """
        if invitation.was_sent:
            return self._table.write(stopped(invitation, old, reason))
        # What was postponed since it was read may know another time before it.
        as_read = declined(invitation, old, reason, "due_at = :due", due=invitation.due_at)
        freed = asked_no_more(invitation, invitation.asked_mailbox)
        if not (self._table.transact(as_read, freed) or self._table.write(declined(invitation, old, reason))):
            return False
        self._free_where_they_are_now(invitation)
        return True

    def _free_where_they_are_now(self, invitation: Invitation) -> None:
        """Remove the time asked of a person whose address changed since, and took along when they were asked."""
        mailbox = table_keys.mailbox_of(self._person_item(invitation.person))
        if mailbox != invitation.asked_mailbox:
            self._table.write(asked_no_more(invitation, mailbox))

    def _is_still(self, person: Person) -> bool:
        """Return whether a person still has the mailbox whose revision was read after them.

        A change of an address and an erasure write the mailbox, too. So a person who is the same now was
        the same when the mailbox was read, and the condition on it fails for whatever happens from now on.
        """
        item = self._person_item(person.id)
        return "erased_at" not in item and "v" in item and table_keys.mailbox_of(item) == person.mailbox

    def _person_item(self, person: str) -> Item:
        return self._table.get(table_keys.person_key(person)) or {}
