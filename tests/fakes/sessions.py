"""Sessions in a dictionary, next to members."""

from dataclasses import replace

from earshot.domain.members import Member
from earshot.domain.sessions import Session
from tests.fakes.team import InMemoryMembers


class InMemorySessions:
    """Sessions by the hash of their token."""

    def __init__(self, members: InMemoryMembers, *sessions: Session) -> None:
        self._members = members
        self.kept = {session.hash: session for session in sessions}

    def find(self, hashed: str, member: str) -> tuple[Session, Member] | None:
        session, owner = self.kept.get(hashed), self._members.get(member)
        if session is None or owner is None or session.member != member:
            return None
        return session, owner

    def start(self, session: Session) -> None:
        self.kept[session.hash] = session

    def note_seen(self, session: Session, now: int) -> None:
        if session.hash in self.kept:
            self.kept[session.hash] = replace(self.kept[session.hash], seen_at=now)

    def of_member(self, member: str) -> list[Session]:
        of_member = (session for session in self.kept.values() if session.member == member)
        return sorted(of_member, key=lambda session: (session.made_at, session.id), reverse=True)

    def end(self, session: Session) -> None:
        self.kept.pop(session.hash, None)
