"""List the sessions of a member, and end them."""

from earshot.domain.errors import NotFoundError
from earshot.domain.sessions import Session
from earshot.ports.sessions import Sessions


def list_sessions(member: str, now: int, sessions: Sessions) -> list[Session]:
    """List the sessions of a member that are not over, the newest first."""
    return [each for each in sessions.of_member(member) if not each.is_over(now)]


def end_session(member: str, session: str, now: int, sessions: Sessions) -> None:
    """End a session of a member by its id; NotFoundError if there is none (any more)."""
    for each in list_sessions(member, now, sessions):
        if each.id == session:
            sessions.end(each)
            return
    raise NotFoundError("the member has no such session (any more)")


def end_sessions(member: str, sessions: Sessions) -> None:
    """End all sessions of a member, also those that are over."""
    for each in sessions.of_member(member):
        sessions.end(each)
