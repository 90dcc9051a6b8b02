"""Invitations in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from zlib import crc32

from earshot.domain.anonymized_invitation import anonymized, with_outcome
from earshot.domain.bot_detection import Comment, SubmitAttempt, without_scores
from earshot.domain.invitation import MOST_ATTEMPTS, MOST_CLICKS, Invitation, InvitationState, Mail, opened, postponed
from earshot.domain.iso_time import moment_of
from earshot.domain.person import Person, asked_of
from tests.fakes.people import InMemoryPeople

Result = TypeVar("Result")


class InMemoryInvitations:
    """Invitations in a dictionary, and when their people were last asked; a test may interfere with each call."""

    def __init__(self, people: InMemoryPeople | None = None) -> None:
        self.kept: dict[tuple[str, str], Invitation] = {}
        self.comments: dict[tuple[str, str, str], str] = {}
        self.people = people or InMemoryPeople()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def open(self, invitation: Invitation, person: Person) -> bool:
        return self._interfered("open", lambda: self._open(invitation, person))

    def decline(self, invitation: Invitation) -> bool:
        return self._interfered("decline", lambda: self._put(invitation))

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        return self._interfered("get", lambda: self.kept.get((person, invitation_id)))

    def of_person(self, person: str) -> list[Invitation]:
        mine = [invitation for invitation in self.kept.values() if invitation.person == person]
        return sorted(mine, key=lambda invitation: (invitation.decided_at, invitation.id))

    def claim(self, invitation: Invitation, now: int) -> bool:
        reported = {"charged_on": invitation.charged_on, "recipient_hash": invitation.recipient_hash}
        more = {name: value for name, value in reported.items() if value}
        read = (invitation.due_at, len(invitation.attempts))

        def is_read(known: Invitation) -> bool:
            return (known.due_at, len(known.attempts)) == read

        return self._move(
            "claim",
            invitation,
            InvitationState.SCHEDULED,
            is_read,
            state=InvitationState.CLAIMED,
            claimed_at=now,
            **more,
        )

    def release(self, invitation: Invitation) -> bool:
        cleared: dict[str, Any] = {} if invitation.was_sent else {"recipient_hash": None}
        moved = self._move(
            "release", invitation, InvitationState.CLAIMED, state=InvitationState.SCHEDULED, claimed_at=None, **cleared
        )
        return moved or self._note_outcome(invitation, "stopped")

    def record_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        known = self.kept.get((invitation.person, invitation.id), invitation)
        changes: dict[str, Any] = {"state": InvitationState.SENT}
        if next_due is not None:
            changes = {"state": InvitationState.SCHEDULED, "wave": invitation.wave + 1, "due_at": next_due}
        changes |= {"mails": (*known.mails, Mail(invitation.wave, now, message_id)), "charged_on": None}
        moved = self._move(
            "record_sent", invitation, InvitationState.CLAIMED, sent_at=now, message_id=message_id, **changes
        )
        return moved or self._note_outcome(invitation, "sent", moment_of(now).date().isoformat())

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        return self._call_off("cancel", invitation, InvitationState.SCHEDULED, reason)

    def reject(self, invitation: Invitation, reason: str) -> bool:
        return self._call_off("reject", invitation, InvitationState.CLAIMED, reason) or self._note_outcome(
            invitation, "stopped"
        )

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        def moved() -> bool:
            known = self.kept.get((invitation.person, invitation.id))
            read = (InvitationState.SCHEDULED, invitation.due_at, invitation.wave)
            if known is None or (known.state, known.due_at, known.wave) != read:
                return False
            kept = replace(known, due_at=due, reason=reason)
            if not invitation.was_sent:
                later, asked = postponed(invitation, person, due, reason)
                kept = replace(
                    kept, previously_invited_at=later.previously_invited_at, asked_mailbox=later.asked_mailbox
                )
                if not self._ask(person, asked):
                    return False
            self.kept[known.person, known.id] = kept
            return True

        return self._interfered("postpone", moved)

    def add_attempt(
        self,
        person: str,
        invitation_id: str,
        response_id: str,
        attempt: SubmitAttempt,
        events: frozenset[str] = frozenset(),
    ) -> Invitation | None:
        known = self.kept.get((person, invitation_id))
        if known is None or known.is_dead or len(known.attempts) >= MOST_ATTEMPTS:
            return None
        if attempt.comment:
            self.comments[person, invitation_id, attempt.comment.id] = attempt.comment.text or ""
            attempt = replace(attempt, comment=Comment(attempt.comment.id))
        submitted = replace(known, response=known.response or response_id, attempts=(*known.attempts, attempt))
        submitted = replace(submitted, delivery_events=known.delivery_events | events)
        self.kept[person, invitation_id] = submitted
        return submitted

    def read_comment(self, invitation: Invitation, comment: Comment) -> str | None:
        if not comment or comment.text is not None:
            return comment.text or ""
        return self.comments.get((invitation.person, invitation.id, comment.id))

    def delete_comments(self, person: str) -> None:
        self.comments = {key: text for key, text in self.comments.items() if key[0] != person}

    def _drop_comments(self, invitation: Invitation) -> None:
        for attempt in invitation.attempts:
            if attempt.comment:
                self.comments.pop((invitation.person, invitation.id, attempt.comment.id), None)

    def click(
        self, person: str, invitation_id: str, response_id: str, click: SubmitAttempt, events: frozenset[str]
    ) -> Invitation | None:
        known = self.kept.get((person, invitation_id))
        if known is None or known.is_dead or len(known.clicks) >= MOST_CLICKS:
            return None
        clicks, delivery_events = (*known.clicks, click), known.delivery_events | events
        clicked = replace(known, response=known.response or response_id, clicks=clicks, delivery_events=delivery_events)
        self.kept[person, invitation_id] = clicked
        return clicked

    def rewrite(self, invitation: Invitation, attempts: Sequence[SubmitAttempt]) -> bool:
        def rewritten() -> bool:
            known = self.kept[invitation.person, invitation.id]
            if len(known.attempts) != len(attempts) or known.is_dead:
                return False
            self.kept[known.person, known.id] = replace(known, attempts=tuple(attempts))
            return True

        return self._interfered("rewrite", rewritten)

    def erase_response(self, invitation: Invitation) -> bool:
        self._drop_comments(invitation)
        attempts = without_scores(invitation.attempts, invitation.clicks)
        clicks = without_scores(invitation.clicks, invitation.attempts)
        erased = replace(invitation, attempts=attempts, clicks=clicks, is_erased=True)
        return self._interfered("erase_response", lambda: self._replace(invitation, erased))

    def anonymise(self, invitation: Invitation) -> bool:
        def replaced() -> bool:
            self._drop_comments(invitation)
            self.people.clear_last_invitation(invitation.id)
            return self._replace(invitation, anonymized(invitation))

        return self._interfered("anonymise", lambda: invitation.is_anonymous or replaced())

    def _replace(self, invitation: Invitation, new: Invitation) -> bool:
        if self.kept.get((invitation.person, invitation.id)) != invitation:
            return False
        self.kept[new.person, new.id] = new
        return True

    def _note_outcome(self, invitation: Invitation, outcome: str, day: str | None = None) -> bool:
        known = self.kept.get((invitation.person, invitation.id))
        facts = with_outcome(known.facts, invitation.wave, outcome, day) if known and known.facts else None
        if known is None or facts is None:
            return False
        self.kept[known.person, known.id] = replace(known, facts=facts)
        return True

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        scheduled = [
            each for each in self.kept.values() if each.state is InvitationState.SCHEDULED and each.due_at <= now
        ]
        mine = [each for each in scheduled if crc32(each.id.encode()) % 8 == shard]
        left = sorted((order, each) for each in mine if (order := f"{each.due_at:014d}#{each.id}") > after)
        page = [(each.person, each.id) for _, each in left[:limit]]
        return page, left[limit - 1][0] if len(left) > limit else None

    def _open(self, invitation: Invitation, person: Person) -> bool:
        if (invitation.person, invitation.id) in self.kept:
            return False
        kept, asked = opened(invitation, person)
        return self._ask(person, asked) and self._put(kept)

    def _put(self, invitation: Invitation) -> bool:
        return self.kept.setdefault((invitation.person, invitation.id), invitation) is invitation

    def _call_off(self, name: str, invitation: Invitation, old: InvitationState, reason: str) -> bool:
        if invitation.was_sent:
            return self._move(name, invitation, old, state=InvitationState.SENT, stopped=reason)
        done = self._move(name, invitation, old, state=InvitationState.DECLINED, reason=reason, stopped=reason)
        if done:
            known = self.kept[invitation.person, invitation.id]
            person = self.people.kept.get(invitation.person)
            now = person.mailbox if isinstance(person, Person) else None
            for mailbox in {known.asked_mailbox, now}:
                self.people.ask_no_more(invitation.id, mailbox, invitation.person, known.previously_invited_at)
        return done

    def _ask(self, person: Person, asked: Person) -> bool:
        return self.people.ask(person, asked_of(asked))

    def _move(
        self,
        name: str,
        invitation: Invitation,
        old: InvitationState,
        holds: Callable[[Invitation], bool] = lambda _: True,
        **changes: Any,
    ) -> bool:
        def moved() -> bool:
            known = self.kept.get((invitation.person, invitation.id))
            if known is None or (known.state, known.wave) != (old, invitation.wave):
                return False
            if not holds(known) or (old is InvitationState.SCHEDULED and known.was_sent is not invitation.was_sent):
                return False
            self.kept[known.person, known.id] = replace(known, **changes)
            return True

        return self._interfered(name, moved)

    def _interfered(self, name: str, call: Callable[[], Result]) -> Result:
        self.before(name)
        reply = call()
        self.after(name)
        return reply
