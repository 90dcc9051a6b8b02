"""Deliver again what is parked for a destination, or also what was delivered: the newest at once, the rest in turns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import CRM
from earshot.domain.message_types import INBOUND
from earshot.ports.destinations import Deliveries
from earshot.ports.messaging import DeliveryQueue
from earshot.services.alerts.follow_deliveries import task_of

# How many deliveries are looked at together, and how many are released before the rest is left to another turn.
LOOKED_AT, A_TURN = 200, 1_000


@dataclass(frozen=True, slots=True)
class AgainTask:
    """What is to be delivered again; times are Unix milliseconds.

    Of the alerts since a moment, to the CRM of what was sent last since then: those whose delivery was over at
    `asked_at`, parked, or with `delivered` delivered as well. `before` is the place in the list of deliveries before
    which it goes on, empty at the newest.
    """

    destination: str
    asked_at: int
    delivered: bool = False
    since: int = 0
    before: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the task as it travels."""
        return {
            "destination": self.destination,
            "again": {"asked_at": self.asked_at, "delivered": self.delivered, "since": self.since},
            "before": self.before,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "AgainTask":
        """Read a task; KeyError or TypeError if it is none."""
        return cls(body["destination"], before=body["before"], **body["again"])

    def wants(self, delivery: Delivery) -> bool:
        """Return whether a delivery is to be made again; one that was, and is over again, is not.

        What a deletion deleted is gone for good, and what is left of a call from outside is never sent.
        """
        if self._moment_of(delivery) < self.since or delivery.type == INBOUND:
            return False
        if delivery.state is DeliveryState.PARKED:
            return not delivery.attempts or delivery.attempts[-1].at <= self.asked_at
        return (
            self.delivered
            and not delivery.is_deletion
            and delivery.state is DeliveryState.DELIVERED
            and (delivery.delivered_at or 0) <= self.asked_at
        )

    def is_released(self, delivery: Delivery) -> bool:
        """Return whether a delivery was released and not tried yet; one that is new has its first version."""
        return (
            self._moment_of(delivery) >= self.since and delivery.state is DeliveryState.PENDING and delivery.version > 1
        )

    def is_before(self, delivery: Delivery) -> bool:
        """Return whether a delivery and all that follow it in the list are of before the moment."""
        return self.destination != CRM and delivery.alerted_at < self.since

    def _moment_of(self, delivery: Delivery) -> int:
        """Return when an alert was raised; of the CRM, whose deliveries have no such time, when it was sent last."""
        if self.destination != CRM:
            return delivery.alerted_at
        attempted_at = delivery.attempts[-1].at if delivery.attempts else delivery.alerted_at
        return max(attempted_at, delivery.delivered_at or 0)


def deliver_again(task: AgainTask, deliveries: Deliveries, queue: DeliveryQueue) -> tuple[int, AgainTask | None]:
    """Release the next 1,000 deliveries or so and queue them; return how many, and what is left, if there is more.

    Those that changed meanwhile are left out. What an earlier run released and perhaps died before it had queued is
    queued once more.
    """
    released = 0
    for page, left in _pages(task, deliveries):
        due = [each for each in page if task.wants(each) and deliveries.put(each.released(), each)]
        queue.send([(task_of(each.key), 0) for each in page if each in due or task.is_released(each)])
        released += len(due)
        if released >= A_TURN:
            return released, left
    return released, None


def counted(task: AgainTask, deliveries: Deliveries) -> int:
    """Count what a task would release."""
    return sum(task.wants(each) for page, _ in _pages(task, deliveries) for each in page)


def _pages(task: AgainTask, deliveries: Deliveries) -> Iterator[tuple[list[Delivery], AgainTask | None]]:
    """Yield deliveries page by page, the newest first, each with what is left after it."""
    left: AgainTask | None = task
    while left is not None:
        page, before = deliveries.of_destination(task.destination, LOOKED_AT, left.before)
        is_last = before is None or (bool(page) and task.is_before(page[-1]))
        left = None if before is None or is_last else replace(task, before=before)
        yield page, left
