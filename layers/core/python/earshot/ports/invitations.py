"""The invitations of people, the delivery events of their mails, and the links in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import Invitation
from earshot.domain.person import Person


class Invitations(Protocol):
    """The invitations of all people."""

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Keep an invitation and when its mailbox was last asked, in one; False if that or they moved meanwhile."""

    def decline(self, invitation: Invitation) -> bool:
        """Keep that somebody was not asked, and why; False if this was decided before."""

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        """Read an invitation as it is now."""

    def of_person(self, person: str) -> list[Invitation]:
        """List what was decided about a person, the oldest first."""

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending, with what paid and whom it goes to.

        False if someone else has it already, or its wave or its time is another by now.
        """

    def release(self, invitation: Invitation) -> bool:
        """Release a claim: it is certain that nothing was sent."""

    def mark_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        """Note that the mail went out and under which id, and when the next wave is due; None if there is none."""

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Note that what is scheduled is not sent after all, and why.

        A first mail is declined, its person counts as asked no more by it; a reminder is stopped, its person was asked.
        """

    def reject(self, invitation: Invitation, reason: str) -> bool:
        """Note that what is claimed was not sent and never will be; what then holds is as with `cancel`."""

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move what is scheduled to a later moment; False if it moved.

        With a first mail moves when its person was last asked; who is to be reminded was asked already.
        """

    def press(
        self,
        person: str,
        invitation_id: str,
        response_id: str,
        press: SubmitAttempt,
        marks: frozenset[str] = frozenset(),
    ) -> Invitation | None:
        """Note a press of the Send button, and the marks in the same; the first press gives the answer its id.

        None if there is no invitation, if it has taken all the presses it takes, or if it or its response is erased.
        """

    def read_comment(self, invitation: Invitation, comment: Comment) -> str | None:
        """Return the text of a comment that was written with a press; None if it is erased."""

    def delete_comments(self, person: str) -> None:
        """Delete all comments that a person wrote on the pages of their invitations."""

    def click(
        self, person: str, invitation_id: str, response_id: str, click: SubmitAttempt, marks: frozenset[str]
    ) -> Invitation | None:
        """Note a score that was clicked in the mail, and the marks in the same; the first gives the answer its id.

        None if there is no invitation, if it has taken all the clicks it takes, or if it or its response is erased.
        """

    def rewrite(self, invitation: Invitation, presses: Sequence[SubmitAttempt]) -> bool:
        """Write what is known of the presses anew; False if another came, or if it or its response is erased."""

    def erase_response(self, invitation: Invitation) -> bool:
        """Take scores and comments out of the presses and clicks of an invitation whose response is erased.

        It takes none any more. False if it changed meanwhile: then it is to be read again.
        """

    def anonymise(self, invitation: Invitation) -> bool:
        """Leave nothing of an invitation but what the funnel counts, see `anonymised`; it may be done again.

        False if it changed meanwhile: then it is to be read again. Only what becomes of a mail that is being sent at
        this very moment is still noted.
        """

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Give person and id of what is due in a shard, the longest due first, and after what the next page begins."""


class Feedback(Protocol):
    """What SES tells of an invitation's mails, and what follows from it."""

    def mark(self, person: str, invitation_id: str, marks: frozenset[str]) -> Invitation | None:
        """Mark an invitation, each mark `<word>#<wave>` once, and give it as it is then.

        None if there is none, or if its person was erased: nothing that happens then is noted.
        """

    def stop(self, invitation: Invitation, reason: str) -> bool:
        """Stop what is scheduled: a reminder never goes out, a first mail is declined; False if it moved meanwhile."""

    def retry(self, invitation: Invitation, wave: int, due: int) -> bool:
        """Schedule the wave that went out last once more, due at `due` (Unix milliseconds).

        False if it is scheduled again or was sent anew already, by the id of its mail, or was stopped.
        """


@dataclass(frozen=True, slots=True)
class Link:
    """The invitation that a link in a mail leads to; one that is expired was signed by us all the same."""

    person: str
    invitation: str
    is_expired: bool = False


class LinkReader(Protocol):
    """Reads the tokens in the links of mails."""

    def __call__(self, purpose: str, token: str) -> Link | None:
        """Return where a token leads; None if it is not ours, or was made for another purpose."""
