"""Publishing: nothing is lost when the bus is away, and one bad record stops no other."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from earshot.domain.events import Event
from earshot.ports.messaging import UnsentError
from earshot.services.events.publish_events import publish
from tests.fakes.fake_time import no_pause
from tests.fakes.queues_and_bus import InMemoryBus, InMemoryQueue


def event(name: str) -> Event:
    return Event("ResponseRecorded", {"metadata": {"id": name}, "data": {}})


def read(record: Mapping[str, Any]) -> list[Event]:
    if record["name"] == "garbage":
        raise ValueError(record["name"])
    return [event(record["name"])]


def run(names: Sequence[str], bus: InMemoryBus, parking: InMemoryQueue) -> tuple[int, int]:
    records = [{"name": name} for name in names]
    return publish(records, read=read, keys_of=dict, bus=bus, parking=parking, pause=no_pause)


def test_a_record_that_cannot_be_read_is_parked_and_the_rest_goes_on() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    assert run(["a", "garbage", "b"], bus, parking) == (2, 1)
    assert [published.id for published in bus.published] == ["a", "b"]
    assert parking.take() == [{"name": "garbage"}]


def test_only_what_was_not_sent_is_sent_again() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    tries: list[list[str]] = []

    def lose_one_first(events: Sequence[Event]) -> list[Event]:
        tries.append([each.id for each in events])
        if len(tries) == 1:
            raise UnsentError([events[1]], [])
        return []

    bus.put_once = lose_one_first
    assert run(["a", "b", "c"], bus, parking) == (3, 0)
    assert tries == [["a", "b", "c"], ["b"]]


def test_what_the_bus_will_never_take_is_parked() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()
    bus.put_once = lambda events: [events[0]]
    assert run(["a", "b"], bus, parking) == (1, 1)
    assert parking.take() == [{"name": "a"}]


def test_while_the_bus_is_away_the_stream_has_to_come_again() -> None:
    bus, parking = InMemoryBus(), InMemoryQueue()

    def away(events: Sequence[Event]) -> list[Event]:
        raise UnsentError(events, [])

    bus.put_once = away
    with pytest.raises(UnsentError):
        run(["a"], bus, parking)
