"""The delivery events of an invitation: what happened to the mail of which wave, as it is stored."""

from earshot.domain.invitation import Invitation

UNSUBSCRIBED = "unsubscribed"
# What the page that the links lead to adds: that anyone fetched it, and that a person was on it.
VISITED, CLICKED = "visited", "clicked"


def delivery_event_of(word: str, wave: int) -> str:
    """Return the delivery event as stored on an invitation: what happened to the mail of which wave."""
    return f"{word}#{wave}"


def latest_wave(invitation: Invitation) -> int:
    """Return the wave of the last mail that went out, 1 if none is known of."""
    return max((mail.wave for mail in invitation.mails), default=1)
