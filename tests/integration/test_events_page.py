"""The page for consumers of events: its tables are the contracts', and its code keeps what arrives in any order."""

import itertools
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from earshot.domain.events import Event, repeated_events, response_events
from tests.factories import make_response, revised, uuid7
from tests.integration.contracts import DETAIL_TYPES, schema
from tests.integration.template.stack import ROOT

PAGE = (ROOT / "docs/events.md").read_text(encoding="utf-8")
TIME = "2026-11-21T21:00:00.000Z"
(CODE,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SHARED = {"survey", "response", "revision", "state", "responded_at", "day"}
# What would name or quote a person, whatever event it is in.
PERSONAL = {"comment", "person", "email", "name", "address", "ip", "account", "locale", "timezone", "reason_text"}


def shown_fields() -> dict[str, set[str]]:
    """Return the fields of each event's data as the tables list them, with `?` where one may be absent."""
    first, second = re.findall(r"^\| detail-type \|.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    shared = re.search(r"^Each event about a response has ([\w, ]+), and:$", PAGE, re.MULTILINE)
    assert shared
    assert set(re.split(r", | and ", shared[1])) == SHARED
    return {
        name: set(listed.split(", ")) | more
        for table, more in ((first, SHARED), (second, set()))
        for name, listed in re.findall(r"^\| `(\w+)` \|[^|]+\| ([^|]+) \|$", table, re.MULTILINE)
    }


def names(node: dict[str, Any]) -> Iterator[str]:
    """Yield the name of every field that a schema declares, but for those that senders name."""
    for name, field in [*node.get("properties", {}).items(), *node.get("$defs", {}).items()]:
        yield name
        yield from names(field)


def arrived(event: Event) -> dict[str, Any]:
    """Return an event as it comes out of a queue."""
    return {"detail-type": event.detail_type, "detail": json.loads(event.to_json())}


def kept(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Run the page's code on what arrives, in this order."""
    scope: dict[str, Any] = {}
    exec(CODE, scope)
    seen: set[str] = set()
    responses: dict[str, Any] = {}
    for event in events:
        scope["keep"](event, seen, responses)
    return responses


@pytest.mark.parametrize("detail_type", DETAIL_TYPES)
def test_the_tables_list_the_fields_of_each_event(detail_type: str) -> None:
    data = schema(detail_type)["properties"]["data"]

    assert shown_fields()[detail_type] == {
        name if name in data["required"] else f"{name}?" for name in data["properties"]
    }


@pytest.mark.parametrize("detail_type", DETAIL_TYPES)
def test_no_event_has_a_field_for_words_or_for_a_person(detail_type: str) -> None:
    assert not PERSONAL & set(names(schema(detail_type)))


def test_the_code_keeps_the_last_state_in_whatever_order_events_arrive_and_however_often() -> None:
    first = make_response(2)
    second = revised(first, score=6)
    third = revised(second, score=9)
    other = make_response(10, id=uuid7(seed="other"))
    steps = [(None, first), (first, second), (second, third), (None, other)]
    events = [arrived(event) for old, new in steps for event in response_events(old, new, TIME)]
    assert len(events) == 5

    for order in itertools.permutations(events):
        found = kept([*order, *random.Random(len(order)).sample(events, 3), *order])
        assert {response: state["score"] for response, state in found.items()} == {first.id: 9, other.id: 10}
        assert found[first.id]["revision"] == third.revision


def test_a_replay_changes_nothing_for_a_consumer_that_lost_nothing_and_restores_what_was_lost() -> None:
    first = make_response(2)
    second = revised(first, score=9)
    heard = [arrived(event) for event in response_events(None, first, TIME)]
    lost = [arrived(event) for event in response_events(first, second, TIME)]
    again = [arrived(event) for event in repeated_events(second)]

    assert {event["detail"]["metadata"]["id"] for event in lost} <= {e["detail"]["metadata"]["id"] for e in again}
    assert kept([*heard, *lost, *again]) == kept([*heard, *lost])
    assert kept([*heard, *again])[first.id]["score"] == kept([*heard, *lost])[first.id]["score"] == 9
