"""A world of deliveries with a clock of its own: the queue, the planner's tick, and receivers, all in memory."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from random import Random
from typing import Any

from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination
from earshot.domain.response import Response
from earshot.ports.destinations import Message
from earshot.services.alerts.deliver import DeliverDeps, deliver
from earshot.services.alerts.follow_deliveries import follow
from tests.factories import make_response
from tests.fakes.alerts import (
    InMemoryAlertLimits,
    InMemoryCredentials,
    InMemoryDeliveries,
    InMemoryDestinations,
    ObedientSender,
)
from tests.fakes.crash import CrashError

TICK = 300_000
# A message comes back after this time if the function died (milliseconds).
VISIBILITY = 90_000


class DeliveringWorld:
    """Delivers what is queued, in the order of a clock that moves from message to message."""

    def __init__(self, *destinations: Destination, start: int = 1_700_000_000_000, seed: int = 1) -> None:
        self.now = start
        self.destinations = InMemoryDestinations(*destinations)
        self.deliveries = InMemoryDeliveries(self.destinations)
        self.sender = ObedientSender()
        self.credentials = InMemoryCredentials()
        self.limits = InMemoryAlertLimits()
        self.withdrawn: set[str] = set()
        self.died = 0
        self.queued = 0
        self._random = Random(seed)
        self._numbers = count()
        self._waiting: list[tuple[int, int, Mapping[str, Any]]] = []
        self._next_tick = start + TICK
        self.deps = DeliverDeps(
            deliveries=self.deliveries,
            destinations=self.destinations,
            built_in=lambda _: None,
            message=self._message,
            find=self._find,
            sender=lambda _: self.sender,
            credentials=self.credentials,
            limits=self.limits,
            queue=self,
            clock=lambda: self.now,
            draw=self._random.random,
        )

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Queue tasks, each after so many seconds."""
        for task, delay in tasks:
            self.queued += 1
            self._queue(task, self.now + delay * 1000)

    def run(self, until: int | None = None) -> None:
        """Deliver until nothing waits, or up to a moment (Unix milliseconds)."""
        while self._waiting or self._planned():
            due = self._waiting[0][0] if self._waiting else self._next_tick
            moment = min(due, self._next_tick)
            if until is not None and moment > until:
                break
            self.now = max(self.now, moment)
            if self._next_tick <= due:
                self._next_tick += TICK
                self._survive(partial(follow, self.now, deliveries=self.deliveries, queue=self), None)
            else:
                _, _, task = heapq.heappop(self._waiting)
                self._survive(partial(deliver, task, self.deps), task)
        self.now = max(self.now, until or self.now)

    def delivery(self, number: str, destination: str = "hook") -> Delivery:
        """Return a delivery by its id."""
        (key,) = (key for key in self.deliveries.kept if (key.id, key.destination) == (number, destination))
        return self.deliveries.kept[key]

    def change(self, destination: str, **changes: Any) -> None:
        """Change a destination as its owner would."""
        old = self.destinations.kept[destination]
        self.destinations.kept[destination] = replace(old, revision=old.revision + 1, **changes)

    def _queue(self, task: Mapping[str, Any], due: int) -> None:
        heapq.heappush(self._waiting, (due, next(self._numbers), task))

    def _survive(self, step: Callable[[], object], task: Mapping[str, Any] | None) -> None:
        """Run a step; if the function dies in it, its message comes back later."""
        try:
            step()
        except CrashError:
            self.died += 1
            if task is not None:
                self._queue(task, self.now + VISIBILITY)

    def _planned(self) -> bool:
        """Return whether the planner has something to look at."""
        kept = self.deliveries.kept.values()
        has_breaker = any(each.due_at() is not None for each in self.deliveries.breakers.values())
        return has_breaker or any(each.is_in_the_index or each.waits_for_breaker for each in kept)

    def _find(self, survey: str, response: str) -> Response | None:
        return None if response in self.withdrawn else make_response(2, id=response, survey=survey)

    def _message(self, delivery: Delivery, _: Destination, __: Response | None) -> Message | None:
        if delivery.subject in self.withdrawn:
            return None
        return Message(delivery.id, delivery.type, "2026-11-30T00:00:00.000Z", {"response": delivery.subject})


def delivery_task(number: str, alerted_at: int, destination: str = "hook", **more: Any) -> dict[str, Any]:
    """Return the message that asks for a delivery first."""
    return {
        "destination": destination,
        "delivery": number,
        "alert": f"alert-{number}",
        "rule": "default",
        "survey": "demo",
        "subject": f"response-{number}",
        "type": "response.detractor",
        "alerted_at": alerted_at,
        "revision": 1,
        **more,
    }
