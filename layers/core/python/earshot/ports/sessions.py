"""The sessions of members who signed in."""

from typing import Protocol

from earshot.domain.members import Member
from earshot.domain.sessions import Session


class Sessions(Protocol):
    """The sessions, by the hash of their token."""

    def find(self, hashed: str, member: str) -> tuple[Session, Member] | None:
        """Read a session of a member and the member as they are now, in one call; None if there is no such session."""

    def start(self, session: Session) -> None:
        """Write a new session."""

    def note_seen(self, session: Session, now: int) -> None:
        """Write when a session was last used; nothing if it ended, and a failure is ignored."""

    def of_member(self, member: str) -> list[Session]:
        """List the sessions of a member, the newest first."""

    def end(self, session: Session) -> None:
        """Remove a session, also one that ended before."""
