"""Follow up deliveries: those that are due after long waits, and those whose destination may reply again.

The steps of cases that are due are queued at the same time.
"""

from typing import Any, NamedTuple

from earshot.domain.circuit_breaker import release_delays
from earshot.domain.deliveries import DeliveryKey
from earshot.domain.turn import Turn
from earshot.ports.destinations import Deliveries
from earshot.ports.messaging import DeliveryQueue

# How many deliveries one run releases to a destination that replies again.
MOST_RELEASED = 1_000
# How many pages of what is due one round queues at most; what is left is queued by the next.
MOST_PAGES = 25


class Followed(NamedTuple):
    """How much was queued, and behind what the next turn goes on (None: this was the last)."""

    queued: int
    more: str | None = None


def follow(
    now: int, *, deliveries: Deliveries, queue: DeliveryQueue, after: str = "", turn: Turn | None = None
) -> Followed:
    """Queue what is due: deliveries after long waits, one at each destination to be tried again, steps, and digests.

    It goes on page by page while the turn has time. What is queued twice is done once.
    """
    queued, turn = 0, turn or Turn()
    while turn.has_time():
        due = deliveries.due(now, MOST_RELEASED, after)
        queue.send([(task_of(key), 0) for key in due.deliveries])
        queue.send([({"case_steps": case}, 0) for case in due.cases])
        queue.send([({"digest": digest}, 0) for digest in due.digests])
        queued += len(due.deliveries) + len(due.cases) + len(due.digests)
        queued += sum(_try_again(destination, now, deliveries, queue) for destination in due.breakers)
        if due.more is None or turn.steps >= MOST_PAGES:
            return Followed(queued)
        after = due.more
    return Followed(queued, after)


def release(destination: str, deliveries: Deliveries, queue: DeliveryQueue) -> int:
    """Send on what waits for a destination that replies again, few at first; return how many.

    The breaker stays in the index until the planner finds that nothing waits any more: what is held at this moment
    may not be there yet.
    """
    waiting = deliveries.waiting(destination, MOST_RELEASED)
    delays = release_delays(len(waiting))
    queue.send([(task_of(key), delay) for key, delay in zip(waiting, delays, strict=True)])
    return len(waiting)


def task_of(key: DeliveryKey) -> dict[str, Any]:
    """Write the message that asks for a delivery's next attempt; the rest stands in its item."""
    return {"destination": key.destination, "delivery": key.id, "alerted_at": key.alerted_at}


def _try_again(destination: str, now: int, deliveries: Deliveries, queue: DeliveryQueue) -> int:
    breaker = deliveries.breaker(destination)
    # One that opened again meanwhile is tried first.
    if breaker.is_releasing and breaker.until is None:
        released = release(destination, deliveries, queue)
        if not released:
            deliveries.put_breaker(breaker.released())
        return released
    if not breaker.may_try(now):
        return 0
    waiting = deliveries.waiting(destination, 1)
    if not waiting:
        deliveries.put_breaker(breaker.closed())
    queue.send([(task_of(key), 0) for key in waiting])
    return len(waiting)
