"""List the sessions of a member, and end them."""

from earshot.domain.sessions import Session
from earshot.ports.sessions import Sessions


def list_sessions(member: str, now: int, sessions: Sessions) -> list[Session]:
    """List the sessions of a member that are not over, the newest first."""
    return [each for each in sessions.of_member(member) if not each.is_over(now)]


def end_session(member: str, session: str, sessions: Sessions) -> None:
    """End a session of a member by its id; nothing if there is none (any more)."""
    for each in sessions.of_member(member):
        if each.id == session:
            sessions.end(each)


def end_sessions(member: str, sessions: Sessions) -> None:
    """End all sessions of a member, also those that are over."""
    for each in sessions.of_member(member):
        sessions.end(each)
