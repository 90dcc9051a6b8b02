"""The adapter of calls from outside and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.destinations import DynamoDBDestinations
from earshot.adapters.dynamodb.inbound_calls import DynamoDBInboundCalls
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.inbound_calls import KEPT, Caller
from tests.factories import NOON
from tests.fakes.alerts import InMemoryDestinations
from tests.fakes.inbound_calls import InMemoryInboundCalls

HOOK = Destination("hook", "webhook", "Hook", {"url": "https://hooks.example.com/"}, contact="ops@example.com")


@pytest.fixture(params=["fake", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "fake":
        destinations = InMemoryDestinations()
        return InMemoryInboundCalls(destinations), destinations
    table = request.getfixturevalue("dynamodb"), "earshot"
    return DynamoDBInboundCalls(*table), DynamoDBDestinations(*table)


def test_a_caller_is_a_destination_that_may_call_at_its_revision(ports: tuple[Any, Any]) -> None:
    calls, destinations = ports
    assert calls.caller("hook") is None
    assert destinations.put(HOOK, None)
    assert calls.caller("hook") == Caller("hook", 1, takes_calls=False)
    calling = replace(HOOK, inbound=True, revision=2)
    assert destinations.put(calling, HOOK)
    assert calls.caller("hook") == Caller("hook", 2, takes_calls=True)
    broken = calling.stopped(DestinationState.BROKEN, "it replied 401")
    assert destinations.put(broken, calling)
    assert calls.caller("hook") == Caller("hook", 3, takes_calls=True)
    disabled = broken.stopped(DestinationState.DISABLED, "it replied 410")
    assert destinations.put(disabled, broken)
    assert calls.caller("hook") == Caller("hook", 4, takes_calls=False)
    assert destinations.delete(disabled, NOON)
    assert calls.caller("hook") is None


def test_the_id_of_a_call_is_known_for_a_day_and_to_its_destination_alone(ports: tuple[Any, Any]) -> None:
    calls, _ = ports
    assert not calls.is_known("hook", "msg_1", NOON)
    calls.note("hook", "msg_1", NOON)
    calls.note("hook", "msg_1", NOON)
    assert calls.is_known("hook", "msg_1", NOON + KEPT - 1000)
    assert not calls.is_known("hook", "msg_1", NOON + KEPT)
    assert not calls.is_known("hook", "msg_2", NOON)
    assert not calls.is_known("other", "msg_1", NOON)
