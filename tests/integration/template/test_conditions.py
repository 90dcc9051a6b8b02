"""Each condition that somebody has to know of makes exactly one alarm go off, and the operating page says which."""

from collections import defaultdict

import pytest

from earshot.metrics import count
from tests.integration.template.cloudwatch import CloudWatch, matches
from tests.integration.template.conditions import NOW, Condition, add_reading, conditions, emitted, quiet
from tests.integration.template.stack import ROOT, stack

CONDITIONS = {each.says: each for each in conditions(stack())}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=lambda one: one.says)
def test_a_condition_makes_its_alarm_go_off_and_no_other(condition: Condition) -> None:
    watch = quiet(stack())
    assert watch.ringing(NOW) == set()

    condition.shows(watch)

    assert watch.ringing(NOW) == {condition.alarm}


def test_what_is_written_and_read_wakes_nobody() -> None:
    watch = quiet(stack())
    add_reading(watch)

    assert watch.ringing(NOW) == set()


def test_one_response_that_is_read_in_the_next_quarter_of_an_hour_wakes_nobody() -> None:
    watch = CloudWatch(stack())
    (line,) = emitted("record_responses", lambda: count(ResponsesRecorded=1))
    watch.log(line, NOW - 15)
    watch.publish("AWS/Lambda", "Invocations", NOW - 14, 1, FunctionName="PublishEventsFunction")

    assert watch.ringing(NOW) == set()


def test_there_is_a_condition_for_every_alarm() -> None:
    assert {each.alarm for each in CONDITIONS.values()} == set(stack().of_type("AWS::CloudWatch::Alarm"))


def test_every_condition_that_had_an_alarm_of_its_own_is_here() -> None:
    # 76 alarms, and since then both readers that do not run and what Lambda stops as a loop. A rule asks for no scores
    # any more: while publish_events cannot, its lag's alarm goes off. Alert rules have a queue of their own: its age,
    # its dead letters, its function and what that returns; and another function manages them. Cases have a
    # function and two alarms, team, digests and calls from outside a function each. The console shows its pages
    # with one, and members sign in with another.
    assert len(CONDITIONS) == 76 + 3 - 1 + 5 + 3 + 3 + 2


@pytest.mark.parametrize("stage", ["dev", "local"])
def test_only_production_reports_readers_that_do_not_run_and_dev_reports_nothing(stage: str) -> None:
    there = set(stack(stage).of_type("AWS::CloudWatch::Alarm"))
    of_production = {"PublishEventsSilentAlarm", "CountFunnelSilentAlarm"}

    assert there == (set() if stage == "dev" else set(stack().of_type("AWS::CloudWatch::Alarm")) - of_production)


def test_a_filter_takes_a_line_apart_as_cloudwatch_does() -> None:
    pattern = '{ $.type = "platform.report" && $.record.status != "success" }'

    assert matches(pattern, {"type": "platform.report", "record": {"status": "timeout"}})
    assert not matches(pattern, {"type": "platform.report", "record": {"status": "success"}})
    assert not matches(pattern, {"type": "platform.initReport", "record": {"status": "timeout"}})
    assert not matches("{ $.MessagesReturned > 0 }", {"message": "published"})


def test_the_operating_page_lists_every_condition_with_its_alarm_and_what_that_says() -> None:
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")

    assert table() in page


def listed(found: list[Condition]) -> str:
    """Name the conditions of an alarm; those that differ in their place only share one text."""
    if len({each.what for each in found}) > 1 or len(found) == 1:
        return "; ".join(each.says for each in found)
    return f"{', '.join(each.place for each in found)}: {found[0].what}"


def table() -> str:
    """Write the table of the operating page."""
    alarms = stack().of_type("AWS::CloudWatch::Alarm")
    by_alarm: dict[str, list[Condition]] = defaultdict(list)
    for each in CONDITIONS.values():
        by_alarm[each.alarm].append(each)
    rows = [
        f"| {listed(found)} | `{name}` | {alarms[name]['AlarmDescription'].rpartition(' (')[0]} |"
        for name, found in by_alarm.items()
    ]
    return "\n".join(["| condition | alarm | what it says |", "|---|---|---|", *rows, ""])
