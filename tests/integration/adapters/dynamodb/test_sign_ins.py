"""The adapter of what waits until somebody signs in, and its fake, keep the same contract."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.adapters.dynamodb.sessions import DynamoDBSessions
from earshot.adapters.dynamodb.sign_ins import DynamoDBSignIns
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import MOST_TRIES, Asking, Given, TeamInvitation, address_hash
from tests.factories import NOON, make_member, make_session
from tests.fakes.sessions import InMemorySessions
from tests.fakes.sign_ins import InMemorySignIns
from tests.fakes.team import InMemoryMembers

KIM = make_member("kim")
ASKING = Asking(hash_of("browser"), address_hash("kim@example.com"), NOON, "/app/cases?state=open")
GIVEN = Given("kim", hash_of("link"), hash_of("code"))
INVITATION = TeamInvitation(hash_of("letter"), "kim", address_hash("kim@example.com"), NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "fake":
        sessions: Any = InMemorySessions(InMemoryMembers(KIM))
        return InMemorySignIns(sessions), sessions
    table = request.getfixturevalue("dynamodb"), "earshot"
    assert DynamoDBMembers(*table).put(KIM, None)
    return DynamoDBSignIns(*table), DynamoDBSessions(*table)


def test_an_asking_is_kept_as_it_is_and_gets_what_its_mail_brings(ports: tuple[Any, Any]) -> None:
    sign_ins, _ = ports
    assert sign_ins.asking(ASKING.hash) is None
    assert not sign_ins.give(ASKING.hash, GIVEN)
    assert sign_ins.asking(ASKING.hash) is None
    sign_ins.ask(ASKING)
    assert sign_ins.asking(ASKING.hash) == ASKING
    assert sign_ins.give(ASKING.hash, replace(GIVEN, link_hash="former"))
    assert sign_ins.give(ASKING.hash, GIVEN)
    assert sign_ins.asking(ASKING.hash) == replace(ASKING, given=GIVEN)


def test_a_code_is_tried_five_times_and_each_try_counts(ports: tuple[Any, Any]) -> None:
    sign_ins, _ = ports
    assert sign_ins.count_try(ASKING.hash) is None
    sign_ins.ask(ASKING)
    tried = [sign_ins.count_try(ASKING.hash) for _ in range(MOST_TRIES + 1)]
    assert tried == [*(replace(ASKING, tries=number) for number in range(1, MOST_TRIES + 1)), None]


def test_of_many_codes_at_once_no_more_count_than_may(dynamodb: Any) -> None:
    sign_ins = DynamoDBSignIns(dynamodb, "earshot")
    sign_ins.ask(ASKING)
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda _: sign_ins.count_try(ASKING.hash), range(20)))
    assert sum(each is not None for each in tried) == MOST_TRIES


def test_an_asking_starts_one_session_and_is_gone_with_that(ports: tuple[Any, Any]) -> None:
    sign_ins, sessions = ports
    sign_ins.ask(ASKING)
    first, second = make_session("kim", "first"), make_session("kim", "second")
    assert sign_ins.finish(ASKING, first)
    assert not sign_ins.finish(ASKING, second)
    assert sign_ins.asking(ASKING.hash) is None
    assert not sign_ins.give(ASKING.hash, GIVEN)
    assert sessions.of_member("kim") == [first]


def test_an_invitation_starts_one_session_and_is_gone_with_that(ports: tuple[Any, Any]) -> None:
    sign_ins, sessions = ports
    assert sign_ins.invitation(INVITATION.hash) is None
    sign_ins.invite(INVITATION)
    assert sign_ins.invitation(INVITATION.hash) == INVITATION
    first, second = make_session("kim", "first"), make_session("kim", "second")
    assert sign_ins.join(INVITATION, first)
    assert not sign_ins.join(INVITATION, second)
    assert sign_ins.invitation(INVITATION.hash) is None
    assert sessions.of_member("kim") == [first]
