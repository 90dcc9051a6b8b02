"""The handler of alert rules: one task a message, each failing alone."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alert_rules import AlertRule, When
from earshot.domain.alerts import AlertTask, tasks_of
from earshot.domain.case_facts import FactKind
from earshot.domain.errors import BusyError, ConflictError, EarshotError, NotFoundError
from earshot.domain.events import repeated_events, response_events
from earshot.domain.response import Response, history_after
from earshot.domain.statement import StatementKind
from earshot.ports.ledger import Change
from earshot.services.cases import note_responses
from tests.aws_events import bus_event, sqs_event
from tests.factories import DAY, NOON, make_member, make_response, make_survey, uuid7
from tests.unit.functions.conftest import World, load

TIME = "2026-11-21T12:00:00.000Z"


def recorded(world: World, score: int = 2, **fields: Any) -> Response:
    response = make_response(score, **fields)
    world.ledger.items["demo", response.id] = response
    return response


@pytest.fixture(autouse=True)
def _owned(world: World) -> None:
    world.surveys.surveys["demo"] = make_survey(owner="ann@example.com")


def run(*bodies: Any) -> list[str]:
    failed = load("evaluate_alerts").lambda_handler(sqs_event(bodies, "AlertQueue"), None)["batchItemFailures"]
    return [each["itemIdentifier"] for each in failed]


def tasks(response: Response) -> list[dict[str, Any]]:
    return [task.to_json() for task in tasks_of(response_events(None, response, TIME))]


def test_a_detractor_is_queued_for_the_owner_and_the_crm(world: World) -> None:
    assert run(*tasks(recorded(world))) == []
    assert [task["destination"] for task, _ in world.delivery_queue.tasks] == ["owner", "crm"]
    assert [alert.rule for alert in world.alerts.kept.values()] == ["default"]


def test_on_a_case_it_is_noted_that_its_response_changed_and_that_its_person_responded_again(world: World) -> None:
    world.alert_rules.put(AlertRule("own", "demo", When.DETRACTOR, ("owner",), opens_case=True), None)
    first = recorded(world, person="ann")
    run(*tasks(first))
    (case,) = world.cases.kept
    later = make_response(9, id=uuid7(seed="later"), person="ann", responded_at=NOON + DAY)
    world.ledger.commit([Change(None, later)])
    assert run(AlertTask("demo", again=[first.id]).to_json()) == []
    assert world.cases.kept[case].responded_again_score == 9
    key = replace(first.statement, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 2, score=1)
    history = history_after(first.history, first.statement, key)
    corrected = replace(first, statement=key, history=history, revision=2)
    world.ledger.items["demo", first.id] = corrected
    assert run(*(task.to_json() for task in tasks_of(response_events(first, corrected, TIME)))) == []
    kinds = [fact.kind for fact in world.cases.facts(case)]
    assert kinds == [FactKind.RESPONDED_AGAIN, FactKind.RESPONSE_CHANGED]


def test_a_promoter_raises_nothing(world: World) -> None:
    assert run(*tasks(recorded(world, 9))) == []
    assert (world.delivery_queue.tasks, world.alerts.kept) == ([], {})


def test_what_is_published_again_on_the_bus_is_evaluated_again(world: World) -> None:
    events = repeated_events(recorded(world))
    assert run(*(bus_event(event.detail_type, event.detail) for event in events)) == []
    assert len(world.alerts.kept) == 1
    assert {task["destination"] for task, _ in world.delivery_queue.tasks} == {"owner", "crm"}


def test_a_message_that_comes_again_sends_what_its_alert_needs_though_its_rule_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: list[Any]) -> None:
        raise BusyError("the queue is away")

    event = sqs_event(tasks(recorded(world)), "AlertQueue")
    handler = load("evaluate_alerts").lambda_handler
    with monkeypatch.context() as patch:
        patch.setattr(world.delivery_queue, "send", away)
        assert handler(event, None)["batchItemFailures"]
    world.alert_rules.kept["demo", "own"] = AlertRule("own", "demo", When.PROMOTER, ("hook",))
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    assert handler(event, None)["batchItemFailures"] == []
    assert {task["destination"] for task, _ in world.delivery_queue.tasks} == {"owner", "crm"}


def test_a_poison_message_fails_alone(world: World) -> None:
    assert run("nope", *tasks(recorded(world)), {"survey": 5}, "[]") == ["message-0", "message-2", "message-3"]
    assert len(world.alerts.kept) == 1


@pytest.mark.parametrize("refusal", [NotFoundError("it is gone"), ConflictError("too late")])
def test_a_task_that_is_refused_fails_alone_and_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, refusal: EarshotError
) -> None:
    def refuse(*_: object) -> None:
        raise refusal

    monkeypatch.setattr(note_responses, "note_next_responses", refuse)
    assert run(AlertTask("demo", again=["r"]).to_json(), *tasks(recorded(world))) == ["message-0"]
    assert len(world.alerts.kept) == 1
    (line,) = (vars(each) for each in caplog.records if each.getMessage() == "not evaluated")
    assert line["reason"] == f"{type(refusal).__name__}: {refusal}"


@pytest.mark.parametrize("fails", ["of_response", "noting"])
def test_a_case_that_nobody_owns_is_counted_once_though_its_message_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fails: str
) -> None:
    def away(*_: Any) -> Any:
        raise BusyError("the table is away")

    world.members.put(make_member("mia"), None)
    world.alert_rules.put(AlertRule("own", "demo", When.DETRACTOR, ("owner",), opens_case=True), None)
    event = sqs_event([tasks(recorded(world))[0] | {"again": [uuid7()]}], "AlertQueue")
    # A message that comes again looks for the alerts of other rules once it has raised its own.
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    handler = load("evaluate_alerts").lambda_handler
    with monkeypatch.context() as patch:
        if fails == "noting":
            patch.setattr(world.ledger, "find_many", once_more(world.ledger.find_many, away))
        else:
            patch.setattr(world.alerts, "of_response", away)
        assert handler(event, None)["batchItemFailures"]
    assert len(world.cases.kept) == 1
    assert handler(event, None)["batchItemFailures"] == []
    printed = capsys.readouterr().out
    assert (printed.count('"CasesUnowned":1'), printed.count('"AlertsRaised":1')) == (1, 1)


def once_more(first: Any, then: Any) -> Any:
    """Return a function that does one thing once, and then another."""
    doing = iter([first])

    def do(*arguments: Any, **named: Any) -> Any:
        return next(doing, then)(*arguments, **named)

    return do


def test_a_batch_is_queued_in_one_go_and_only_what_has_deliveries_returns_if_the_queue_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def away(messages: list[Any]) -> None:
        calls.append(len(messages))
        raise BusyError("the queue is away")

    bodies = [task for score in (2, 9, 3) for task in tasks(recorded(world, score, id=f"r{score}"))]
    with monkeypatch.context() as patch:
        patch.setattr(world.delivery_queue, "send", away)
        assert run(*bodies) == ["message-0", "message-2"]
    assert calls == [4]
    assert run(*bodies) == []
    assert len(world.alerts.kept) == 2
    assert [task["destination"] for task, _ in world.delivery_queue.tasks] == ["owner", "crm"] * 2
