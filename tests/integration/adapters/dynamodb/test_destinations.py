"""The destinations' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.destinations import DynamoDBDestinations
from earshot.domain.destinations import COMMENT, PERSON, Destination, DestinationState
from tests.factories import NOON
from tests.fakes.alerts import InMemoryDestinations

BARE = Destination("mail", "email", "Mail", {"to": ["owner", "ann@example.com"]})
FULL = Destination(
    id="hook",
    kind="webhook",
    name="Größe 💬",
    settings={"url": "https://example.com/ü", "types": ["response.detractor"]},
    include=(PERSON, COMMENT),
    contact="ops@example.com",
    state=DestinationState.BROKEN,
    reason="it replied 401",
    has_credentials=True,
    credentials=("bot_token",),
    inbound=True,
    made_at=NOON,
    revision=4,
)


@pytest.fixture(params=["fake", "dynamodb"])
def destinations(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryDestinations()
    return DynamoDBDestinations(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("destination", [BARE, FULL])
def test_a_destination_is_kept_as_it_is(destinations: Any, destination: Destination) -> None:
    assert destinations.get(destination.id) is None
    assert destinations.put(destination, None)
    assert destinations.get(destination.id) == destination
    assert destinations.list() == [destination]


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(destinations: Any) -> None:
    assert destinations.put(FULL, None)
    assert not destinations.put(FULL, None)
    newer = replace(FULL, state=DestinationState.ENABLED, reason=None, revision=5)
    assert destinations.put(newer, FULL)
    assert not destinations.put(newer, FULL)
    assert not destinations.delete(FULL, NOON)
    assert destinations.list() == [newer]
    assert destinations.delete(newer, NOON)
    assert destinations.list() == []


def test_of_a_deleted_one_the_id_is_left(destinations: Any) -> None:
    assert destinations.deleted() == []
    assert destinations.put(BARE, None)
    assert destinations.put(FULL, None)
    assert destinations.delete(FULL, NOON)
    assert (destinations.list(), list(destinations.deleted())) == ([BARE], [FULL.id])
    assert destinations.get(FULL.id) is None
