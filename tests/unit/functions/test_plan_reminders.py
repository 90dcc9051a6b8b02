"""The planner's handler: what is due goes to the sender, page by page."""

from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest

from earshot import bootstrap
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.cases import SubjectKind
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.errors import BusyError
from earshot.domain.invitation import DUE_SHARDS, InvitationState
from earshot.domain.opened_cases import Opening, opened_by, opened_by_hand
from earshot.domain.sending_quota import PAUSE_LASTS, SANDBOX, SendingPause, SendingQuota
from earshot.services.alerts import follow_deliveries
from earshot.services.cases import hand_over
from earshot.services.invitations import plan_reminders
from tests.aws_events import LambdaContext, sqs_event
from tests.factories import NOON, make_invitation, uuid7
from tests.unit.functions.conftest import World, load

CLOCK = {"all_shards": True}


def plan(*tasks: Any) -> list[str]:
    reply = load("plan_reminders").lambda_handler(sqs_event(tasks, "PlanQueue"), LambdaContext())
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


def schedule(world: World, number: int, due: int = NOON) -> set[str]:
    made = [make_invitation(id=uuid7(seed=f"{due}/{n}"), due_at=due) for n in range(number)]
    world.invitations.kept |= {("ann", each.id): each for each in made}
    return {each.id for each in made}


def run(world: World) -> list[str]:
    """Run the planner until it asks for nothing more; return what it handed over."""
    assert plan(CLOCK) == []
    while tasks := world.tasks.take():
        assert plan(*tasks) == []
    return [task["invitation"] for task in world.mails.take()]


def test_what_is_due_goes_to_the_sender_and_nothing_else(world: World) -> None:
    due = schedule(world, 30)
    schedule(world, 5, NOON + 1)
    sent = make_invitation(id="sent", state=InvitationState.SENT)
    world.invitations.kept["ann", "sent"] = sent
    handed = run(world)
    assert len(handed) == 30
    assert set(handed) == due


def test_the_cases_of_a_removed_member_are_queued_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over, "PAGE", 2)
    for number in range(5):
        owner = "ann" if number < 3 else "bea"
        case = opened_by_hand(f"c{number}", "demo", SubjectKind.PERSON, f"p{number}", NOON, Opening(owner=owner))
        world.cases.kept[case.id] = case
    assert plan({"hand_over": "ann"}) == []
    while tasks := world.tasks.take():
        assert plan(*tasks) == []
    queued = [message for message, _ in world.delivery_queue.tasks]
    assert queued == [{"case_hand_over": f"c{number}", "member": "ann"} for number in range(3)]


def test_only_shards_with_something_due_are_looked_at_again(world: World) -> None:
    schedule(world, 30, NOON + 1)
    assert plan(CLOCK) == []
    assert world.tasks.take() == []
    (only,) = schedule(world, 1)
    assert plan(CLOCK) == []
    assert world.tasks.take() == [{"shard": crc32(only.encode()) % DUE_SHARDS}]


def test_what_is_not_claimed_is_due_again_and_what_is_claimed_is_not(world: World) -> None:
    (only,) = schedule(world, 1)
    assert run(world) == run(world) == [only]
    world.invitations.claim(replace(world.invitations.kept["ann", only]), NOON)
    assert run(world) == []


def test_a_long_list_is_planned_page_by_page_and_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_reminders, "PAGE", 3)
    due = schedule(world, 100)
    handed = run(world)
    assert len(handed) == 100
    assert set(handed) == due
    monkeypatch.setattr(plan_reminders, "MOST_PAGES", 2)
    assert len(run(world)) == 8 * 2 * 3


def test_a_sender_with_enough_to_do_is_left_alone(world: World) -> None:
    schedule(world, 3)
    world.mails.send([{}] * plan_reminders.BUSY)
    assert plan(CLOCK) == []
    assert world.tasks.take() == []
    world.mails.take()
    assert len(run(world)) == 3


