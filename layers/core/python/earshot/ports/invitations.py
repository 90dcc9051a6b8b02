"""The invitations of people, and the delivery events of their mails."""

from collections.abc import Sequence
from typing import Protocol

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import Invitation
from earshot.domain.person import Person


class Invitations(Protocol):
    """The invitations of all people."""

    def open(self, invitation: Invitation, person: Person) -> bool:
        """Store an invitation and when its mailbox was last asked, in one write; False if either changed meanwhile."""

    def decline(self, invitation: Invitation) -> bool:
        """Store that a person is not invited, and why; False if this was decided before."""

    def get(self, person: str, invitation_id: str) -> Invitation | None:
        """Read an invitation as it is now."""

    def of_person(self, person: str) -> list[Invitation]:
        """Return what was decided about a person, the oldest first."""

    def claim(self, invitation: Invitation, now: int) -> bool:
        """Claim the sending of a mail, with the budget it is paid from and the mailbox it goes to.

        False if another run has claimed it, or its wave or its time has changed.
        """

    def release(self, invitation: Invitation) -> bool:
        """Release a claim: it is certain that nothing was sent."""

    def record_sent(self, invitation: Invitation, message_id: str, now: int, next_due: int | None) -> bool:
        """Store that the mail went out, under which id, and when the next wave is due; None if there is none."""

    def cancel(self, invitation: Invitation, reason: str) -> bool:
        """Store that a scheduled mail is not sent after all, and why.

        A first mail is declined, its person counts as asked no more by it; a reminder is stopped, its person was asked.
        """

    def reject(self, invitation: Invitation, reason: str) -> bool:
        """Store that a claimed mail was not sent and never will be; the rest is as with `cancel`."""

    def postpone(self, invitation: Invitation, person: Person, due: int, reason: str) -> bool:
        """Move a scheduled mail to a later moment; False if the invitation changed meanwhile.

        With a first mail moves when its person was last asked; who is to be reminded was asked already.
        """

    def add_attempt(
        self,
        person: str,
        invitation_id: str,
        response_id: str,
        attempt: SubmitAttempt,
        events: frozenset[str] = frozenset(),
    ) -> Invitation | None:
        """Store an attempt to submit, with its delivery events; the first one decides the id of the response.

        None if there is no invitation, if it takes no more attempts, or if it or its response is erased.
        """

    def read_comment(self, invitation: Invitation, comment: Comment) -> str | None:
        """Return the text of a comment that came with an attempt; None if it is erased."""

    def delete_comments(self, person: str) -> None:
        """Delete all comments that a person wrote on the pages of their invitations."""

    def click(
        self, person: str, invitation_id: str, response_id: str, click: SubmitAttempt, events: frozenset[str]
    ) -> Invitation | None:
        """Store a score that was clicked in the mail, with delivery events; the first decides the id of the response.

        None if there is no invitation, if it takes no more clicks, or if it or its response is erased.
        """

    def rewrite(self, invitation: Invitation, attempts: Sequence[SubmitAttempt]) -> bool:
        """Replace what is known of the attempts; False if another came, or if it or its response is erased."""

    def erase_response(self, invitation: Invitation) -> bool:
        """Remove scores and comments from the attempts and clicks of an invitation whose response is erased.

        It takes no more of them. False if it changed meanwhile: then it is to be read again.
        """

    def anonymise(self, invitation: Invitation) -> bool:
        """Leave nothing of an invitation but what the funnel counts, see `anonymised`; it may be done again.

        False if it changed meanwhile: then it is to be read again. Only what becomes of a mail that is being sent at
        this very moment is still noted.
        """

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Return person and id of what is due in a shard, the longest due first, and where the next page begins."""


class Feedback(Protocol):
    """The delivery events of an invitation's mails, and what follows from them."""

    def add_delivery_events(self, person: str, invitation_id: str, events: frozenset[str]) -> Invitation | None:
        """Add delivery events `<word>#<wave>` to an invitation, each once, and return it as it is then.

        None if there is none, or if its person was erased: nothing that happens then is stored.
        """

    def stop(self, invitation: Invitation, reason: str) -> bool:
        """Stop what is scheduled: a reminder is never sent, a first mail is declined; False if it changed meanwhile."""

    def retry(self, invitation: Invitation, wave: int, due: int) -> bool:
        """Schedule the wave that went out last once more, due at `due` (Unix milliseconds).

        False if it is scheduled or was sent again already, by the id of its mail, or was stopped.
        """
