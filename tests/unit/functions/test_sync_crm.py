"""The handler of deliveries: one attempt a message, each failing alone."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from earshot import bootstrap
from earshot.domain.access import Role
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.cases import CaseState, SubjectKind
from earshot.domain.deliveries import DAY, HOUR, DeliveryState
from earshot.domain.delivery_outcome import Down
from earshot.domain.destinations import Destination
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Digest, DigestRole, Every, Schedule, read_period
from earshot.domain.errors import ConflictError, EarshotError, FieldError, InvalidError, NotFoundError
from earshot.domain.events import response_events
from earshot.domain.inbound_calls import InboundCall
from earshot.domain.members import Member, removed
from earshot.domain.opened_cases import Opening, opened_by, opened_by_hand
from earshot.services.alerts import deliver_again
from earshot.services.alerts.deliver import new_delivery
from earshot.services.digests.manage_digests import redrive
from earshot.services.responses.record_responses import record
from tests.aws_events import sqs_event
from tests.factories import NOON, make_member, make_submission, uuid7
from tests.fakes.delivering import delivery_task
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.integration.template.stack import ROOT
from tests.unit.functions.conftest import World, load


def queued(world: World) -> dict[str, Any]:
    """Record a detractor, and return the message that asks to deliver it to the CRM."""
    record(
        [make_submission(2, comment="late", correlation="r-1")],
        surveys=world.surveys,
        ledger=world.ledger,
        people=InMemoryPeople(),
        pause=no_pause,
    )
    old, new = world.ledger.history[-1]
    identified = response_events(old, new, "2026-11-21T12:00:00.000Z")[1]
    return delivery_task(identified.id, NOON, "crm", subject=uuid7(), correlation="r-1")


def test_a_detractor_reaches_the_crm(world: World) -> None:
    task = queued(world)
    event = sqs_event([task], "DeliveryQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    assert world.receiver.calls == [("crm", task["delivery"])]
    assert [each.state for each in world.deliveries.kept.values()] == [DeliveryState.DELIVERED]


def test_while_the_crm_is_away_the_next_attempt_is_queued(world: World) -> None:
    world.receiver.outcomes = [Down("it is away")]
    event = sqs_event([queued(world)], "DeliveryQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    ((again, _),) = world.delivery_queue.tasks
    assert again["destination"] == "crm"
    load("sync_crm").lambda_handler(sqs_event([again], "DeliveryQueue"), None)
    assert len(world.receiver.calls) == 1, "it is not time yet"


def test_of_deliveries_that_are_asked_for_again_a_turn_leaves_the_rest_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_again, "A_TURN", 1)
    monkeypatch.setattr(deliver_again, "LOOKED_AT", 1)
    for number in range(3):
        made = replace(new_delivery(queued(world)), id=f"d-{number}", state=DeliveryState.PARKED, version=1)
        world.deliveries.kept[made.key] = made
    run = load("sync_crm").lambda_handler
    turns = [deliver_again.AgainTask("crm", bootstrap.now()).to_json()]
    for turn in turns:
        assert run(sqs_event([turn], "DeliveryQueue"), None) == {"batchItemFailures": []}
        turns += [dict(task) for task, _ in world.delivery_queue.tasks if "again" in task and task not in turns]
    assert len(turns) == 3
    assert {each.state for each in world.deliveries.kept.values()} == {DeliveryState.PENDING}


def test_the_steps_of_a_case_are_taken_and_their_mails_delivered(world: World) -> None:
    queued(world)
    world.members.kept["bea"] = make_member("bea")
    alert = Alert("demo", "own", uuid7(), NOON)
    case = opened_by(alert, SubjectKind.RESPONSE, opening=Opening(2, owner="bea"))
    assert world.cases.open(alert, case).is_made
    run = load("sync_crm").lambda_handler
    assert run(sqs_event([{"case_steps": case.id}], "DeliveryQueue"), None) == {"batchItemFailures": []}
    assert world.cases.kept[case.id].steps
    mails = [task for task, _ in world.delivery_queue.tasks if task["destination"] == "staff"]
    assert [task["subject"] for task in mails] == ["bea"]
    assert run(sqs_event(mails, "DeliveryQueue"), None) == {"batchItemFailures": []}
    assert {destination for destination, _ in world.receiver.calls} == {"staff"}


@pytest.mark.parametrize(("deputy", "owner"), [("bea", "bea"), (None, None)])
def test_a_case_of_a_removed_member_is_handed_over(
    world: World, capsys: pytest.CaptureFixture[str], deputy: str | None, owner: str | None
) -> None:
    for member in (make_member("bea"), removed(make_member("ann", deputy=deputy), NOON)):
        world.members.put(member, None)
    case = opened_by_hand("a-case", "demo", SubjectKind.PERSON, "p", NOON, Opening(owner="ann"))
    world.cases.kept[case.id] = case
    message = {"case_hand_over": case.id, "member": "ann"}
    for _ in range(2):
        event = sqs_event([message], "DeliveryQueue")
        assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    assert world.cases.kept[case.id].owner == owner
    assert world.delivery_queue.tasks == ([] if owner is None else [({"case_steps": case.id}, 0)])
    assert capsys.readouterr().out.count('"CasesUnowned":1') == (owner is None)


def test_a_call_from_outside_changes_its_case_and_its_words_reach_no_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    opened = opened_by(Alert("demo", "own", uuid7(), NOON), SubjectKind.PERSON, "ann")
    assert world.cases.open(Alert("demo", "own", uuid7(), NOON), opened).is_made
    call = InboundCall("to-1", "msg_1", NOON, opened.id, "resolved", note="canary-4711", correlation="r-1")
    for _ in range(2):
        event = sqs_event([call.to_json()], "DeliveryQueue")
        assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    assert world.cases.kept[opened.id].state is CaseState.RESOLVED
    assert [fact.note for fact in world.cases.facts(opened.id)] == ["canary-4711"]
    lines = [vars(record) for record in caplog.records]
    assert [(each["message"], each["outcome"], each["case"], each["correlation_id"]) for each in lines] == [
        ("call from outside", "applied", opened.id, "r-1"),
        ("call from outside", "repeated", opened.id, "r-1"),
    ]
    assert "canary" not in repr(lines)


@pytest.mark.parametrize(("owner", "counts"), [(None, 1), ("bea", 0)])
def test_a_case_that_is_opened_again_from_outside_for_nobody_is_counted_once(
    world: World, capsys: pytest.CaptureFixture[str], owner: str | None, counts: int
) -> None:
    world.members.put(make_member("bea"), None)
    case = opened_by_hand("a-case", "demo", SubjectKind.PERSON, "p", NOON, Opening(owner=owner))
    assert world.cases.open_by_hand(case, CaseFact(FactKind.OPENED, NOON, "key:k"))
    calls = [InboundCall("to-1", f"msg_{state}", NOON, case.id, state) for state in ("resolved", "open", "open")]
    for call in calls:
        event = sqs_event([call.to_json()], "DeliveryQueue")
        assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    assert world.cases.kept[case.id].state is CaseState.OPEN
    assert capsys.readouterr().out.count('"CasesUnowned":1') == counts


def test_a_poison_message_fails_alone(world: World) -> None:
    event = sqs_event(
        ["nope", "[]", '{"destination": "crm"}', queued(world), '{"destination": "to-1", "inbound": {"id": 1}}'],
        "DeliveryQueue",
    )
    failed = load("sync_crm").lambda_handler(event, None)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["message-0", "message-1", "message-2", "message-4"]
    assert len(world.receiver.calls) == 1


@pytest.mark.parametrize(
    "refusal",
    [InvalidError(FieldError("segment", "it is not tracked")), NotFoundError("it is gone"), ConflictError("too late")],
)
def test_a_task_that_is_refused_fails_alone_and_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, refusal: EarshotError
) -> None:
    def refuse(_: Mapping[str, Any]) -> str:
        raise refusal

    monkeypatch.setattr(bootstrap, "test_digest", refuse)
    event = sqs_event([{"digest": "daily", "recipient": "leo", "test": "1"}, queued(world)], "DeliveryQueue")
    reply = load("sync_crm").lambda_handler(event, None)
    assert reply == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    assert len(world.receiver.calls) == 1
    (line,) = (vars(each) for each in caplog.records if each.getMessage() == "not attempted")
    assert line["reason"] == f"{type(refusal).__name__}: {refusal}"


def test_a_test_of_a_digest_whose_segment_is_gone_is_done(world: World) -> None:
    digest = Digest("daily", DigestRole.LEAD, "demo", ("leo",), Schedule(Every.WORKDAY, 7), ("plan", "pro"))
    world.digests.kept["daily"] = digest
    world.members.kept["leo"] = Member("leo", "leo@example.com", None, Role.MANAGER)
    assert handled({"digest": "daily", "recipient": "leo", "test": "1"})
    assert world.mailer.sent == []


def test_a_digest_is_planned_sent_and_tested(world: World) -> None:
    period = read_period("2026-11-20/2026-11-20")
    digest = Digest("daily", DigestRole.LEAD, "demo", ("leo",), Schedule(Every.WORKDAY, 7), since=NOON - 5 * DAY)
    world.digests.kept["daily"] = replace(digest, next_at=NOON - HOUR)
    world.members.kept["leo"] = Member("leo", "leo@example.com", None, Role.MANAGER)
    queued(world)
    assert handled({"digest": "daily"})
    ((task, _),) = world.delivery_queue.tasks
    assert (task["digest"], task["recipient"], task["period"]) == ("daily", "leo", "2026-11-19/2026-11-19")
    assert handled(task)
    assert [each.state for each in world.digest_sendings.all()][-1] is SendingState.SKIPPED
    assert world.mailer.sent == []
    assert handled({"digest": "daily", "recipient": "leo", "test": "1"})
    ((sender, recipient, mime),) = world.mailer.sent
    assert (sender, recipient) == ("survey@example.com", "leo@example.com")
    assert b"Subject: =?utf-8?q?Test=3A_Daily_digest=3A_Demo" in mime
    assert b"List-Unsubscribe: <https://earshot.example.com/u/" in mime
    assert world.digest_sendings.find("daily", period, "leo") is None


def test_a_digest_that_is_redriven_is_sent_once_more(world: World) -> None:
    digest = Digest("daily", DigestRole.LEAD, "demo", ("leo",), Schedule(Every.WORKDAY, 7), since=NOON - 5 * DAY)
    world.digests.kept["daily"] = replace(digest, next_at=NOON + HOUR)
    world.members.kept["leo"] = Member("leo", "leo@example.com", None, Role.MANAGER)
    queued(world)
    period = read_period("2026-11-21/2026-11-21")
    lost = DigestSending("daily", "leo", period, SendingState.UNKNOWN, NOON - HOUR, version=2)
    assert world.digest_sendings.put(lost, None)
    assert redrive(world.digests.kept["daily"], bootstrap.manage_digests_deps()) == 1
    ((task, _),) = world.delivery_queue.tasks
    assert handled(task)
    assert [recipient for _, recipient, _ in world.mailer.sent] == ["leo@example.com"]
    assert [each.state for each in world.digest_sendings.all()] == [SendingState.SENT]


def test_each_task_of_the_samples_names_one_thing_to_do() -> None:
    tasks = load("sync_crm").TASKS
    for path in sorted((ROOT / "events/sync_crm").glob("*.json")):
        for sent in json.loads(path.read_text(encoding="utf-8"))["Records"]:
            body = sent["body"]
            named = [name for name in tasks if f'"{name}"' in body] if body.startswith("{") else []
            assert len(named) <= 1, (path.name, named)


def test_a_digest_of_which_there_is_none_any_more_is_done(world: World) -> None:
    for task in ({"digest": "gone"}, {"digest": "gone", "recipient": "leo", "period": "2026-11-20/2026-11-20"}):
        assert handled(task)
    assert handled({"digest": "gone", "recipient": "leo", "test": "1"})
    assert world.mailer.sent == []


def test_a_channel_gets_a_digest_as_it_is_at_the_attempt(world: World) -> None:
    channel = "to-0123456789ab"
    world.alert_destinations.kept[channel] = Destination(channel, "slack", "Team", {"channel": "C1"})
    digest = Digest("daily", DigestRole.LEAD, "demo", (channel,), Schedule(Every.WORKDAY, 7), since=NOON)
    world.digests.kept["daily"] = digest
    assert handled({"digest": "daily", "recipient": channel, "test": "1"})
    ((task, _),) = world.delivery_queue.tasks
    assert handled(task)
    assert world.receiver.calls == [(channel, task["delivery"])]
    (kept,) = world.deliveries.kept.values()
    assert (kept.state, kept.body, kept.subject) == (
        DeliveryState.DELIVERED,
        None,
        "daily/2026-11-19/2026-11-19/1",
    )
    world.digests.kept.clear()
    world.deliveries.kept.clear()
    assert handled(task)
    (withdrawn,) = world.deliveries.kept.values()
    assert withdrawn.state is DeliveryState.WITHDRAWN


def handled(task: Mapping[str, Any]) -> bool:
    """Return whether a message is done."""
    reply = load("sync_crm").lambda_handler(sqs_event([task], "DeliveryQueue"), None)
    return bool(reply == {"batchItemFailures": []})
