"""Sessions in DynamoDB: an item by the hash of the token, and what leads from the member to it."""

from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.members import read_member
from earshot.adapters.dynamodb.table import ABSENT, EXISTS, Item, Query, TableAdapter, Write, delete, put, update
from earshot.domain.errors import BusyError
from earshot.domain.members import Member
from earshot.domain.sessions import LONGEST_MS, Session


class DynamoDBSessions(TableAdapter):
    """The `Sessions` port over the table."""

    def find(self, hashed: str, member: str) -> tuple[Session, Member] | None:
        """Read a session and its member as they are now: two read units."""
        keys = [table_keys.session_key(hashed), table_keys.member_key(member)]
        found = {item["pk"]: item for item in self._table.get_many(keys)}
        session, owner = (found.get(key["pk"]) for key in keys)
        if session is None or owner is None or session["member"] != member:
            return None
        return read_session(session), read_member(owner)

    def start(self, session: Session) -> None:
        """Write a session and what leads to it: four write units."""
        if not self._table.transact(*starting(session)):
            raise BusyError("the session could not be started; try again in a moment")

    def note_seen(self, session: Session, now: int) -> None:
        """Write when it was last used; one that was removed does not come back."""
        written = update(table_keys.session_key(session.hash), "SET last_seen = :now", EXISTS, now=now)
        with suppress(ClientError, BotoCoreError, BusyError):
            self._table.write(written)

    def of_member(self, member: str) -> list[Session]:
        """List the sessions of a member, the newest first: those that the member's partition leads to."""
        query = Query(partition=table_keys.sessions_of(member), consistent=True, backwards=True)
        hashes = [item["hash"] for item in self._table.query(query)]
        found = self._table.get_many([table_keys.session_key(each) for each in hashes])
        sessions = {session.hash: session for session in map(read_session, found)}
        return [sessions[each] for each in hashes if each in sessions]

    def end(self, session: Session) -> None:
        """Remove a session first, and then what leads to it: an interruption leaves nobody signed in."""
        self._table.write(delete(table_keys.session_key(session.hash)))
        self._table.write(delete(_pointer_key(session)))


def starting(session: Session) -> tuple[Write, Write]:
    """Build the writes that start a session, for a transaction."""
    pointer = {
        **_pointer_key(session),
        "type": "session of a member",
        "hash": session.hash,
        "expires": _expires(session),
    }
    return put(session_item(session), ABSENT), put(pointer)


def session_item(session: Session) -> dict[str, Any]:
    """Write a session."""
    return {
        **table_keys.session_key(session.hash),
        "type": "session",
        "member": session.member,
        "made_at": session.made_at,
        "last_seen": session.seen_at,
        "browser": session.browser or None,
        "expires": _expires(session),
    }


def read_session(item: Item) -> Session:
    """Read a session back; KeyError, TypeError or ValueError if the item is none."""
    return Session(
        hash=table_keys.hash_of_session(item["pk"]),
        member=item["member"],
        made_at=item["made_at"],
        seen_at=item["last_seen"],
        browser=item.get("browser", ""),
    )


def _expires(session: Session) -> int:
    """Return when DynamoDB may delete it, in seconds; until then the code decides whether it is over."""
    return (session.made_at + LONGEST_MS) // 1000


def _pointer_key(session: Session) -> dict[str, str]:
    return table_keys.session_of_member_key(session.member, session.made_at, session.id)
