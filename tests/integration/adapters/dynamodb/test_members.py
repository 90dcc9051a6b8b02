"""The members' adapter and its fake keep the same contract."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.domain.access import Access, Role
from earshot.domain.members import Absence, Member, removed
from tests.factories import NOON
from tests.fakes.team import InMemoryMembers

BARE = Member("bob", "bob@example.com", None, Role.EXECUTIVE, made_at=NOON)
FULL = Member(
    id="ann",
    email="ann@example.com",
    name="Änn",
    role=Role.FRONTLINE,
    lead="bob",
    deputy="cleo",
    away=Absence(date(2026, 12, 24), date(2026, 12, 31)),
    timezone="Europe/Berlin",
    locale="pt-BR",
    calendar="berlin",
    access=Access(("shop",), ("region", "emea"), own_accounts=True),
    made_at=NOON,
    revision=3,
)


@pytest.fixture(params=["fake", "dynamodb"])
def members(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryMembers()
    return DynamoDBMembers(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("member", [BARE, FULL, removed(FULL, NOON + 1)])
def test_a_member_is_kept_as_they_are(members: Any, member: Member) -> None:
    assert members.get(member.id) is None
    assert members.put(member, None)
    assert members.get(member.id) == member
    assert members.all() == {member.id: member}


def test_all_members_come_in_the_order_of_their_ids_with_those_who_were_removed(members: Any) -> None:
    gone = removed(replace(FULL, id="cleo"), NOON)
    for member in (gone, BARE, FULL):
        assert members.put(member, None)
    assert list(members.all().items()) == [("ann", FULL), ("bob", BARE), ("cleo", gone)]


def test_a_member_is_written_only_while_those_they_follow_stay_the_same(members: Any) -> None:
    assert members.put(BARE, None)
    assert members.put(FULL, None, [BARE])
    newer = replace(BARE, deputy="ann", revision=2)
    assert members.put(newer, BARE)
    assert not members.put(replace(FULL, name=None, revision=4), FULL, [BARE])
    assert members.get("ann") == FULL
    assert members.put(replace(FULL, name=None, revision=4), FULL, [newer])


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(members: Any) -> None:
    assert members.put(FULL, None)
    assert not members.put(FULL, None)
    newer = replace(FULL, away=None, revision=4)
    assert members.put(newer, FULL)
    assert not members.put(replace(FULL, name="Other"), FULL)
    assert members.get("ann") == newer
