"""The sessions' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.adapters.dynamodb.sessions import DynamoDBSessions
from earshot.domain.members import removed
from earshot.domain.sessions import LONGEST_MS, Session, hash_of
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

KIM, LEE = make_member("kim"), make_member("lee")
SESSION = make_session("kim")


@pytest.fixture(params=["fake", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "fake":
        members: Any = InMemoryMembers(KIM, LEE)
        return InMemorySessions(members), members
    table = request.getfixturevalue("dynamodb"), "earshot"
    members = DynamoDBMembers(*table)
    for member in (KIM, LEE):
        assert members.put(member, None)
    return DynamoDBSessions(*table), members


def test_a_session_is_found_with_its_member_as_they_are_now(ports: tuple[Any, Any]) -> None:
    sessions, members = ports
    assert sessions.find(SESSION.hash, "kim") is None
    sessions.start(SESSION)
    assert sessions.find(SESSION.hash, "kim") == (SESSION, KIM)
    gone = removed(KIM, NOON)
    assert members.put(gone, KIM)
    assert sessions.find(SESSION.hash, "kim") == (SESSION, gone)


def test_a_session_is_not_found_for_another_member_or_for_nobody(ports: tuple[Any, Any]) -> None:
    sessions, _ = ports
    sessions.start(SESSION)
    assert sessions.find(SESSION.hash, "lee") is None
    assert sessions.find(SESSION.hash, "zoe") is None
    assert sessions.find(hash_of("another"), "kim") is None


def test_the_time_of_the_last_use_is_written_only_while_the_session_is_there(ports: tuple[Any, Any]) -> None:
    sessions, _ = ports
    sessions.start(SESSION)
    sessions.note_seen(SESSION, NOON + 5)
    assert sessions.find(SESSION.hash, "kim") == (replace(SESSION, seen_at=NOON + 5), KIM)
    sessions.end(SESSION)
    sessions.note_seen(SESSION, NOON + 6)
    assert sessions.find(SESSION.hash, "kim") is None


def test_the_sessions_of_a_member_come_newest_first_and_end_one_by_one(ports: tuple[Any, Any]) -> None:
    sessions, _ = ports
    old = make_session("kim", "old", made_at=NOON - 1)
    new = make_session("kim", "new", made_at=NOON + 1, browser="Firefox on Linux")
    for session in (SESSION, new, old, make_session("lee", "of lee")):
        sessions.start(session)
    assert sessions.of_member("kim") == [new, SESSION, old]
    sessions.end(SESSION)
    sessions.end(SESSION)
    assert sessions.of_member("kim") == [new, old]
    assert sessions.of_member("zoe") == []


def test_a_session_costs_two_read_units_a_request_and_expires_by_itself(dynamodb: Any) -> None:
    DynamoDBMembers(dynamodb, "earshot").put(KIM, None)
    DynamoDBSessions(dynamodb, "earshot").start(SESSION)
    calls: list[dict[str, Any]] = []
    dynamodb.meta.events.register("provide-client-params.dynamodb.*", lambda params, **_: calls.append(params))
    assert DynamoDBSessions(dynamodb, "earshot").find(SESSION.hash, "kim") is not None
    assert [len(each["RequestItems"]["earshot"]["Keys"]) for each in calls] == [2]
    items = dynamodb.scan(TableName="earshot")["Items"]
    expiring = [int(item["expires"]["N"]) for item in items if "expires" in item]
    assert expiring == [(NOON + LONGEST_MS) // 1000] * 2


def test_what_identifies_a_session_is_never_stored(dynamodb: Any) -> None:
    DynamoDBSessions(dynamodb, "earshot").start(Session(hash_of("secret"), "kim", NOON, NOON))
    assert "secret" not in str(dynamodb.scan(TableName="earshot"))
