"""Process an SES event: suppress the address, cancel waiting mails, or try a full mailbox again."""

from dataclasses import dataclass

from earshot.domain.delivery_events import delivery_event_of
from earshot.domain.email_feedback import (
    GIVEN_UP,
    MOST_RETRIES,
    RETRY_AFTER,
    FeedbackKind,
    MailFeedback,
    Origin,
    is_last_mail,
    retries_of,
)
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.ports.invitations import Feedback
from earshot.ports.suppressions import Suppressions

# For so long a claim may be one whose mail is just being noted (milliseconds).
SENDING = 600_000


@dataclass(frozen=True, slots=True)
class ReceiveFeedbackDeps:
    """What receiving feedback needs: its ports, and the moment it is read at (Unix milliseconds)."""

    suppressions: Suppressions
    feedback: Feedback
    now: int


def receive(feedback: MailFeedback, deps: ReceiveFeedbackDeps) -> str:
    """Process one delivery event, however often and in whatever order it comes; return its outcome in a word.

    The address comes first: whatever breaks afterwards, no mail goes to it. BusyError says that the mail is only just
    being stored as sent, or that another writer changed the invitation at the same moment: it may come again.
    """
    if feedback.kind.suppression:
        for address in feedback.addresses:
            deps.suppressions.add(address, feedback.kind.suppression, feedback.time)
    if feedback.origin is None:
        return "unknown mail"
    event = delivery_event_of(feedback.kind.value, feedback.origin.wave)
    invitation = deps.feedback.add_delivery_events(
        feedback.origin.person, feedback.origin.invitation, frozenset({event})
    )
    if invitation is None:
        return "unknown mail"
    if feedback.kind.suppression:
        return _stop(invitation, feedback.kind.suppression, deps)
    if feedback.kind is FeedbackKind.SOFT_BOUNCED:
        return _try_again(feedback.origin, feedback.message_id, invitation, deps)
    return "recorded"


def _stop(invitation: Invitation, reason: str, deps: ReceiveFeedbackDeps) -> str:
    _wait_for_the_sender(invitation, deps)
    if invitation.state is not InvitationState.SCHEDULED:
        return "recorded"
    if not deps.feedback.stop(invitation, reason):
        raise BusyError("the invitation changed meanwhile; try again in a moment")
    return "stopped"


def _try_again(origin: Origin, message_id: str, invitation: Invitation, deps: ReceiveFeedbackDeps) -> str:
    _wait_for_the_sender(invitation, deps)
    if invitation.has_counting_attempt or not is_last_mail(invitation, origin.wave, message_id):
        return "recorded"
    if retries_of(invitation, origin.wave) >= MOST_RETRIES:
        return _stop(invitation, GIVEN_UP, deps)
    retried = deps.feedback.retry(invitation, origin.wave, deps.now + RETRY_AFTER)
    return "retried" if retried else "recorded"


def _wait_for_the_sender(invitation: Invitation, deps: ReceiveFeedbackDeps) -> None:
    """Raise BusyError while the mail is being sent: a bounce may be faster than the write that says it was."""
    claimed = invitation.claimed_at if invitation.state is InvitationState.CLAIMED else None
    if claimed is not None and deps.now - claimed < SENDING:
        raise BusyError("the mail is being sent; try again in a moment")
