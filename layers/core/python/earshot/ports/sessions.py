"""The sessions of members who signed in, and the ways to start one."""

from typing import Protocol

from earshot.domain.members import Member
from earshot.domain.sessions import Session
from earshot.domain.sign_ins import Asking, Given, TeamInvitation


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


class SignIns(Protocol):
    """What waits until somebody signs in: each starts one session, and is gone with that."""

    def ask(self, asking: Asking) -> None:
        """Write a new asking."""

    def asking(self, hashed: str) -> Asking | None:
        """Read an asking as it is now."""

    def give(self, hashed: str, given: Given) -> bool:
        """Write what the mail brings, in place of what an earlier one brought; False if the asking is gone."""

    def count_try(self, hashed: str) -> Asking | None:
        """Count one more code and return the asking then; None if it is gone, or had all its tries."""

    def finish(self, asking: Asking, session: Session) -> bool:
        """Remove an asking and start a session, both or none; False if it is gone."""

    def invite(self, invitation: TeamInvitation) -> None:
        """Write a new invitation to the team."""

    def invitation(self, hashed: str) -> TeamInvitation | None:
        """Read an invitation as it is now."""

    def join(self, invitation: TeamInvitation, session: Session) -> bool:
        """Remove an invitation and start a session, both or none; False if it is gone."""
