"""A restore whose CloudFormation fails in every way it can: nothing is lost, and the consumers come back."""

import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from earshot.domain.statement import StatementKind
from earshot_cli.errors import CommandError
from earshot_cli.ops import consumers
from earshot_cli.ops.restore import restore as restoring
from earshot_cli.ops.restore.retired import read_retirement
from earshot_cli.ops.stack_update import update_parameters
from tests.factories import DAY, make_response, make_statement, uuid7
from tests.integration.adapters.conftest import TABLE
from tests.integration.ops.restore.cloudformation import FUNCTION, MAPPING, PARAMETER, ROLE
from tests.integration.ops.restore.conftest import RESTORED, Drill, KilledError, silent

HOUR, MINUTE = 3_600_000, 60_000


def now() -> int:
    return time.time_ns() // 1_000_000


def test_a_restore_is_three_updates_of_parameters(drill: Drill) -> None:
    drill.run()
    drill.assert_in_service()
    stream = drill.stream_of(RESTORED)
    assert drill.cloudformation.calls == [
        {"Consumers": "off", "OtherTable": RESTORED, "Canary": "false"},
        {"RestoredTable": RESTORED, "RestoredStreamArn": stream, "OtherTable": TABLE},
        {"Consumers": "on", "OtherTable": "", "Canary": "true"},
    ]


def test_done_again_it_changes_nothing(drill: Drill) -> None:
    drill.run()
    drill.calls.start()
    drill.run()
    assert len(drill.cloudformation.calls) == 3
    drill.assert_in_service()


def test_the_pause_is_as_long_as_the_slowest_function_may_run(drill: Drill, hasty: list[float]) -> None:
    timeouts = [
        resource["Properties"].get("Timeout", 3)
        for resource in drill.cloudformation.resources.values()
        if resource["Type"] == FUNCTION
    ]
    assert consumers.longest_timeout(drill.stack()) == max(timeouts) >= 60
    drill.run()
    assert max(timeouts) in hasty


class Queues:
    """SQS, with messages of one queue in flight for some looks."""

    def __init__(self, left: list[int]) -> None:
        self._sqs, self._left = boto3.client("sqs"), left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        number = self._left.pop(0) if self._left and QueueUrl.endswith("/ResponseQueue") else 0
        return {"Attributes": {AttributeNames[0]: str(number)}}


def test_messages_in_flight_are_waited_for(drill: Drill) -> None:
    left = [2, 1, 0]
    drill.clients["sqs"] = Queues(left)
    drill.run()
    assert left == []
    drill.assert_in_service()


@pytest.mark.parametrize("kind", [PARAMETER, ROLE, FUNCTION, MAPPING])
def test_an_update_that_is_taken_back_leaves_everything_as_it_was(drill: Drill, kind: str) -> None:
    readers = drill.readers
    drill.cloudformation.fail = {kind}
    message = drill.fails()
    assert "CloudFormation took the update back" in message
    assert "UPDATE_ROLLBACK_COMPLETE" in message
    assert "as the test wants it" in message
    assert drill.cloudformation.state.table == TABLE
    assert drill.readers == readers, "else a new mapping would publish a day again"
    assert read_retirement(drill.dynamodb, TABLE) is None
    if kind != MAPPING:
        assert drill.consumers == {"Enabled"}

    drill.cloudformation.fail = set()
    drill.run()
    drill.assert_in_service()


