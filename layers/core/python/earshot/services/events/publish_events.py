"""Publish the table's changes: every change becomes events, or is parked by its keys."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from earshot.domain.events import Event
from earshot.ports.messaging import Bus, TaskQueue, UnsentError
from earshot.services.responses.record_responses import Pause

ATTEMPTS = 5

Record = Mapping[str, Any]


def publish(
    records: Iterable[Record],
    *,
    read: Callable[[Record], list[Event]],
    keys_of: Callable[[Record], Mapping[str, Any]],
    bus: Bus,
    parking: TaskQueue,
    pause: Pause,
) -> tuple[int, int]:
    """Put the events of stream records on the bus; return how many were published and how many records parked.

    A record that cannot be read, or whose event the bus will never take, is parked by its keys and the rest goes on.
    Raises UnsentError while the bus is away: the stream then delivers the records again, with the same event ids.
    """
    events: list[Event] = []
    origin: dict[str, Record] = {}
    unreadable: list[Record] = []
    for record in records:
        try:
            made = read(record)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            unreadable.append(record)
            continue
        events += made
        origin |= {event.id: record for event in made}
    refused = put_events(events, bus, pause)
    parked = [*unreadable, *(origin[event.id] for event in refused)]
    parking.send([keys_of(record) for record in parked])
    return len(events) - len(refused), len(parked)


def put_events(events: list[Event], bus: Bus, pause: Pause) -> list[Event]:
    """Put events, and retry the failed ones; return those the bus will never take. UnsentError while it is away."""
    refused: list[Event] = []
    for attempt in range(ATTEMPTS):
        try:
            return refused + bus.put(events)
        except UnsentError as exc:
            events, refused = exc.unsent, refused + exc.refused
            pause(attempt)
    raise UnsentError(events, refused)
