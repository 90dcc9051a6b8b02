"""A redrive: nothing is lost, what fails stays, and what came back is reported."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import typer

from earshot.adapters.dynamodb.table_keys import response as partition
from earshot.domain.errors import BusyError
from earshot.ports.messaging import UnsentError
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops import dead_letters, redrive
from earshot_cli.ops.dead_letters import DeadLetter, QueueWalk
from tests.factories import make_response, uuid7
from tests.unit.cli.ops.conftest import TABLE, Bus, World


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def keys(response: Any) -> str:
    return json.dumps({"keys": {"pk": partition("demo", response.id), "sk": response.id}, "sequence": "1"})


def test_dead_letters_go_back_to_their_queue(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("ResponseDeadLetters", *(f"body {n}" for n in range(25)))
    redrive.redrive(world.stack, "ResponseDeadLetters", None, dry_run=False)
    assert (world.depth("ResponseDeadLetters"), world.depth("ResponseQueue")) == (0, 25)
    output = printed(capsys)
    assert "25 messages of ResponseDeadLetters went back to ResponseQueue." in output
    assert "ResponseDeadLetters now holds none." in output


@pytest.mark.parametrize("name", ["ResponseQueue", "mine-ResponseQueue", "mine-ResponseDeadLetters"])
def test_a_queue_may_be_named_by_its_work_or_as_sqs_knows_it(world: World, name: str) -> None:
    world.put("ResponseDeadLetters", "body")
    redrive.redrive(world.stack, name, None, dry_run=False)
    assert world.depth("ResponseQueue") == 1


def test_at_most_so_many_go(world: World) -> None:
    world.put("ResponseDeadLetters", *(f"body {n}" for n in range(25)))
    redrive.redrive(world.stack, "ResponseQueue", 12, dry_run=False)
    assert (world.depth("ResponseDeadLetters"), world.depth("ResponseQueue")) == (13, 12)


def test_a_dry_run_moves_nothing_and_reports_what_would_move(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("ResponseDeadLetters", "a", "b")
    redrive.redrive(world.stack, "ResponseQueue", 1, dry_run=True)
    assert (world.depth("ResponseDeadLetters"), world.depth("ResponseQueue")) == (2, 0)
    assert "1 of about 2 in ResponseDeadLetters would go back to ResponseQueue" in printed(capsys)


def test_an_empty_queue_is_no_fault(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    redrive.redrive(world.stack, "ResponseQueue", None, dry_run=False)
    assert "ResponseDeadLetters is empty: there is nothing to redrive." in printed(capsys)


def test_a_queue_that_does_not_exist_names_those_that_do(world: World) -> None:
    with pytest.raises(UsageError, match="there are: ParkedRecords, ResponseDeadLetters, UncountedRecords, Undel"):
        redrive.redrive(world.stack, "Nothing", None, dry_run=False)


def test_without_a_name_all_are_listed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("ParkedRecords", "x")
    redrive.list_queues(world.stack)
    output = printed(capsys)
    assert all(name in output for name in ("ResponseDeadLetters", "back to ResponseQueue", "UndeliveredEvents"))


def test_a_crash_between_sending_and_deleting_loses_nothing(world: World) -> None:
    world.put("ResponseDeadLetters", "a", "b", "c")

    def crash(found: Sequence[DeadLetter]) -> list[DeadLetter]:
        dead_letters.send(world.sqs, world.urls["ResponseQueue"], found, "r")
        raise KeyboardInterrupt

    walk = QueueWalk(world.sqs, world.urls["ResponseDeadLetters"], "r")
    with pytest.raises(KeyboardInterrupt):
        list(walk.run(crash, None))
    assert (world.depth("ResponseDeadLetters"), world.depth("ResponseQueue")) == (3, 3)


def test_an_interrupted_redrive_reports_how_far_it_got(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.put("ResponseDeadLetters", *(f"body {n}" for n in range(12)))

    def some(sqs: Any, url: str, found: Sequence[DeadLetter], redrive: str) -> list[DeadLetter]:
        if world.depth("ResponseQueue"):
            raise KeyboardInterrupt
        return dead_letters.send(sqs, url, found, redrive)

    monkeypatch.setattr("earshot_cli.ops.redrive.send", some)
    with pytest.raises(typer.Exit) as left:
        redrive.redrive(world.stack, "ResponseQueue", None, dry_run=False)
    assert left.value.exit_code == 130
    assert "Stopped: 10 messages of ResponseDeadLetters redriven, the others are still there." in printed(capsys)
    assert (world.depth("ResponseDeadLetters"), world.depth("ResponseQueue")) == (2, 10)


def test_what_comes_back_meanwhile_is_not_sent_round_and_round(world: World) -> None:
    world.put("ResponseDeadLetters", "poison")
    url = world.urls["ResponseDeadLetters"]
    walk = QueueWalk(world.sqs, url, "r")
    assert list(walk.run(lambda found: dead_letters.send(world.sqs, url, found, "r"), None)) == [1, 1]
    assert (walk.done, walk.returned, world.depth("ResponseDeadLetters")) == (1, 1, 1)


def test_what_is_held_until_it_can_be_seen_again_hides_nothing_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A walk that takes longer than what it took is hidden: half of the messages are to stay."""
    url = world.urls["UndeliveredEvents"]
    seen: list[str] = []
    hidden = [True]
    world.put("UndeliveredEvents", *(f"stays {n}" for n in range(12)), *(f"goes {n}" for n in range(12)))
    walk = QueueWalk(world.sqs, url, "r")
    take = QueueWalk._receive

    def taken(self: QueueWalk, wanted: int) -> list[DeadLetter]:
        if len(seen) == 10 and hidden.pop():
            hidden.append(False)
            for receipt in self._hidden.values():
                world.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
        return take(self, wanted)

    def action(found: Sequence[DeadLetter]) -> list[DeadLetter]:
        seen.extend(message.body for message in found)
        return [message for message in found if message.body.startswith("goes")]

    monkeypatch.setattr(QueueWalk, "_receive", taken)
    list(walk.run(action, None))
    assert (len(seen), walk.done, walk.left, world.depth("UndeliveredEvents")) == (24, 12, 12, 12)


