"""What the services need of the world to ask someone: invitations, links and mail, beside `ports.py`."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.domain.person import Person
from earshot.domain.quarantine import Press
from earshot.pages.render import Notice


class Invitations(Protocol):
    """The invitations of all people."""

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Keep an invitation and when its person was last asked, in one; False if the person moved meanwhile."""

    def decline(self, invitation: Invitation) -> bool:
        """Keep that somebody was not asked, and why; False if this was decided before."""

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        """Read an invitation as it is now."""

    def of_person(self, person: str) -> list[Invitation]:
        """List what was decided about a person, the oldest first."""

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending; False if someone else has it already, or it was moved."""

    def release(self, invitation: Invitation) -> bool:
        """Give a claim back: it is certain that nothing was sent."""

    def mark_sent(self, invitation: Invitation, message_id: str, now: int) -> bool:
        """Note that the mail went out, and under which id."""

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Note that it was not sent after all, and why."""

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move what is scheduled to a later moment, and when its person was last asked with it; False if it moved."""

    def press(self, person: str, invitation_id: str, response_id: str, press: Press) -> Invitation | None:
        """Note a press of the Send button; the first one gives the answer its id. None if there is no invitation."""

    def rewrite(self, invitation: Invitation, presses: Sequence[Press], *, forget: bool = False) -> bool:
        """Write what is known of the presses anew, and forget the properties if asked to; False if another came."""

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Give person and id of what is due in a shard, the longest due first, and after what the next page begins."""


class Budgets(Protocol):
    """How many mails a survey has sent on a day."""

    def spend(self, survey: str, day: str, most: int) -> bool:
        """Take one mail out of the budget of a day; False if it is spent."""


class Backlog(Protocol):
    """Tells how much a queue holds."""

    def __call__(self) -> int:
        """Give about how many messages wait or are being worked on."""


class NotSentError(BusyError):
    """It is certain that the mail did not go out; it may be sent again."""


class UnknownOutcomeError(BusyError):
    """Nobody knows whether the mail went out; it must never be sent again."""


class Mailer(Protocol):
    """The way out for mails."""

    def send(self, mime: bytes, sender: str, recipient: str) -> str:
        """Send a mail and give its message id; NotSentError or UnknownOutcomeError."""


class Reader(Protocol):
    """Reads the token of a link."""

    def __call__(self, purpose: str, token: str) -> tuple[Mapping[str, str] | None, Notice | None]:
        """Give the ids of a token, or the notice that says why it is not good."""
