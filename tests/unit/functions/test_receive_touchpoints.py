"""The touchpoints' handler: any system's event asks someone, once, and a malformed one fails alone."""

from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.invitation import InvitationState
from tests.aws_events import bus_event, load_event, sqs_event
from tests.factories import NOON
from tests.unit.functions.conftest import World, load

ANN = {"id": "ann", "email": "ann@example.com"}


def touchpoint(detail: Any, event_id: str = "event-1", **more: Any) -> dict[str, Any]:
    return bus_event("TouchpointReached", {}) | {"id": event_id, "source": "shop", "detail": detail} | more


def receive(*events: Any) -> list[str]:
    reply = load("receive_touchpoints").lambda_handler(sqs_event(events, "TouchpointQueue"), None)
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


def decided(world: World) -> list[tuple[str, str, str]]:
    return [(each.person, each.state.value, each.reason) for each in world.invitations.kept.values()]


def test_a_person_at_a_touchpoint_is_asked_with_the_properties_of_the_event(world: World) -> None:
    detail = {"survey": "demo", "person": ANN | {"name": "Ann"}, "delay": 60, "properties": {"touchpoint": "delivery"}}
    assert receive(touchpoint(detail)) == []
    (asked,) = world.invitations.kept.values()
    assert (asked.due_at, asked.properties, asked.correlation) == (NOON + 60_000, {"touchpoint": "delivery"}, "event-1")
    assert world.mails.sent == [({"person": "ann", "invitation": asked.id}, 60)]
    assert world.people.get("ann").name == "Ann"  # type: ignore[union-attr]


def test_a_touchpoint_that_comes_twice_asks_once_and_leaves_one_decision(world: World) -> None:
    event = touchpoint({"survey": "demo", "person": ANN})
    assert receive(event, event) == receive(event) == []
    assert decided(world) == [("ann", "scheduled", "eligible")]
    # Each time the mail is queued again, should the first time have died before that: the sender claims.
    assert len({task["invitation"] for task in world.mails.take()}) == 1


def test_a_touchpoint_that_was_declined_stays_so_when_it_comes_again(world: World, monkeypatch: Any) -> None:
    world.suppressions.add("ann@example.com", "unsubscribed", NOON)
    event = touchpoint({"survey": "demo", "person": ANN})
    receive(event)
    world.suppressions.kept.clear()
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 1)
    receive(event)
    assert decided(world) == [("ann", "declined", "suppressed")]
    assert world.mails.sent == []


def test_a_touchpoint_that_died_on_its_way_to_the_queue_is_queued_when_it_comes_again(world: World) -> None:
    event = touchpoint({"survey": "demo", "person": ANN})
    receive(event)
    assert len(world.mails.take()) == 1
    receive(event)
    assert len(world.mails.take()) == 1


def test_another_touchpoint_soon_after_is_declined_by_the_quiet_period(world: World) -> None:
    receive(touchpoint({"survey": "demo", "person": ANN}), touchpoint({"survey": "demo", "person": ANN}, "event-2"))
    assert sorted(decided(world)) == [("ann", "declined", "quiet-period"), ("ann", "scheduled", "eligible")]


def test_the_senders_own_id_makes_two_events_one_touchpoint_for_each_person(world: World) -> None:
    own: dict[str, Any] = {"survey": "demo", "id": "order-1"}
    receive(touchpoint(own | {"person": {"email": "Cem@example.com"}}, "event-1"))
    receive(touchpoint(own | {"person": {"email": "cem@example.com"}}, "event-2"))
    assert len(world.invitations.kept) == 1
    receive(touchpoint(own | {"person": ANN}, "event-3"))
    receive(touchpoint(own | {"person": {"email": "cem@example.com"}}, "event-4", source="another"))
    assert [state for _, state, _ in decided(world)] == ["scheduled", "scheduled", "declined"]
    assert len({each.id for each in world.invitations.kept.values()}) == 3


def test_a_closed_survey_asks_nobody_and_logs_it(world: World) -> None:
    assert receive(touchpoint({"survey": "closed", "person": ANN})) == []
    assert decided(world) == [("ann", "declined", "survey-closed")]


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        "{}",
        touchpoint(None),
        touchpoint([]),
        touchpoint({"person": ANN}),
        touchpoint({"survey": "demo"}),
        touchpoint({"survey": "demo", "person": "ann"}),
        touchpoint({"survey": "demo", "person": {"email": "ann"}}),
        touchpoint({"survey": "demo", "person": ANN, "delay": -1}),
        touchpoint({"survey": "demo", "person": ANN, "score": 9}),
        touchpoint({"survey": "demo", "person": ANN, "id": ""}),
        touchpoint({"survey": "nowhere", "person": ANN}),
        touchpoint({"survey": "demo", "person": ANN}, ""),
        touchpoint({"survey": "demo", "person": ANN}, source="earshot"),
        touchpoint({"survey": "demo", "person": ANN}, **{"detail-type": "OrderShipped"}),
    ],
)
def test_a_malformed_touchpoint_fails_alone(world: World, broken: Any) -> None:
    good = touchpoint({"survey": "demo", "person": ANN}, "good")
    assert receive(broken, good) == ["message-0"]
    assert decided(world) == [("ann", "scheduled", "eligible")]


def test_the_log_names_the_reason_without_repeating_the_values(world: World, caplog: pytest.LogCaptureFixture) -> None:
    broken = {"survey": "demo", "person": {"email": "ann at example.com", "timezone": "Mars"}}
    receive(touchpoint(broken), touchpoint({"survey": "nowhere", "person": ANN}))
    written = "".join(repr(record.__dict__) for record in caplog.records if record.name == "earshot")
    assert "person.email" in written
    assert "person.timezone" in written
    assert "there is no such survey" in written
    assert not any(value in written for value in ("ann at", "Mars'", "ann@example.com", "nowhere"))


def test_a_name_that_is_not_ours_is_counted_and_not_repeated(world: World, caplog: pytest.LogCaptureFixture) -> None:
    receive(touchpoint({"survey": "demo", "delay": -1, "person": ANN | {"ann@home": 1, "id": "a/b"}, "Ann Smith": 2}))
    (record,) = [record for record in caplog.records if record.name == "earshot"]
    assert (sorted(vars(record)["fields"]), vars(record)["unknown"]) == (["delay", "person.id"], 2)
    assert not any(value in repr(vars(record)) for value in ("ann@home", "Ann Smith"))


def test_the_samples_are_taken_or_refused_as_named(world: World) -> None:
    failed = {}
    for name in ("one", "twice", "twice_under_an_id_of_its_own", "unknown_survey", "poison_among_good"):
        event = load_event(f"receive_touchpoints/{name}")
        failed[name] = len(load("receive_touchpoints").lambda_handler(event, None)["batchItemFailures"])
    assert {name: number for name, number in failed.items() if number} == {"unknown_survey": 1, "poison_among_good": 3}
    assert [each.state for each in world.invitations.kept.values()] == [InvitationState.SCHEDULED] * 3
