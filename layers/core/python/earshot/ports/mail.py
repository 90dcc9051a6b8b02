"""Sending mail: the way out, the account it goes out under, and the daily budgets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from earshot.domain.errors import BusyError

if TYPE_CHECKING:
    from earshot.domain.email_feedback import Origin
    from earshot.domain.sending_quota import SendingPause, SendingQuota


class NotSentError(BusyError):
    """It is certain that the mail did not go out; it may be sent again."""


class ThrottledError(NotSentError):
    """The mail did not go out because it was not its turn, which comes in a moment."""


class PausedError(NotSentError):
    """The mail did not go out because the account may not send it for now; the detail says why and what to do.

    With `for_all` SES would refuse every other mail of this stack, too; without, only mails to this recipient.
    """

    def __init__(self, detail: str, *, for_all: bool = True) -> None:
        super().__init__(detail)
        self.for_all = for_all


class RejectedError(NotSentError):
    """The mail did not go out and never will: there is something wrong with it."""


class UnknownOutcomeError(BusyError):
    """It is unknown whether the mail was sent; it must never be sent again."""


class Mailer(Protocol):
    """The way out for mails."""

    def send(
        self,
        mime: bytes,
        sender: str,
        recipient: str,
        origin: "Origin | None" = None,
        also: Sequence[str] = (),
        *,
        kind: str = "",
    ) -> str:
        """Send a mail of an origin, return its message id; NotSentError, one of its kinds, or UnknownOutcomeError.

        `also` are further recipients, who see each other; SES's own figures distinguish mails by their `kind`.
        """


class MailAccount(Protocol):
    """The account under which mails are sent."""

    def allowance(self) -> "SendingQuota":
        """Return what may be sent now; a careful guess, with a note, where SES does not say."""


class SendingPauses(Protocol):
    """The latest refusal of SES that holds for every mail: all senders and the planner know it."""

    def record(self, pause: "SendingPause") -> None:
        """Store a refusal in place of the one before."""

    def latest(self) -> "SendingPause | None":
        """Return the latest refusal; None if there never was one. One of the last second may be missing."""


class Budgets(Protocol):
    """How many mails a survey has sent on a day."""

    def spend(self, survey: str, day: str, most: int) -> bool:
        """Take one mail from the budget of a day; False if it is spent."""
