"""What destinations had of erased people: the fake and the real one alike."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces, reached_item
from earshot.domain.deliveries import KEPT_DAYS, DeliveryKey, Reached
from tests.factories import DAY, NOON
from tests.fakes.alerts import InMemoryReachedPlaces

STAYS = Reached("hook")
DELETED = Reached("to-1", DeliveryKey("to-1", NOON, "d1"))
ANOTHER = Reached("to-1", DeliveryKey("to-1", NOON + 1, "d2"))


@pytest.fixture(params=["fake", "dynamodb"])
def places(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryReachedPlaces()
    return DynamoDBReachedPlaces(request.getfixturevalue("dynamodb"), "earshot")


def test_each_is_noted_once_for_its_person(places: Any) -> None:
    for _ in range(2):
        places.note("ann", {STAYS, DELETED, ANOTHER}, NOON)
    places.note("ann-2", {STAYS}, NOON)
    assert places.of_person("ann") == [STAYS, DELETED, ANOTHER]
    assert places.of_person("ann-2") == [STAYS]
    assert places.of_person("bob") == []


def test_it_is_kept_for_90_days() -> None:
    assert reached_item("ann", STAYS, NOON)["expires"] == (NOON + KEPT_DAYS * DAY) // 1000