def test_consumers_that_could_not_be_resumed_are_by_hand(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    original = drill.cloudformation._planned
    seen: list[int] = []

    def fail_from_the_second(parameters: dict[str, str]) -> Any:
        seen.append(1)
        if len(seen) > 1:
            drill.cloudformation.fail = {MAPPING}
        return original(parameters)

    drill.cloudformation._planned = fail_from_the_second  # type: ignore[method-assign]
    drill.fails()
    assert drill.consumers == {"Disabled"}
    assert "`earshot restore --resume`" in capsys.readouterr().err

    drill.cloudformation._planned = original  # type: ignore[method-assign]
    drill.cloudformation.fail = set()
    restoring.resume(drill.stack(), silent)
    assert (drill.consumers, drill.cloudformation.state.table) == ({"Enabled"}, TABLE)


def test_a_code_package_that_is_gone_from_the_bucket_is_named(drill: Drill) -> None:
    drill.cloudformation.is_package_gone = True
    assert "NoSuchKey" in drill.fails()
    assert (drill.cloudformation.state.table, drill.consumers) == (TABLE, {"Enabled"})
    drill.cloudformation.is_package_gone = False
    drill.run()
    drill.assert_in_service()


def test_a_mapping_that_stays_updating_stops_the_restore_before_anything_is_switched(drill: Drill) -> None:
    drill.cloudformation.stays_updating = True
    assert "is Updating, not Disabled: run the same command again" in drill.fails()
    assert (drill.cloudformation.state.table, drill.consumers) == (TABLE, {"Enabled"})
    drill.cloudformation.stays_updating = False
    drill.run()
    drill.assert_in_service()


def test_nothing_to_update_is_no_failure(drill: Drill) -> None:
    drill.cloudformation.state.parameters["Consumers"] = "other"
    drill.cloudformation.refuses_values = True
    stack = update_parameters(drill.stack(), {"Consumers": "on"})
    assert stack.status == "UPDATE_COMPLETE"


def test_without_the_capabilities_it_would_be_refused(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earshot_cli.ops.stack_update.CAPABILITIES", ["CAPABILITY_IAM"])
    with pytest.raises(ClientError, match="CAPABILITY_AUTO_EXPAND"):
        drill.run()
    assert drill.consumers == {"Enabled"}


def test_a_stack_of_an_older_version_is_deployed_first(drill: Drill) -> None:
    del drill.cloudformation.state.parameters["OtherTable"]
    assert "has no parameter OtherTable: deploy this version of Earshot first" in drill.fails()
    assert drill.consumers == {"Enabled"}


def test_an_erasure_during_the_switch_is_carried_over_with_its_event(drill: Drill) -> None:
    switched: list[bool] = []

    def erase_meanwhile() -> None:
        # The update has ended, but this request came to a function that still used the old table.
        if drill.cloudformation.state.table == RESTORED and not switched:
            switched.append(True)
            old, drill.cloudformation.state.table = drill.cloudformation.state.table, TABLE
            drill.erase("meanwhile")
            drill.cloudformation.state.table = old

    drill.cloudformation.ended = erase_meanwhile
    drill.run()
    assert drill.response("meanwhile").kind is StatementKind.ERASED
    (event,) = drill.published()
    assert (event.detail_type, event.detail["data"]["response"]) == ("ResponseErased", drill.ids["meanwhile"])
    assert event.detail["data"]["revision"] == drill.response("meanwhile", TABLE).revision


# How many calls that change something a restore makes, at most: after each of them it may be killed.
CALLS = 20


@pytest.mark.parametrize("calls", range(1, CALLS + 1))
def test_killed_after_any_call_it_goes_on_where_it_stopped(drill: Drill, calls: int) -> None:
    drill.calls.start(kill_after=calls)
    with pytest.raises(KilledError) if calls < CALLS else nullcontext():
        drill.run()
    drill.calls.start()
    drill.run()
    drill.assert_in_service()


def test_no_call_is_left_out(drill: Drill) -> None:
    drill.run()
    assert len(drill.calls.made) == CALLS - 1


@pytest.mark.parametrize(("updates", "table"), [(1, TABLE), (2, RESTORED)])
def test_killed_in_the_middle_the_consumers_come_back_by_hand(drill: Drill, updates: int, table: str) -> None:
    drill.run()
    drill.run(TABLE)
    drill.calls.start()
    seen: list[str] = []

    def kill() -> None:
        seen.append(drill.cloudformation.status)
        if len(seen) == updates:
            raise KilledError

    drill.cloudformation.ended = kill
    with pytest.raises(KilledError):
        drill.run()
    drill.cloudformation.ended = lambda: None
    assert (drill.consumers, drill.cloudformation.state.table) == ({"Disabled"}, table)

    restoring.resume(drill.stack(), silent)
    assert (drill.consumers, drill.cloudformation.state.table) == ({"Enabled"}, table)
    drill.run()
    drill.assert_in_service()


def test_what_fails_after_the_switch_keeps_the_consumers_off_until_it_is_done(
    drill: Drill, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise CommandError("no queue")

    with monkeypatch.context() as patch:
        patch.setattr(restoring.Restore, "_ask_for_backfills", fail)
        assert drill.fails() == "no queue"
    # Somebody may have unsubscribed in the old table: no mail goes out before that is carried over.
    assert (drill.cloudformation.state.table, drill.consumers) == (RESTORED, {"Disabled"})
    assert "`earshot restore --resume`" in capsys.readouterr().err
    drill.run()
    drill.assert_in_service()


def test_going_back_is_another_restore(drill: Drill) -> None:
    drill.run()
    drill.erase("kept")
    drill.run(TABLE)
    assert drill.cloudformation.state.table == TABLE
    assert drill.response("kept").kind is StatementKind.ERASED
    assert set(drill.readers.values()) == {drill.stream_of(TABLE)}
    assert drill.published() == []
    assert (read_retirement(drill.dynamodb, TABLE), drill.consumers) == (None, {"Enabled"})
    retirement = read_retirement(drill.dynamodb, RESTORED)
    assert retirement
    assert retirement.by == TABLE


def test_a_deployment_that_would_use_a_retired_table_is_refused(drill: Drill) -> None:
    restoring.refuse_retired(drill.stack(), "")
    drill.run()
    restoring.refuse_retired(drill.stack(), RESTORED)
    with pytest.raises(CommandError, match=f"deploy with the parameter RestoredTable={RESTORED}"):
        restoring.refuse_retired(drill.stack(), "")


def respond(drill: Drill, tables: Sequence[str], name: str, received_at: int) -> None:
    """Record a detractor's response in tables."""
    received = make_statement(1, received_at=received_at)
    response = make_response(1, id=uuid7(seed=name), received_at=received_at, digest=received.digest)
    for table in tables:
        drill.commit(table, None, response)


def stop_reading(drill: Drill) -> None:
    """Turn off a function that reads the stream of the table in use."""
    name, (uuid, source, _) = next(
        item for item in drill.cloudformation.state.mappings.items() if ":dynamodb:" in item[1][1]
    )
    drill.cloudformation.state.mappings[name] = (uuid, source, "Disabled")


@pytest.mark.parametrize("is_read_up", [True, False])
def test_events_are_published_again_only_if_the_old_stream_was_not_read_up(drill: Drill, is_read_up: bool) -> None:
    respond(drill, (TABLE, RESTORED), "late", now())
    if not is_read_up:
        stop_reading(drill)
    drill.run()
    assert drill.published_again() == ([uuid7(seed="late")] if not is_read_up else [])
    assert drill.published() == []


def test_of_a_table_of_years_no_more_is_published_again_than_a_stream_keeps(
    drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    # The table of an earlier stack was made long ago, and by no restore.
    drill.made(RESTORED, at=now() - 400 * DAY)
    respond(drill, [RESTORED], "known to the CRM", now() - DAY - HOUR)
    respond(drill, [RESTORED], "just before the end", now() - DAY + HOUR)
    stop_reading(drill)
    drill.run()
    assert drill.published_again() == [uuid7(seed="just before the end")]
    assert "`earshot replay --since … --until " in capsys.readouterr().err


def test_from_the_restored_moment_on_events_are_published_again_if_that_is_less_than_a_day_ago(drill: Drill) -> None:
    drill.made(RESTORED, at=now() - 5 * HOUR, by_restore=True)
    respond(drill, [RESTORED], "published long before", now() - 6 * HOUR)
    respond(drill, [RESTORED], "at the last moment", now() - 5 * HOUR - MINUTE)
    stop_reading(drill)
    drill.run()
    assert drill.published_again() == [uuid7(seed="at the last moment")]


@pytest.mark.parametrize("by_restore", [True, False])
def test_of_a_table_that_was_deleted_days_ago_its_last_minutes_are_published_again(
    drill: Drill, by_restore: bool
) -> None:
    drill.cloudformation.state.table = drill.cloudformation.own_table = "deleted"
    drill.made(RESTORED, at=now() - 3 * DAY, by_restore=by_restore)
    respond(drill, [RESTORED], "published long before", now() - 4 * DAY)
    respond(drill, [RESTORED], "at the last moment", now() - 3 * DAY - MINUTE)
    drill.run()
    # Of a table that no restore made, nothing says when it was used last.
    assert drill.published_again() == ([uuid7(seed="at the last moment")] if by_restore else [])


def test_going_back_publishes_again_only_what_came_since_the_table_was_retired(drill: Drill) -> None:
    respond(drill, [TABLE], "before", now() - HOUR)
    drill.made(TABLE, at=now() - 400 * DAY)
    drill.run()
    respond(drill, [TABLE, RESTORED], "since", now())
    stop_reading(drill)
    drill.run(TABLE)
    assert drill.published_again() == [uuid7(seed="since")]


def test_a_table_that_was_deleted_is_replaced_without_a_carry_over(drill: Drill) -> None:
    drill.cloudformation.state.table = drill.cloudformation.own_table = "deleted"
    drill.run()
    assert (drill.cloudformation.state.table, drill.consumers) == (RESTORED, {"Enabled"})
    assert drill.response("erased").kind is StatementKind.FINAL
