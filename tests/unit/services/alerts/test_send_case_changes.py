"""Changes of cases reach the destinations that ask for them, but never the one that made them."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.case_events import case_events
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import CaseOutcome, RootCause
from earshot.domain.deliveries import DeliveryState
from earshot.domain.delivery_outcome import Down
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.inbound_calls import actor_of
from earshot.services.alerts.send_case_changes import send_case_changes
from earshot.services.cases.change_messages import CaseChangeMessages
from tests.fakes.alerts import DelayedQueue, InMemoryDestinations
from tests.fakes.case_world import CaseWorld
from tests.fakes.delivering import DeliveringWorld

OPENED, CHANGED, CLOSED = "case.opened", "case.changed", "case.closed"
RANG = CaseChange(FactKind.CONTACTED)
SOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.COMPENSATED, root_cause=RootCause.DELIVERY)


def hook(name: str, *types: str, **more: Any) -> Destination:
    settings = {"url": "https://example.com"} | ({"types": list(types)} if types else {})
    return Destination(name, "webhook", name, settings, **more)


def opened(world: CaseWorld) -> list[Event]:
    return case_events(None, world.case, "2026-11-20T14:00:00.000Z")


def changed(world: CaseWorld, change: CaseChange, actor: str = "key:k") -> list[Event]:
    """Change a case, and return the events of it."""
    old = world.case
    world.now += 60_000
    world.change(change)
    world.edit(changed_by=actor)
    return case_events(old, world.case, "2026-11-20T14:00:00.000Z")


def sent(changes: list[Event], *destinations: Destination) -> list[tuple[str, str]]:
    queue = DelayedQueue()
    send_case_changes(changes, destinations=InMemoryDestinations(*destinations), queue=queue)
    return [(task["destination"], task["type"]) for task, _ in queue.tasks]


def test_each_destination_gets_the_types_that_it_names_and_no_other_gets_any() -> None:
    world = CaseWorld()
    changes = [*opened(world), *changed(world, RANG), *changed(world, SOLVED)]
    desk, board = hook("desk", OPENED, CHANGED, CLOSED, "response.detractor"), hook("board", CLOSED)
    others = (hook("silent"), hook("alerts", "response.detractor"), Destination("mail", "email", "Mail", {"to": []}))
    assert sent(changes, desk, board, *others) == [
        ("desk", OPENED),
        ("desk", CHANGED),
        ("board", CLOSED),
        ("desk", CLOSED),
    ]


def test_what_a_destination_reported_itself_does_not_come_back_to_it() -> None:
    world = CaseWorld()
    desk, board = hook("desk", CHANGED, CLOSED), hook("board", CHANGED, CLOSED)
    assert sent(changed(world, RANG), desk, board) == [("board", CHANGED), ("desk", CHANGED)]
    assert sent(changed(world, SOLVED, actor_of("desk")), desk, board) == [("board", CLOSED)]


def test_a_note_is_sent_to_nobody() -> None:
    assert changed(CaseWorld(), CaseChange(FactKind.NOTE, note="She rang.")) == []


def test_while_the_queue_is_away_the_change_comes_again() -> None:
    class Away(DelayedQueue):
        def send(self, tasks: Any) -> None:
            assert list(tasks)
            raise BusyError("away")

    with pytest.raises(BusyError):
        send_case_changes(opened(CaseWorld()), destinations=InMemoryDestinations(hook("desk", OPENED)), queue=Away())


class Sent:
    """A case whose changes are sent to a desk by the engine."""

    def __init__(self, **more: Any) -> None:
        self.case = CaseWorld()
        self.delivering = DeliveringWorld(hook("desk", OPENED, CHANGED, CLOSED, **more), start=self.case.now)
        messages = CaseChangeMessages(self.case.cases, "https://nps.example.com")
        self.delivering.deps = replace(self.delivering.deps, message=lambda delivery, *_: messages(delivery))

    def send(self, changes: list[Event]) -> None:
        send_case_changes(changes, destinations=self.delivering.destinations, queue=self.delivering)
        self.delivering.run()

    @property
    def kept(self) -> list[tuple[str, DeliveryState, str | None, str | None]]:
        """Return type, state, case and body of what is kept."""
        kept = self.delivering.deliveries.kept.values()
        return sorted((each.type, each.state, each.case, each.body) for each in kept)


def test_a_change_that_comes_twice_is_delivered_once_and_its_body_is_not_kept() -> None:
    world = Sent()
    changes = opened(world.case)
    for _ in range(2):
        world.send(changes)
    assert len(world.delivering.sender.taken) == 1
    assert world.kept == [(OPENED, DeliveryState.DELIVERED, world.case.id, None)]


def test_a_change_waits_for_a_destination_that_does_not_reply() -> None:
    world = Sent()
    world.delivering.sender.outcomes = [Down("away")]
    world.send(opened(world.case))
    (kept,) = world.delivering.deliveries.kept.values()
    assert [each.outcome for each in kept.attempts] == ["down", "delivered"]


def test_a_disabled_destination_finds_the_change_parked() -> None:
    world = Sent(state=DestinationState.DISABLED)
    world.send(opened(world.case))
    assert [state for _, state, *_ in world.kept] == [DeliveryState.PARKED]


def test_a_closing_that_is_over_is_withdrawn() -> None:
    world = Sent()
    closing = changed(world.case, SOLVED)
    world.send([*closing, *changed(world.case, CaseChange(FactKind.REOPENED))])
    assert [(kind, state) for kind, state, *_ in world.kept] == [
        (CHANGED, DeliveryState.DELIVERED),
        (CLOSED, DeliveryState.WITHDRAWN),
    ]
