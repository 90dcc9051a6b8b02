"""What waits until somebody signs in, in dictionaries, next to sessions."""

from dataclasses import replace

from earshot.domain.sessions import Session
from earshot.domain.sign_ins import MOST_TRIES, Asking, Given, TeamInvitation
from tests.fakes.sessions import InMemorySessions


class InMemorySignIns:
    """Askings and invitations by their hashes."""

    def __init__(self, sessions: InMemorySessions) -> None:
        self._sessions = sessions
        self.askings: dict[str, Asking] = {}
        self.invitations: dict[str, TeamInvitation] = {}

    def ask(self, asking: Asking) -> None:
        self.askings[asking.hash] = asking

    def asking(self, hashed: str) -> Asking | None:
        return self.askings.get(hashed)

    def give(self, hashed: str, given: Given) -> bool:
        if hashed not in self.askings:
            return False
        self.askings[hashed] = replace(self.askings[hashed], given=given)
        return True

    def count_try(self, hashed: str) -> Asking | None:
        found = self.askings.get(hashed)
        if found is None or found.tries >= MOST_TRIES:
            return None
        self.askings[hashed] = replace(found, tries=found.tries + 1)
        return self.askings[hashed]

    def finish(self, asking: Asking, session: Session) -> bool:
        if self.askings.pop(asking.hash, None) is None:
            return False
        self._sessions.start(session)
        return True

    def invite(self, invitation: TeamInvitation) -> None:
        self.invitations[invitation.hash] = invitation

    def invitation(self, hashed: str) -> TeamInvitation | None:
        return self.invitations.get(hashed)

    def join(self, invitation: TeamInvitation, session: Session) -> bool:
        if self.invitations.pop(invitation.hash, None) is None:
            return False
        self._sessions.start(session)
        return True
