"""Deliveries followed up: after long waits, and once a destination may reply again."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.circuit_breaker import FIRST_RELEASE, RELEASE_EVERY, Breaker, BreakerState
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.turn import Turn
from earshot.services.alerts import follow_deliveries
from earshot.services.alerts.follow_deliveries import follow, release
from tests.factories import NOON
from tests.fakes.alerts import DelayedQueue, InMemoryDeliveries, InMemoryDestinations

OPEN = Breaker("hook", failures=5, until=NOON, pause=30_000, revision=5)


class World:
    """Deliveries, and the queue that they are put into."""

    def __init__(self) -> None:
        self.deliveries, self.queue = InMemoryDeliveries(InMemoryDestinations()), DelayedQueue()

    def keep(self, number: int, **fields: Any) -> None:
        settings: dict[str, Any] = {
            "id": f"d-{number:04d}",
            "destination": "hook",
            "alert": "a",
            "rule": "r",
            "survey": "demo",
            "subject": "s",
            "type": "response.detractor",
            "alerted_at": NOON - 1_000_000 + number,
            "state": DeliveryState.WAITING,
            "version": 1,
        }
        found = Delivery(**(settings | fields))
        self.deliveries.kept[found.key] = found

    def hold(self, count: int) -> None:
        """Keep deliveries that wait for their destination."""
        for number in range(count):
            self.keep(number, waits_for_breaker=True, next_attempt_at=NOON)

    def follow(self, now: int = NOON) -> int:
        return follow(now, deliveries=self.deliveries, queue=self.queue).queued

    def is_releasing(self) -> bool:
        return self.deliveries.breakers["hook"].is_releasing

    @property
    def queued(self) -> list[str]:
        return [task["delivery"] for task, _ in self.queue.tasks]


@pytest.fixture
def world() -> World:
    return World()


def test_what_waited_long_is_queued_once_it_is_due(world: World) -> None:
    world.keep(1, next_attempt_at=NOON, is_far_off=True)
    world.keep(2, next_attempt_at=NOON + 1, is_far_off=True)
    world.keep(3, next_attempt_at=NOON - 1)
    world.keep(4, state=DeliveryState.PARKED)
    assert (world.follow(), world.queued) == (1, ["d-0001"])
    assert world.queue.tasks == [
        ({"destination": "hook", "delivery": "d-0001", "alerted_at": NOON - 999_999}, 0),
    ]


def test_cases_with_a_step_to_take_are_queued_next_to_deliveries(world: World) -> None:
    world.keep(1, next_attempt_at=NOON, is_far_off=True)
    world.deliveries.due_cases = {"c-1": NOON, "c-2": NOON - 1, "c-3": NOON + 1}
    assert world.follow() == 3
    steps = [task["case_steps"] for task, _ in world.queue.tasks if "case_steps" in task]
    assert sorted(steps) == ["c-1", "c-2"]


def test_all_that_is_due_is_queued_however_much_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_deliveries, "MOST_RELEASED", 3)
    for number in range(10):
        world.keep(number, next_attempt_at=NOON - number, is_far_off=True)
    assert world.follow() == 10
    assert len(set(world.queued)) == 10


def test_what_a_turn_has_no_time_for_is_left_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_deliveries, "MOST_RELEASED", 3)
    for number in range(7):
        world.keep(number, next_attempt_at=NOON - number, is_far_off=True)
    found, after = [], ""
    for _ in range(3):
        turn = Turn(has_time=lambda: False)
        done = follow(NOON, deliveries=world.deliveries, queue=world.queue, after=after, turn=turn)
        after = done.more or ""
        found.append((done.queued, done.more is None))
    assert found == [(3, False), (3, False), (1, True)]
    assert len(set(world.queued)) == 7


def test_a_round_queues_so_much_at_most_and_the_next_one_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_deliveries, "MOST_RELEASED", 3)
    monkeypatch.setattr(follow_deliveries, "MOST_PAGES", 2)
    for number in range(10):
        world.keep(number, next_attempt_at=NOON - number, is_far_off=True)
    assert follow(NOON, deliveries=world.deliveries, queue=world.queue) == (6, None)
    for name in set(world.queued):
        world.keep(int(name.removeprefix("d-")), state=DeliveryState.DELIVERED)
    assert follow(NOON, deliveries=world.deliveries, queue=world.queue) == (4, None)
    assert len(set(world.queued)) == 10


def test_one_attempt_tries_a_destination_whose_time_is_over(world: World) -> None:
    world.hold(3)
    world.deliveries.breakers["hook"] = OPEN
    assert (world.follow(NOON - 1), world.queued) == (0, [])
    assert (world.follow(), world.queued) == (1, ["d-0000"])


def test_a_destination_is_left_alone_while_an_attempt_tries_it(world: World) -> None:
    world.hold(3)
    world.deliveries.breakers["hook"] = OPEN.tried(NOON)
    assert (world.follow(NOON + 1), world.queued) == (0, [])


def test_a_breaker_for_which_nothing_waits_is_closed(world: World) -> None:
    world.deliveries.breakers["hook"] = OPEN
    assert world.follow() == 0
    assert world.deliveries.breakers["hook"].state(NOON) is BreakerState.CLOSED
    assert world.deliveries.breakers["hook"].due_at() is None


def test_what_waited_goes_on_few_at_first_and_each_once(world: World) -> None:
    world.hold(60)
    world.deliveries.breakers["hook"] = OPEN.after_success()
    assert release("hook", world.deliveries, world.queue) == 60
    delays = [delay for _, delay in world.queue.tasks]
    assert delays == [0] * FIRST_RELEASE + [RELEASE_EVERY] * (60 - FIRST_RELEASE)
    assert sorted(world.queued) == [f"d-{number:04d}" for number in range(60)]
    assert world.is_releasing(), "what is held at this moment may not be in the index yet"


def test_more_than_one_run_takes_is_released_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_deliveries, "MOST_RELEASED", 5)
    world.hold(8)
    world.deliveries.breakers["hook"] = OPEN.after_success()
    assert world.follow() == 5
    assert world.is_releasing()
    for number in range(5):
        world.keep(number, state=DeliveryState.DELIVERED)
    assert world.follow() == 3
    assert world.is_releasing()
    for number in range(5, 8):
        world.keep(number, state=DeliveryState.DELIVERED)
    assert (world.follow(), len(world.queued)) == (0, 8)
    assert not world.is_releasing()


def test_a_destination_that_fails_again_while_it_is_released_is_tried_by_one(world: World) -> None:
    world.hold(30)
    world.deliveries.breakers["hook"] = replace(OPEN, is_releasing=True)
    assert (world.follow(), world.queued) == (1, ["d-0000"])
