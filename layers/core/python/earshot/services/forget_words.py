"""Forget what somebody wrote beside a press of Send, when the answer that came of it is erased."""

from dataclasses import replace

from earshot.asking_ports import Invitations
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.services.record_responses import Pause

ATTEMPTS = 12


def forget_words(person: str, response: str, *, invitations: Invitations, pause: Pause) -> None:
    """Take the comments out of the invitation that a response answers, if it answers one; that it was answered stays.

    Raises BusyError if somebody presses Send on and on.
    """
    for attempt in range(ATTEMPTS):
        said = [one for one in invitations.of_person(person) if one.response == response and _has_words(one)]
        if all(_forgotten(one, invitations) for one in said):
            return
        pause(attempt)
    raise BusyError("the answer is being changed by its person; try again")


def _has_words(invitation: Invitation) -> bool:
    return any(press.comment for press in invitation.presses)


def _forgotten(invitation: Invitation, invitations: Invitations) -> bool:
    return invitations.rewrite(invitation, [replace(press, comment=None) for press in invitation.presses])
