"""Find who is signed in, by what their browser sends."""

from earshot.domain.errors import NotSignedInError
from earshot.domain.members import Member
from earshot.domain.names import is_name
from earshot.domain.sessions import SEEN_EVERY_MS, Session, hash_of, read_value
from earshot.ports.sessions import Sessions


def find_session(value: str, now: int, *, sessions: Sessions) -> tuple[Session, Member]:
    """Return the session of a cookie's value, and its member as they are now; NotSignedInError if there is none.

    The sessions of a member who was removed are over, also once they are added again. That the session is used is
    written now and then.
    """
    member, token = read_value(value)
    found = sessions.find(hash_of(token), member) if token and is_name(member) else None
    if found is None:
        raise NotSignedInError("nobody is signed in in this browser")
    session, owner = found
    if session.is_over(now):
        raise NotSignedInError("this session is over; sign in again")
    if owner.removed_at is not None or session.made_at < owner.made_at:
        raise NotSignedInError("nobody is signed in in this browser")
    if now - session.seen_at >= SEEN_EVERY_MS:
        sessions.note_seen(session, now)
    return session, owner