def test_what_can_be_seen_again_already_need_not_be_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        problem = {"Error": {"Code": "InvalidParameterValue", "Message": "is not available for visibility timeout"}}
        raise world.sqs.exceptions.ClientError(problem, "ChangeMessageVisibility")

    world.put("UndeliveredEvents", "stays", "stays too")
    monkeypatch.setattr(world.sqs, "change_message_visibility", refuse)
    walk = QueueWalk(world.sqs, world.urls["UndeliveredEvents"], "r")
    list(walk.run(lambda _: [], None))
    assert walk.left == 2


def test_parked_records_are_published_from_the_table(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    detractor, promoter = make_response(3), make_response(9, id=uuid7(seed="b"))
    world.record(detractor, promoter)
    world.put("ParkedRecords", keys(detractor), keys(promoter), keys(make_response(id=uuid7(seed="never"))))
    redrive.redrive(world.stack, "ParkedRecords", None, dry_run=False)
    assert sorted(event.detail_type for event in bus.events) == [
        "DetractorIdentified",
        "ResponseRecorded",
        "ResponseRecorded",
    ]
    assert world.depth("ParkedRecords") == 0
    assert "3 events were published." in printed(capsys)


def test_a_dry_run_names_the_responses_that_are_parked_and_no_person(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    response = make_response(3)
    world.put("ParkedRecords", keys(response), '{"keys": {"pk": "P#ann@example.com", "sk": "I#1"}}', "no json")
    redrive.redrive(world.stack, "ParkedRecords", None, dry_run=True)
    output = printed(capsys)
    assert f"the response demo/{response.id}" in output
    assert "ann@" not in output
    assert (bus.events, world.depth("ParkedRecords")) == ([], 3)


def test_other_items_are_published_as_they_are(world: World, bus: Bus) -> None:
    item = {"pk": {"S": "X#abc"}, "sk": {"S": "META"}, "reason": {"S": "bounced"}, "time": {"N": "7"}}
    world.dynamodb.put_item(TableName=TABLE, Item=item)
    world.put("ParkedRecords", json.dumps({"keys": {"pk": "X#abc", "sk": "META"}}))
    redrive.redrive(world.stack, "ParkedRecords", None, dry_run=False)
    assert [event.detail_type for event in bus.events] == ["RespondentSuppressed"]


def test_where_the_stream_gave_up_all_of_that_time_is_published_once(world: World, bus: Bus) -> None:
    world.record(make_response(9), make_response(10, id=uuid7(seed="b")))
    for minute in (2, 1, 3):
        info = {"approximateArrivalOfFirstRecord": f"2026-11-21T12:0{minute}:00Z", "batchSize": 1}
        world.put("ParkedRecords", json.dumps({"DDBStreamBatchInfo": info}))
    redrive.redrive(world.stack, "ParkedRecords", None, dry_run=False)
    assert world.depth("ParkedRecords") == 0
    assert len({event.id for event in bus.events}) == 2


@pytest.mark.parametrize("body", ["no json", "{}", "[]", '{"keys": {"pk": "R#demo#0"}}'])
def test_unreadable_messages_are_left_and_reported(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    world.put("ParkedRecords", body)
    redrive.redrive(world.stack, "ParkedRecords", None, dry_run=False)
    assert world.depth("ParkedRecords") == 1
    assert "1 message stayed: the items of their keys cannot be read" in printed(capsys)


def test_while_the_bus_is_away_everything_stays(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    response = make_response(9)
    world.record(response)
    world.put("ParkedRecords", keys(response))
    bus.takes = 0
    with pytest.raises(CommandError, match="wait a little, then continue"):
        redrive.redrive(world.stack, "ParkedRecords", None, dry_run=False)
    assert "0 messages of ParkedRecords redriven, the others are still there" in printed(capsys)
    assert world.depth("ParkedRecords") == 1


def test_undelivered_events_go_where_their_rule_wanted_them(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.put("UndeliveredEvents", "to the CRM", TARGET_ARN=world.arn("DeliveryQueue"), ERROR_CODE="NO_PERMISSIONS")
    world.put("UndeliveredEvents", "to a stranger", TARGET_ARN="arn:aws:sqs:eu-central-1:1:other")
    world.put("UndeliveredEvents", "to nobody")
    redrive.redrive(world.stack, "UndeliveredEvents", None, dry_run=False)
    assert (world.depth("DeliveryQueue"), world.depth("UndeliveredEvents")) == (1, 2)
    assert "2 messages stayed: their attribute TARGET_ARN names no queue of this stack" in printed(capsys)


def test_records_the_stream_has_expired_are_reported_and_stay(world: World) -> None:
    world.put("UncountedRecords", "{}")
    with pytest.raises(CommandError, match="The stream no longer has"):
        redrive.redrive(world.stack, "UncountedRecords", None, dry_run=False)
    assert world.depth("UncountedRecords") == 1
    assert issubclass(UnsentError, BusyError)
