"""Events reach the bus, and an entry that failed is not believed to have."""

import json
from typing import Any

import boto3
import pytest

from earshot.adapters.eventbridge import EventBridgeBus
from earshot.domain.events import Event
from earshot.ports.messaging import UnsentError


def event(name: str, text: str = "") -> Event:
    return Event("ResponseRecorded", {"metadata": {"id": name}, "data": {"text": text}})


class ScriptedEvents:
    """An EventBridge that replies by script: 200 with a code for some entries, as the real one does."""

    def __init__(self, *codes: dict[str, str]) -> None:
        self.codes = list(codes)
        self.batches: list[list[str]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        names = [json.loads(entry["Detail"])["metadata"]["id"] for entry in Entries]
        self.batches.append(names)
        codes = self.codes.pop(0) if self.codes else {}
        replies = [{"ErrorCode": codes[name]} if name in codes else {"EventId": name} for name in names]
        return {"FailedEntryCount": len(codes), "Entries": replies}


def test_a_bus_that_returns_200_and_loses_some_is_not_believed() -> None:
    events = ScriptedEvents({"b": "ThrottlingException", "c": "MalformedDetail"})
    with pytest.raises(UnsentError) as lost:
        EventBridgeBus(events, "earshot").put([event("a"), event("b"), event("c")])
    assert [each.id for each in lost.value.unsent] == ["b"]
    assert [each.id for each in lost.value.refused] == ["c"]


def test_events_go_out_ten_at_a_time_and_never_too_large() -> None:
    events = ScriptedEvents()
    EventBridgeBus(events, "earshot").put([event(str(n)) for n in range(23)])
    assert [len(batch) for batch in events.batches] == [10, 10, 3]
    events = ScriptedEvents()
    EventBridgeBus(events, "earshot").put([event(str(n), "x" * 100_000) for n in range(5)])
    assert [len(batch) for batch in events.batches] == [2, 2, 1]


def test_events_reach_a_real_bus(aws: None) -> None:
    client = boto3.client("events")
    client.create_event_bus(Name="earshot")
    assert EventBridgeBus(client, "earshot").put([event("a")]) == []
