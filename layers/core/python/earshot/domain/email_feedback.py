"""What became of a mail that went out, as SES reports it: delivered, bounced, complained of, opened, clicked."""

from dataclasses import dataclass
from enum import Enum

from earshot.domain.invitation import Invitation, InvitationState

# How often a mail that bounced softly is tried again, and how long after it bounced (milliseconds).
MOST_RETRIES = 2
RETRY_AFTER = 86_400_000
# Why an invitation is stopped whose mails bounced softly once too often; its address is not suppressed for that.
GIVEN_UP = "soft-bounce"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which mail something is about: its person, its invitation, and its wave (1 is the invitation's first mail)."""

    person: str
    invitation: str
    wave: int


class FeedbackKind(Enum):
    """What happened to a mail, in the word that is marked on its invitation."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SOFT_BOUNCED = "soft-bounced"
    COMPLAINED = "complained"
    NOT_SPAM = "not-spam"
    REJECTED = "rejected"
    OPENED = "opened"
    OPENED_BY_MACHINE = "opened-by-machine"
    CLICKED = "clicked"
    CLICKED_BY_MACHINE = "clicked-by-machine"

    @property
    def suppression(self) -> str | None:
        """Return the reason for which the address is never written to again; None if it may be."""
        return self.value if self in (FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED) else None


@dataclass(frozen=True, slots=True)
class MailFeedback:
    """One SES event about one mail; `time` is when it happened, in Unix milliseconds.

    `addresses` are the recipients concerned, `origin` is None if the mail carries no tags of ours, `event` is the id
    under which EventBridge knows it.
    """

    kind: FeedbackKind
    message_id: str
    time: int
    addresses: tuple[str, ...]
    origin: Origin | None
    event: str = ""


def retries_of(invitation: Invitation, wave: int) -> int:
    """Count how often a wave's mail was tried again."""
    return max(0, sum(mail.wave == wave for mail in invitation.mails) - 1)


def is_last_mail(invitation: Invitation, wave: int, message_id: str) -> bool:
    """Return whether this is the last mail sent, and nothing has followed but a waiting reminder.

    False for what came twice: once the wave is scheduled again, or sent again under another id, it is another mail's.
    """
    if invitation.stopped is not None or invitation.message_id != message_id:
        return False
    sent = invitation.state is InvitationState.SENT and invitation.wave == wave
    return sent or (invitation.state is InvitationState.SCHEDULED and invitation.wave == wave + 1)
