"""Deliveries asked for again: all of them, each once, whatever dies on the way."""

from typing import Any

import pytest

from earshot.domain.deliveries import Attempt, Delivery, DeliveryState
from earshot.services.alerts import deliver_again as module
from earshot.services.alerts.deliver_again import AgainTask, counted, deliver_again
from tests.factories import DAY, NOON
from tests.fakes.alerts import DelayedQueue, InMemoryDeliveries, InMemoryDestinations
from tests.fakes.crash import CrashError

PARKED, DELIVERED = DeliveryState.PARKED, DeliveryState.DELIVERED
REDRIVE = AgainTask("hook", NOON)


class World:
    """Deliveries, and the queue that they are put into."""

    def __init__(self) -> None:
        self.deliveries, self.queue = InMemoryDeliveries(InMemoryDestinations()), DelayedQueue()

    def keep(self, place: int, state: DeliveryState, **fields: Any) -> Delivery:
        settings: dict[str, Any] = {"destination": "hook", "alert": "a", "rule": "r", "survey": "demo", "subject": "s"}
        settings |= {"type": "response.detractor", "alerted_at": NOON - 100 + place, "version": 1, "state": state}
        found = Delivery(id=f"d-{place}", **(settings | fields))
        self.deliveries.kept[found.key] = found
        return found

    def run(self, task: AgainTask) -> int:
        """Take all turns; return how many were released."""
        released, left = deliver_again(AgainTask.of(task.to_json()), self.deliveries, self.queue)
        return released if left is None else released + self.run(left)

    @property
    def queued(self) -> list[str]:
        return [task["delivery"] for task, _ in self.queue.tasks]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(module, "LOOKED_AT", 2)
    monkeypatch.setattr(module, "A_TURN", 3)
    return World()


def test_all_are_released_turn_by_turn_however_many_there_are(world: World) -> None:
    for number in range(25):
        world.keep(number, PARKED)
    assert (counted(REDRIVE, world.deliveries), world.run(REDRIVE)) == (25, 25)
    assert sorted(world.queued) == sorted(f"d-{number}" for number in range(25))
    assert world.queued[0] == "d-24", "the newest come first"


def test_what_is_released_begins_as_new(world: World) -> None:
    parked = world.keep(1, PARKED, reason="given up", number=9, begun_at=NOON)
    assert world.run(REDRIVE) == 1
    found = world.deliveries.kept[parked.key]
    assert (found.state, found.reason, found.number, found.begun_at) == (DeliveryState.PENDING, None, 0, None)


def test_a_delivery_that_changed_meanwhile_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.keep(1, PARKED)
    monkeypatch.setattr(world.deliveries, "put", lambda *_: False)
    assert (world.run(REDRIVE), world.queued) == (0, [])


def test_what_is_over_once_more_since_it_was_asked_for_is_not_made_again(world: World) -> None:
    world.keep(1, DELIVERED, delivered_at=NOON)
    world.keep(2, DELIVERED, delivered_at=NOON + 1)
    world.keep(3, PARKED, attempts=(Attempt(NOON, "rejected"),))
    world.keep(4, PARKED, attempts=(Attempt(NOON, "rejected"), Attempt(NOON + 1, "rejected")))
    assert world.run(AgainTask("hook", NOON, delivered=True)) == 2
    assert sorted(world.queued) == ["d-1", "d-3"]


def test_nothing_before_its_moment_is_made_again_nor_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        world.keep(number, DELIVERED)
    pages, looked_at = world.deliveries.of_destination, []

    def page(destination: str, limit: int, before: str = "") -> tuple[list[Delivery], str | None]:
        looked_at.append(before)
        return pages(destination, limit, before)

    monkeypatch.setattr(world.deliveries, "of_destination", page)
    assert world.run(AgainTask("hook", NOON, delivered=True, since=NOON - 93)) == 3
    assert (sorted(world.queued), len(looked_at)) == (["d-7", "d-8", "d-9"], 2)


def test_what_the_crm_got_counts_by_when_it_was_sent_not_by_when_the_response_was_given(world: World) -> None:
    for number, day in enumerate((20, 1, 30)):
        given, sent = NOON - day * DAY, NOON - number
        world.keep(number, DELIVERED, destination="crm", alerted_at=given, delivered_at=sent)
    world.keep(3, PARKED, destination="crm", alerted_at=NOON - 40 * DAY, attempts=(Attempt(NOON, "rejected"),))
    world.keep(4, DELIVERED, destination="crm", alerted_at=NOON - 40 * DAY, delivered_at=NOON - DAY)
    again = AgainTask("crm", NOON, delivered=True, since=NOON - 10)
    assert (counted(again, world.deliveries), world.run(again)) == (4, 4)
    assert sorted(world.queued) == ["d-0", "d-1", "d-2", "d-3"]


def test_a_turn_that_dies_loses_nothing_that_it_had_released(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        world.keep(number, PARKED)
    send = world.queue.send

    def dying(*_: Any) -> None:
        monkeypatch.setattr(world.queue, "send", send)
        raise CrashError

    monkeypatch.setattr(world.queue, "send", dying)
    with pytest.raises(CrashError):
        world.run(REDRIVE)
    world.run(REDRIVE)
    assert sorted(world.queued) == [f"d-{number}" for number in range(6)]
