"""Take in what SES tells of a mail: suppress who must not be written to, stop what waits, try a full mailbox again."""

from dataclasses import dataclass

from earshot.domain.errors import BusyError
from earshot.domain.feedback import (
    GIVEN_UP,
    MOST_RETRIES,
    RETRY_AFTER,
    Kind,
    MailFeedback,
    is_last_mail,
    mark_of,
    retries_of,
)
from earshot.domain.invitation import Invitation, State
from earshot.domain.mail_tags import Origin
from earshot.ports.invitations import Feedback
from earshot.ports.suppressions import Suppressions

# For so long a claim may be one whose mail is just being noted (milliseconds).
SENDING = 600_000


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports that feedback needs, and the moment it is read at (Unix milliseconds)."""

    suppressions: Suppressions
    feedback: Feedback
    now: int


def receive(told: MailFeedback, desk: Desk) -> str:
    """Take in one thing that SES told, however often and in whatever order; return what came of it, in a word.

    The address comes first: whatever breaks afterwards, nobody writes to it. BusyError says that the mail is only just
    being noted, or that somebody moved the invitation at the same moment: it may come again.
    """
    if told.kind.suppression:
        for address in told.addresses:
            desk.suppressions.add(address, told.kind.suppression, told.time)
    if told.origin is None:
        return "stranger"
    mark = mark_of(told.kind.value, told.origin.wave)
    invitation = desk.feedback.mark(told.origin.person, told.origin.invitation, frozenset({mark}))
    if invitation is None:
        return "stranger"
    if told.kind.suppression:
        return _stop(invitation, told.kind.suppression, desk)
    if told.kind is Kind.SOFT_BOUNCED:
        return _try_again(told.origin, told.message_id, invitation, desk)
    return "marked"


def _stop(invitation: Invitation, reason: str, desk: Desk) -> str:
    _wait_for_the_sender(invitation, desk)
    if invitation.state is not State.SCHEDULED:
        return "marked"
    if not desk.feedback.stop(invitation, reason):
        raise BusyError("the invitation moved meanwhile; try again in a moment")
    return "stopped"


def _try_again(origin: Origin, message_id: str, invitation: Invitation, desk: Desk) -> str:
    _wait_for_the_sender(invitation, desk)
    if invitation.is_answered or not is_last_mail(invitation, origin.wave, message_id):
        return "marked"
    if retries_of(invitation, origin.wave) >= MOST_RETRIES:
        return _stop(invitation, GIVEN_UP, desk)
    retried = desk.feedback.retry(invitation, origin.wave, desk.now + RETRY_AFTER)
    return "retried" if retried else "marked"


def _wait_for_the_sender(invitation: Invitation, desk: Desk) -> None:
    """A bounce may be faster than the note that its mail went out; a claim that stays one is never sent again."""
    claimed = invitation.claimed if invitation.state is State.CLAIMED else None
    if claimed is not None and desk.now - claimed < SENDING:
        raise BusyError("the mail is just being sent; try again in a moment")
