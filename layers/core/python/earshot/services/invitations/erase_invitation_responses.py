"""Remove a person's responses from their invitations when a response, or the person, is erased."""

from collections.abc import Callable, Sequence

from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.ports.invitations import Invitations
from earshot.ports.pause import Pause
from earshot.ports.suppressions import Suppressions

ATTEMPTS = 12
REASON = "erased"
STILL_RESPONDING = "this person is responding right now; try again"


def erase_response_of(person: str, response: str, *, invitations: Invitations, pause: Pause) -> None:
    """Take the scores and comments out of the invitation that a response belongs to, if there is one.

    The invitation still counts as responded, and its link leads nowhere any more. Raises BusyError if submissions keep
    coming in.
    """
    found = [one for one in invitations.of_person(person) if one.response == response and not one.is_dead]
    _all_of(found, invitations.erase_response, invitations, pause)


def anonymise_all(
    person: str, now: int, *, invitations: Invitations, suppressions: Suppressions | None, pause: Pause
) -> None:
    """Send an erased person nothing more, and keep only what the funnel counts of their invitations.

    The addresses their mails went to are suppressed (since `now`, Unix milliseconds), whichever they had: the link in
    such a mail could unsubscribe no more. Without `suppressions` they may be written to again. Raises BusyError if
    submissions keep coming in.
    """

    def anonymise(invitation: Invitation) -> bool:
        if suppressions is not None and invitation.recipient_hash is not None:
            suppressions.add_hash(invitation.recipient_hash, REASON, now)
        return invitations.anonymise(invitation)

    for invitation in invitations.of_person(person):
        if not invitation.is_anonymous:
            invitations.cancel(invitation, REASON)
    _all_of([one for one in invitations.of_person(person) if not one.is_anonymous], anonymise, invitations, pause)
    # A submission that was refused deletes its own text; one that was interrupted before left it here.
    invitations.delete_comments(person)


def _all_of(
    found: Sequence[Invitation], step: Callable[[Invitation], bool], invitations: Invitations, pause: Pause
) -> None:
    """Do a step with each invitation, which is read again where it changed meanwhile."""
    for one in found:
        invitation: Invitation | None = one
        for attempt in range(ATTEMPTS):
            if invitation is None or step(invitation):
                break
            pause(attempt)
            invitation = next((each for each in invitations.of_person(one.person) if each.id == one.id), None)
        else:
            raise BusyError(STILL_RESPONDING)