def test_while_the_account_may_send_nothing_nothing_is_planned_and_an_engineer_is_notified(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    schedule(world, 3)
    world.account.allowed = SendingQuota(14.0, 0, "sending is switched off")
    assert run(world) == []
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert vars(error)["reason"] == "sending is switched off"
    world.account.allowed = SendingQuota(14.0, 1)
    assert len(run(world)) == 3


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return why mails wait, as the log has it since it was last read."""
    found = [vars(record)["reason"] for record in caplog.records if record.getMessage() == "mails wait"]
    caplog.clear()
    return found


def test_while_ses_refuses_every_mail_one_of_each_shard_is_tried_and_an_engineer_is_notified(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    due = schedule(world, 300)
    world.pauses.record(SendingPause("SES has not verified MailFrom", NOON - PAUSE_LASTS + 1))
    tried = run(world)
    assert len(tried) == 8
    assert set(tried) < due
    assert reasons(caplog) == ["SES has not verified MailFrom"]
    assert '"MailsHeldBack":1' in capsys.readouterr().out
    world.pauses.record(SendingPause("SES has not verified MailFrom", NOON - PAUSE_LASTS))
    assert set(run(world)) == due
    assert reasons(caplog) == []
    assert "MailsHeldBack" not in capsys.readouterr().out


@pytest.mark.parametrize(("stage", "reported"), [("prod", [SANDBOX]), ("dev", []), ("local", [])])
def test_only_in_production_is_the_sandbox_a_fault_and_it_stops_nothing(
    world: World,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    reported: list[str],
) -> None:
    monkeypatch.setenv("EARSHOT_STAGE", stage)
    schedule(world, 30)
    world.account.allowed = SendingQuota(1.0, 200, in_sandbox=True)
    assert len(run(world)) == 30
    assert reasons(caplog) == reported
    assert ("MailsHeldBack" in capsys.readouterr().out) is bool(reported)


def test_an_unknown_quota_is_reported_and_stops_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    schedule(world, 3)
    world.account.allowed = SendingQuota(1.0, note="SES does not say")
    assert len(run(world)) == 3
    assert "SES does not say" in [vars(record).get("reason") for record in caplog.records]


def test_poison_fails_alone(world: World) -> None:
    schedule(world, 20)
    assert plan("{", "{}", {"shard": 8}, {"shard": "one"}, *({"shard": shard} for shard in range(8))) == [
        "message-0",
        "message-1",
        "message-2",
        "message-3",
    ]
    assert len(world.mails.take()) == 20


def test_dead_letters_are_counted_together_and_their_queues_are_named(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world.dead_letters["ParkedRecords"].send([{}, {}, {}])
    assert plan(CLOCK) == []
    assert '"DeadLetters":3' in capsys.readouterr().out
    logged = [vars(record) for record in caplog.records if record.getMessage() == "dead letters wait"]
    assert [(line["queue"], line["messages"]) for line in logged] == [("ParkedRecords", 3)]


def test_nothing_is_reported_of_dead_letters_while_there_are_none(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(CLOCK) == []
    assert "DeadLetters" not in capsys.readouterr().out
    assert "dead letters wait" not in caplog.text


def keep_due(world: World, number: int) -> None:
    """Keep deliveries that are due after a long wait."""
    for each in range(number):
        found = Delivery(f"d-{each}", "hook", "a", "r", "demo", "s", "response.detractor", NOON - 1_000 - each)
        due = replace(found, state=DeliveryState.WAITING, next_attempt_at=NOON - each, is_far_off=True, version=1)
        world.deliveries.kept[due.key] = due


def test_dead_letters_are_seen_and_deliveries_followed_though_mails_cannot_be_planned(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> SendingQuota:
        raise BusyError("SES")

    keep_due(world, 1)
    monkeypatch.setattr(world.account, "allowance", refused)
    world.dead_letters["ResponseDeadLetters"].send([{}])
    assert len(plan(CLOCK)) == 1
    assert '"DeadLetters":1' in capsys.readouterr().out
    assert len(world.delivery_queue.tasks) == 1


def test_deliveries_that_are_due_are_queued_over_several_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow_deliveries, "MOST_RELEASED", 2)
    keep_due(world, 5)
    handler, late, rest = load("plan_reminders").lambda_handler, LambdaContext(left=1), [CLOCK]
    sizes = []
    while rest:
        assert handler(sqs_event(rest, "PlanQueue"), late) == {"batchItemFailures": []}
        rest = world.tasks.take()
        sizes.append(len(world.delivery_queue.tasks))
    assert sizes == [2, 4, 5]


def test_a_queue_that_cannot_be_asked_brings_the_task_back_after_the_planning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise BusyError("the queue")

    schedule(world, 1)
    monkeypatch.setattr(bootstrap, "dead_letters", lambda: {"ResponseDeadLetters": refused})
    assert len(plan(CLOCK)) == 1
    assert len(world.tasks.take()) == 1


def test_dead_letters_are_counted_while_the_account_may_send_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.account.allowed = SendingQuota(14.0, 0, "sending is switched off")
    world.dead_letters["ResponseDeadLetters"].send([{}])
    assert plan(CLOCK) == []
    assert '"DeadLetters":1' in capsys.readouterr().out


def test_the_open_cases_of_a_changed_calendar_go_to_those_who_take_their_steps(world: World) -> None:
    office = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})
    opened = opened_by(Alert("demo", "own", "r1", NOON), SubjectKind.PERSON, "ann", Opening(calendar=office))
    world.cases.kept |= {each.id: each for each in (opened, replace(opened, id="other", calendar="shop"))}
    assert plan({"calendar_changed": "office"}) == []
    assert world.delivery_queue.tasks == [({"case_steps": opened.id}, 0)]
    assert world.tasks.take() == []
