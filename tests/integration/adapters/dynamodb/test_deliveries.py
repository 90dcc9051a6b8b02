"""The deliveries' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries, delivery_item
from earshot.adapters.dynamodb.destinations import DynamoDBDestinations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.table import key_of, marshalled
from earshot.domain.alerts import Alert, deletion_of
from earshot.domain.cases import SubjectKind
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Attempt, Delivery, DeliveryState
from earshot.domain.destinations import BY_RESPONSE, Destination
from earshot.domain.opened_cases import opened_by
from earshot.ports.destinations import Standing
from earshot.ports.ledger import Change
from tests.factories import NOON, make_response
from tests.fakes.alerts import InMemoryDeliveries, InMemoryDestinations
from tests.fakes.ledger import InMemoryLedger

HOUR = 3_600_000
HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
NEW = Delivery("d1", "hook", "a1", "default", "demo", "r1", "response.detractor", NOON, revision=1, version=1)
STARTED = NEW.started(NOON + 5, '{"größe": 1}')
FAILED = STARTED.failed(Attempt(NOON + 9, "down"), "it is away", lambda: 0.5, None)
FAR = replace(STARTED, number=8).failed(Attempt(NOON + 9, "down", 502), "it is away", lambda: 0.5, None)
HELD = FAILED.held(NOON + 10, NOON + HOUR, "the destination does not reply")
DELIVERED = STARTED.delivered(NOON + 20, "vendor-1", 200)
WRITTEN = replace(STARTED, erased_by=BY_RESPONSE).delivered(NOON + 20, "ticket/1", 200)
DELETION = deletion_of(WRITTEN.anonymized(), "r1", NOON)
PARKED = replace(STARTED, maybe_doubled=True, correlation="x").parked("it refuses", Attempt(NOON + 9, "rejected", 422))


@pytest.fixture(params=["fake", "dynamodb"])
def stored(request: pytest.FixtureRequest) -> Any:
    """Return destinations, and the deliveries to them."""
    if request.param == "fake":
        destinations = InMemoryDestinations()
        return destinations, InMemoryDeliveries(destinations)
    client = request.getfixturevalue("dynamodb")
    return DynamoDBDestinations(client, "earshot"), DynamoDBDeliveries(client, "earshot")


@pytest.mark.parametrize("delivery", [NEW, STARTED, FAILED, FAR, HELD, DELIVERED, WRITTEN, DELETION, PARKED])
def test_a_delivery_is_kept_as_it_is_next_to_its_destination(stored: Any, delivery: Delivery) -> None:
    destinations, deliveries = stored
    assert deliveries.standing(delivery.key) == Standing(None, Breaker("hook"), None)
    assert destinations.put(HOOK, None)
    assert deliveries.put(delivery, None)
    assert deliveries.find(delivery.key) == delivery
    breaker = Breaker("hook", failures=4, revision=1)
    assert deliveries.put_breaker(breaker)
    assert deliveries.standing(delivery.key) == Standing(HOOK, breaker, delivery)


@pytest.mark.parametrize("kind", ["fake", "dynamodb"])
def test_a_response_is_read_with_a_delivery_unless_it_has_moved(request: pytest.FixtureRequest, kind: str) -> None:
    client = request.getfixturevalue("dynamodb")
    ledger: Any = InMemoryLedger() if kind == "fake" else DynamoDBLedger(client, "earshot")
    fake = InMemoryDeliveries(InMemoryDestinations(), ledger)
    deliveries = fake if kind == "fake" else DynamoDBDeliveries(client, "earshot")
    response = make_response(2, id="r1", sent_id="r0")
    assert ledger.commit([Change(None, response)]) is None
    assert deliveries.standing(NEW.key, ("demo", "r1")).response == response
    assert deliveries.standing(NEW.key, ("demo", "r0")).response is None
    assert deliveries.standing(NEW.key, ("demo", "unknown")).response is None


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(stored: Any) -> None:
    _, deliveries = stored
    assert deliveries.put(NEW, None)
    assert not deliveries.put(NEW, None)
    assert deliveries.put(STARTED, NEW)
    assert not deliveries.put(STARTED, NEW)
    assert deliveries.find(NEW.key) == STARTED


def test_of_two_writers_of_a_breaker_the_slower_writes_nothing(stored: Any) -> None:
    _, deliveries = stored
    first = Breaker("hook").after_failure(NOON)
    assert deliveries.put_breaker(first)
    assert not deliveries.put_breaker(first)
    second = replace(first.after_failure(NOON), until=NOON + 30_000, pause=30_000, probe_until=NOON + 60_000)
    assert deliveries.put_breaker(second)
    assert deliveries.breaker("hook") == second


def test_what_is_due_is_listed_in_its_order_page_by_page(stored: Any) -> None:
    _, deliveries = stored
    far = [replace(FAR, id=f"d{number}", next_attempt_at=NOON + number) for number in range(5)]
    for delivery in (*far, replace(FAILED, id="soon"), replace(HELD, id="held"), replace(DELIVERED, id="done")):
        assert deliveries.put(delivery, None)
    assert deliveries.put_breaker(Breaker("hook", until=NOON + 2, revision=1))
    assert deliveries.put_breaker(Breaker("closed", failures=2, revision=1))
    assert deliveries.put_breaker(Breaker("back", is_releasing=True, revision=1))
    found, breakers = list[str](), list[str]()
    after: str | None = ""
    while after is not None:
        due = deliveries.due(NOON + 3, 2, after)
        found += [key.id for key in due.deliveries]
        breakers += due.breakers
        after = due.more
    assert found == ["d0", "d1", "d2", "d3"]
    assert breakers == ["back", "hook"]


def test_what_waits_for_a_destination_is_listed_by_its_alerts(stored: Any) -> None:
    _, deliveries = stored
    for number in (3, 1, 2):
        assert deliveries.put(replace(HELD, id=f"d{number}", alerted_at=NOON + number), None)
    assert deliveries.put(replace(HELD, destination="other"), None)
    assert [key.id for key in deliveries.waiting("hook", 2)] == ["d1", "d2"]


def test_the_newest_deliveries_of_a_destination_come_first_page_by_page(stored: Any) -> None:
    _, deliveries = stored
    for number in range(5):
        assert deliveries.put(replace(NEW, id=f"d{number}", alerted_at=NOON + number), None)
    first, before = deliveries.of_destination("hook", 3)
    assert [each.id for each in first] == ["d4", "d3", "d2"]
    rest, _ = deliveries.of_destination("hook", 3, before)
    assert [each.id for each in rest] == ["d1", "d0"]


def test_only_what_is_over_expires_after_90_days() -> None:
    over = {DELIVERED.state, PARKED.state}
    assert over == {DeliveryState.DELIVERED, DeliveryState.PARKED}
    for delivery in (NEW, STARTED, FAILED, FAR, HELD):
        assert delivery_item(delivery)["expires"] is None
    assert delivery_item(DELIVERED)["expires"] == (NOON + 20) // 1000 + 90 * 86_400


def test_what_an_erasure_asks_for_is_due_at_once(stored: Any) -> None:
    _, deliveries = stored
    assert deliveries.put(DELETION, None)
    assert list(deliveries.due(NOON, 10).deliveries) == [DELETION.key]
    assert list(deliveries.due(NOON - 1, 10).deliveries) == []


def test_cases_and_digests_are_due_next_to_deliveries_each_among_its_own(dynamodb: Any) -> None:
    deliveries = DynamoDBDeliveries(dynamodb, "earshot")
    assert deliveries.put(FAR, None)
    case = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.PERSON, "ann")
    assert DynamoDBCases(dynamodb, "earshot").open(Alert("demo", "own", "r1", NOON), case).is_made
    digest = {"pk": "DIGESTS", "sk": "weekly", "due_shard": "DUE#FOLLOW", "due_order": f"{NOON:014d}#weekly"}
    dynamodb.put_item(TableName="earshot", Item=marshalled(digest))
    due = deliveries.due(NOON + 20 * HOUR, 10)
    dynamodb.delete_item(TableName="earshot", Key=marshalled(key_of(digest)))
    assert (list(due.deliveries), due.breakers, due.cases, due.digests) == ([FAR.key], [], [case.id], ["weekly"])


def test_a_delivery_expires_unless_its_destination_can_delete_it() -> None:
    assert delivery_item(DELIVERED)["expires"]
    assert delivery_item(WRITTEN)["expires"] is None
    assert delivery_item(WRITTEN.anonymized())["expires"]
    assert delivery_item(DELETION)["expires"] is None
    assert delivery_item(DELETION.started(NOON, None).deleted(NOON, 204))["expires"]
