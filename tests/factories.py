"""Valid things to test with: override the one that the test is about."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from earshot.domain import ids
from earshot.domain.access import Role
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.keyed_hash import folded
from earshot.domain.members import Member
from earshot.domain.person import Person
from earshot.domain.response import Response, with_emitted_events
from earshot.domain.sessions import Session, hash_of
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey

NOON = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000

STATEMENT_FIELDS = frozenset(field.name for field in fields(Statement))


def uuid7(time: int = NOON, seed: str = "a") -> str:
    """Make an id as a widget would, with a seed instead of chance."""
    made = ids.mint(time, seed.encode())
    return f"{made[:14]}7{made[15:]}"


def make_survey(**overrides: Any) -> Survey:
    settings: dict[str, Any] = {
        "id": "demo",
        "name": "Demo",
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
        "zone_is_fixed": True,
    }
    return Survey(**(settings | overrides))


def make_person(**overrides: Any) -> Person:
    settings = {"id": "ann", "email": "ann@example.com", "name": "Ann", "properties": {"plan": "pro"}}
    made = Person(**(settings | overrides))
    if made.email is None or made.mailbox is not None:
        return made
    return replace(made, mailbox=f"hash of {folded(made.email)}")


def make_member(name: str, **overrides: Any) -> Member:
    member = Member(name, f"{name}@example.com", name.title(), Role.FRONTLINE, made_at=NOON)
    return replace(member, **overrides)


def make_session(member: str, token: str = "token", **overrides: Any) -> Session:
    session = Session(hash_of(token), member, made_at=NOON, seen_at=NOON)
    return replace(session, **overrides)


def make_invitation(**overrides: Any) -> Invitation:
    settings: dict[str, Any] = {"id": uuid7(), "survey": "demo", "person": "ann", "decided_at": NOON, "due_at": NOON}
    return Invitation(**(settings | {"state": InvitationState.SCHEDULED, "reason": "eligible"} | overrides))


def make_statement(score: int | None = 9, **overrides: Any) -> Statement:
    return Statement(**({"kind": StatementKind.FINAL, "received_at": NOON, "score": score} | overrides))


def make_submission(score: int | None = 9, **overrides: Any) -> Submission:
    """Make a submission; what belongs to its statement may be given here too."""
    of_statement, overrides = _split(overrides)
    statement = make_statement(score, **of_statement)
    settings: dict[str, Any] = {"survey": "demo", "id": uuid7(), "first_received": statement.received_at} | overrides
    return Submission(statement=statement, **settings)


def make_response(score: int | None = 9, **overrides: Any) -> Response:
    """Make a response; what belongs to its statement may be given here too."""
    of_statement, overrides = _split(overrides)
    settings: dict[str, Any] = {
        "survey": "demo",
        "id": uuid7(),
        "revision": 1,
        "statement": make_statement(score, **of_statement),
        "digest": "d",
        "responded_at": NOON,
        "day": "2026-11-21",
    }
    return with_emitted_events(None, Response(**(settings | overrides)))


def changed(response: Response, **changes: Any) -> Response:
    """Return the response with other values, also of its statement; the rest stays as it is, its revision too."""
    of_statement, rest = _split(changes)
    return replace(response, statement=replace(response.statement, **of_statement), **rest)


def revised(response: Response, **changes: Any) -> Response:
    """Make the next revision of a response."""
    received = response.statement.received_at + 1
    new = changed(response, **({"revision": response.revision + 1, "received_at": received} | changes))
    return with_emitted_events(response, new)


def _split(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return which values belong to a statement, and the others."""
    of_statement = {name: value for name, value in values.items() if name in STATEMENT_FIELDS}
    return of_statement, {name: value for name, value in values.items() if name not in STATEMENT_FIELDS}
