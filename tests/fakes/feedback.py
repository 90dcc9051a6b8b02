"""Feedback, the account's suppression list and its reconciliations in memory; the contract suite keeps them honest."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from earshot.domain.delivery_events import delivery_event_of
from earshot.domain.email_feedback import FeedbackKind
from earshot.domain.invitation import Invitation, InvitationState
from earshot.ports.suppression_list import SuppressedDestination
from tests.fakes.invitations import InMemoryInvitations


class InMemoryFeedback:
    """Delivery events on the invitations of another fake; a test may interfere with each call."""

    def __init__(self, invitations: InMemoryInvitations) -> None:
        self.invitations = invitations
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def add_delivery_events(self, person: str, invitation_id: str, events: frozenset[str]) -> Invitation | None:
        self.before("add_delivery_events")
        known = self.invitations.kept.get((person, invitation_id))
        known = (
            self._keep(known, delivery_events=known.delivery_events | events)
            if known is not None and not known.is_anonymous
            else None
        )
        self.after("add_delivery_events")
        return known

    def stop(self, invitation: Invitation, reason: str) -> bool:
        self.before("stop")
        known = self.invitations.kept.get((invitation.person, invitation.id))
        if known is None or (known.state, known.wave) != (InvitationState.SCHEDULED, invitation.wave):
            return False
        if (known.sent_at is None) is not (invitation.sent_at is None):
            return False
        if known.sent_at is None:
            self._keep(known, state=InvitationState.DECLINED, reason=reason, stopped=reason)
        else:
            self._keep(known, state=InvitationState.SENT, stopped=reason)
        self.after("stop")
        return True

    def retry(self, invitation: Invitation, wave: int, due: int) -> bool:
        self.before("retry")
        known = self.invitations.kept.get((invitation.person, invitation.id))
        if known is None or known.message_id != invitation.message_id or known.stopped is not None:
            return False
        if (known.state, known.wave) not in ((InvitationState.SENT, wave), (InvitationState.SCHEDULED, wave + 1)):
            return False
        self._keep(
            known,
            state=InvitationState.SCHEDULED,
            wave=wave,
            due_at=due,
            delivery_events=known.delivery_events | {delivery_event_of(FeedbackKind.SOFT_BOUNCED.value, wave)},
        )
        self.after("retry")
        return True

    def _keep(self, known: Invitation, **changes: Any) -> Invitation:
        kept = replace(known, **changes)
        self.invitations.kept[known.person, known.id] = kept
        return kept


class InMemorySuppressedDestinations:
    """The account's list; it remembers what it was asked for."""

    def __init__(self, *entries: SuppressedDestination, size: int = 2) -> None:
        self.entries = list(entries)
        self.size = size
        self.asked: list[tuple[int | None, str | None]] = []

    def page(self, since: int | None, token: str | None) -> tuple[list[SuppressedDestination], str | None]:
        self.asked.append((since, token))
        listed = [entry for entry in self.entries if since is None or entry.time >= since]
        start = int(token or 0)
        end = start + self.size
        return listed[start:end], str(end) if end < len(listed) else None


class InMemoryReconciliations:
    """When the last whole round began."""

    def __init__(self) -> None:
        self.began: int | None = None

    def last(self) -> int | None:
        return self.began

    def note(self, began: int) -> None:
        self.began = max(began, self.began or 0)
