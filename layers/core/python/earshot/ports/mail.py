"""Sending mail: the way out, the account it goes out under, and the daily budgets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from earshot.domain.errors import BusyError

if TYPE_CHECKING:
    from earshot.domain.sending_quota import SendingQuota


class NotSentError(BusyError):
    """It is certain that the mail did not go out; it may be sent again."""


class ThrottledError(NotSentError):
    """It did not go out because it was not its turn; it comes in a moment."""


class PausedError(NotSentError):
    """It did not go out because the account may not send it for now; the detail tells an engineer why.

    With `for_all` the account may send nothing at all.
    """

    def __init__(self, detail: str, *, for_all: bool = True) -> None:
        super().__init__(detail)
        self.for_all = for_all


class RejectedError(NotSentError):
    """It did not go out and never will: there is something wrong with this mail."""


class UnknownOutcomeError(BusyError):
    """Nobody knows whether the mail went out; it must never be sent again."""


class Mailer(Protocol):
    """The way out for mails."""

    def send(self, mime: bytes, sender: str, recipient: str, tags: Mapping[str, str] | None = None) -> str:
        """Send a mail with its tags, give its message id; NotSentError or one of its kinds, or UnknownOutcomeError."""


class MailAccount(Protocol):
    """The account under which mails are sent."""

    def allowance(self) -> "SendingQuota":
        """Ask what may be sent now; a careful guess, with a note, where nobody can say."""


class Budgets(Protocol):
    """How many mails a survey has sent on a day."""

    def spend(self, survey: str, day: str, most: int) -> bool:
        """Take one mail out of the budget of a day; False if it is spent."""
