"""Unsubscribe by the link in a mail, and take that back within an hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from earshot.domain.delivery_events import UNSUBSCRIBED, delivery_event_of, latest_wave
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import ErasedPerson, Person
from earshot.ports.invitations import Feedback
from earshot.ports.suppressions import Suppression
from earshot.services.invitations.follow_link import FollowLinkDeps, Respondent, find_respondent

# How long an unsubscribe can be taken back (milliseconds).
UNDO_TIME = 3_600_000
# Reasons to write no mail that are the person's own; a bounce is not.
ENDED = (UNSUBSCRIBED, "erased")


class MailsTo(Enum):
    """Whether the person of a link gets mails: they do, no more for less than an hour, no more, or again."""

    SENT = "sent"
    JUST_ENDED = "just-ended"
    ENDED = "ended"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The person of a link, and whether mails go to them."""

    respondent: Respondent
    mails: MailsTo


def read_subscription(token: str, deps: FollowLinkDeps) -> Subscription:
    """Return whether the person of a link gets mails; it changes nothing, since scanners follow links."""
    respondent = find_respondent(token, "unsubscribe", deps)
    stand = [deps.suppressions.suppression_of(digest) for digest in _addresses_meant(respondent)]
    is_ended = bool(stand) and all(each is not None and each.reason in ENDED for each in stand)
    return Subscription(respondent, _ended(stand, deps.now) if is_ended else MailsTo.SENT)


def unsubscribe(token: str, deps: FollowLinkDeps) -> Subscription:
    """Unsubscribe at once, however often.

    It holds for the address the mail went to, whether it still is the person's or not, and for their present one. For
    an hour it can be undone: after that the link, which may be forwarded, brings no address back.
    """
    respondent = find_respondent(token, "unsubscribe", deps)
    stand = [deps.suppressions.unsubscribe(digest, deps.now) for digest in _addresses_meant(respondent)]
    _stop_reminding(respondent.invitation, deps.feedback)
    return Subscription(respondent, _ended(stand, deps.now))


def undo_unsubscribe(token: str, deps: FollowLinkDeps) -> Subscription:
    """Undo an unsubscribe, and return what holds then: a second click, which finds nothing to undo, changes nothing.

    Mails go to the person's present address, so it decides.
    """
    respondent = find_respondent(token, "unsubscribe", deps)
    meant = _addresses_meant(respondent)
    for digest in meant:
        deps.suppressions.undo_unsubscribe(digest, deps.now - UNDO_TIME)
    stands = deps.suppressions.suppression_of(meant[0]) if meant else None
    is_ended = isinstance(respondent.person, ErasedPerson) or (stands is not None and stands.reason in ENDED)
    return Subscription(respondent, MailsTo.ENDED if is_ended else MailsTo.RESUMED)


def _addresses_meant(respondent: Respondent) -> list[str]:
    """Return the hashes of the addresses that an unsubscribe is for: the person's present one, then the mail's."""
    mailbox = respondent.person.mailbox if isinstance(respondent.person, Person) else None
    return list(dict.fromkeys(filter(None, (mailbox, respondent.invitation.recipient_hash))))


def _ended(stand: Sequence[Suppression | None], now: int) -> MailsTo:
    """Return whether the end of the mails can still be taken back."""
    since = now - UNDO_TIME
    is_recent = any(each is not None and each.reason == UNSUBSCRIBED and each.time >= since for each in stand)
    return MailsTo.JUST_ENDED if is_recent else MailsTo.ENDED


def _stop_reminding(invitation: Invitation, feedback: Feedback) -> None:
    """Stop a scheduled reminder; one that is being scheduled at this moment is stopped by the suppression."""
    event = delivery_event_of(UNSUBSCRIBED, latest_wave(invitation))
    known = feedback.add_delivery_events(invitation.person, invitation.id, frozenset({event}))
    if known is not None and known.state is InvitationState.SCHEDULED:
        feedback.stop(known, UNSUBSCRIBED)
