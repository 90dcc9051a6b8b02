"""Whatever loses or delays data wakes somebody, who finds a page with what to do."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from earshot.services.responses.submit_responses import PARTIAL_WAIT
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import ROOT, Properties, Stack, folder_of, pascal, source, stack

# A restore is decided by somebody, no alarm asks for it.
OF_NO_ALARM = {"restore"}
PAGES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (ROOT / "docs/runbooks").glob("*.md")
    if path.stem not in OF_NO_ALARM
}
OPERATING = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
ALARMS = stack().of_type("AWS::CloudWatch::Alarm")
# A runbook covers these, in this order: the questions somebody has who was just woken.
QUESTIONS = ["What it means", "How urgent", "Diagnose", "Fix", "Done when"]
FIELDS = {"correlation_id", "message_id"}  # of log lines, not functions
LIST_PRICE = 0.10  # dollars a month for an alarm on one metric (us-east-1, list price of 2026)


def measured(prod: Stack, metric: str) -> dict[str, Properties]:
    """Return the alarms on a metric by what they watch."""
    return {
        watched(prod, alarm): alarm
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
    }


def watched(prod: Stack, alarm: Properties) -> str:
    """Name what an alarm watches: a resource of the stack, by its last dimension; the account if it has none."""
    if not alarm.get("Dimensions"):
        return "account"
    return prod.target(_innermost(alarm["Dimensions"][-1]["Value"]))


def _innermost(value: Any) -> Any:
    """Find the reference in what cuts the name out of an ARN."""
    while isinstance(value, Mapping) and set(value) & {"Fn::Select", "Fn::Split"}:
        value = next(iter(value.values()))[1]
    return value


def test_every_dead_letter_queue_raises_an_alarm_with_its_first_message(variant: Stack) -> None:
    alarms = measured(variant, "ApproximateNumberOfMessagesVisible")

    assert set(alarms) == variant.dead_letter_queues
    assert {alarm["Threshold"] for alarm in alarms.values()} == {1}


def test_a_dead_letter_queue_without_metrics_is_not_taken_for_empty(variant: Stack) -> None:
    # A queue that nobody touches reports nothing to CloudWatch after six hours, whatever lies in it.
    for name, alarm in measured(variant, "ApproximateNumberOfMessagesVisible").items():
        assert alarm["TreatMissingData"] == "ignore", name


def test_every_other_queue_wakes_somebody_when_its_messages_grow_old(variant: Stack) -> None:
    alarms = measured(variant, "ApproximateAgeOfOldestMessage")

    assert set(alarms) == set(variant.queues) - variant.dead_letter_queues


def test_no_queue_is_called_late_for_the_delay_it_has_on_purpose(variant: Stack) -> None:
    alarms = measured(variant, "ApproximateAgeOfOldestMessage")

    for name in ("ResponseQueue", "LinkQueue"):
        assert alarms[name]["Threshold"] > PARTIAL_WAIT
    for name, alarm in alarms.items():
        assert alarm["Threshold"] > variant.queues[name].get("DelaySeconds", 0), name


def test_every_reader_of_the_stream_wakes_somebody_long_before_records_are_lost(variant: Stack) -> None:
    readers = {
        variant.target(mapping["FunctionName"])
        for mapping in variant.mappings.values()
        if variant.target(mapping["EventSourceArn"]) == "Table"
    }
    alarms = measured(variant, "IteratorAge")

    assert set(alarms) == readers
    for alarm in alarms.values():
        assert alarm["Threshold"] <= 60 * 60 * 1000  # of the stream's 24 hours


def test_every_function_wakes_somebody_with_its_first_error(variant: Stack) -> None:
    alarms = measured(variant, "Errors")

    assert set(alarms) == {f"{pascal(name)}Function" for name in FUNCTIONS}
    assert {(alarm["Statistic"], alarm["Threshold"]) for alarm in alarms.values()} == {("Sum", 1)}


def test_one_alarm_covers_the_throttles_of_all_functions(variant: Stack) -> None:
    assert set(measured(variant, "Throttles")) == {"account"}


def test_the_api_wakes_somebody_with_its_first_5xx(variant: Stack) -> None:
    (alarm,) = measured(variant, "5xx").values()

    assert variant.resources[watched(variant, alarm)]["Type"] == "AWS::ApiGatewayV2::Api"
    assert alarm["Threshold"] == 1


def test_a_flood_wakes_somebody_by_what_it_does_to_the_api_and_to_the_account(variant: Stack) -> None:
    for metric in ("4xx", "Count"):
        (alarm,) = measured(variant, metric).values()
        assert variant.resources[watched(variant, alarm)]["Type"] == "AWS::ApiGatewayV2::Api"
    assert set(measured(variant, "ConcurrentExecutions")) == {"account"}
    assert set(measured(variant, "ResponsesHeld")) == {"SubmitResponseFunction"}


def test_a_budget_writes_to_who_hears_alarms_and_there_is_none_without_them() -> None:
    assert not stack().of_type("AWS::Budgets::Budget")
    assert not stack("local", alarm_email="oncall@example.com").of_type("AWS::Budgets::Budget")
    (budget,) = stack(alarm_email="oncall@example.com").of_type("AWS::Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    found = {
        (notification["Notification"]["NotificationType"], notification["Subscribers"][0]["Address"])
        for notification in budget["NotificationsWithSubscribers"]
    }
    assert found == {("ACTUAL", "oncall@example.com"), ("FORECASTED", "oncall@example.com")}


def test_every_rule_wakes_somebody_when_it_gives_up(variant: Stack) -> None:
    rules = variant.of_type("AWS::Events::Rule")
    alarms = measured(variant, "FailedInvocations")

    assert set(alarms) == set(rules)
    for name, alarm in alarms.items():
        # CloudWatch names the rules of a bus of one's own by bus and rule, those of the default bus by rule alone.
        named = [dimension["Name"] for dimension in alarm["Dimensions"]]
        assert named == (["EventBusName", "RuleName"] if "EventBusName" in rules[name] else ["RuleName"]), name
        # arn:…:rule/BUS/NAME, or arn:…:rule/NAME on the default bus.
        assert alarm["Dimensions"][-1]["Value"]["Fn::Select"][0] == len(named), name


def test_every_schedule_wakes_somebody_when_its_queue_falls_silent(variant: Stack) -> None:
    asked = {variant.target(each["Target"]["Arn"]) for each in variant.of_type("AWS::Scheduler::Schedule").values()}
    alarms = measured(variant, "NumberOfMessagesSent")

    assert set(alarms) == asked
    assert {alarm["ComparisonOperator"] for alarm in alarms.values()} == {"LessThanThreshold"}


def test_a_silent_queue_is_noticed_after_more_than_one_beat_of_its_schedule(variant: Stack) -> None:
    seconds = {"rate(5 minutes)": 300, "rate(1 hour)": 3600, "rate(1 day)": 86_400}
    alarms = measured(variant, "NumberOfMessagesSent")
    for name, schedule in variant.of_type("AWS::Scheduler::Schedule").items():
        alarm, beat = alarms[variant.target(schedule["Target"]["Arn"])], seconds[schedule["ScheduleExpression"]]
        assert beat < alarm["Period"] * alarm["EvaluationPeriods"] <= 7 * 86_400, name


def test_every_reader_of_a_queue_wakes_somebody_when_it_gives_messages_back_for_long(variant: Stack) -> None:
    # SQS leaves what failed three times out of the age of a queue, so the age alone would not show it.
    mappings = [each for each in variant.mappings.values() if variant.target(each["EventSourceArn"]) != "Table"]
    slowest = max(variant.queues[variant.target(each["EventSourceArn"])]["VisibilityTimeout"] for each in mappings)
    alarms = measured(variant, "MessagesReturned")

    assert set(alarms) == {variant.target(mapping["FunctionName"]) for mapping in mappings}
    for name, alarm in alarms.items():
        assert alarm["Period"] > slowest, name  # or a message could come back between two periods


def test_an_account_that_may_send_nothing_wakes_somebody(variant: Stack) -> None:
    assert set(measured(variant, "MailsHeldBack")) == {"PlanRemindersFunction"}


def test_every_alarm_notifies_the_topic_when_it_goes_off_and_when_it_is_over(variant: Stack) -> None:
    for name, alarm in variant.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name


def test_nobody_is_written_to_unless_an_address_is_given() -> None:
    condition = source()["Conditions"]["HasAlarmEmail"]

    assert source()["Parameters"]["AlarmEmail"]["Default"] == ""
    assert source()["Resources"]["AlarmMails"]["Condition"] == "HasAlarmEmail"
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}


def test_every_alarm_is_a_plain_one_that_the_local_engine_takes_too(variant: Stack) -> None:
    assert not variant.of_type("AWS::CloudWatch::CompositeAlarm")
    for name, alarm in variant.of_type("AWS::CloudWatch::Alarm").items():
        assert "Metrics" not in alarm, name


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_names_a_runbook_and_the_runbook_names_the_alarm(name: str) -> None:
    match = re.fullmatch(r".+ \(docs/runbooks/([a-z-]+)\.md\)", ALARMS[name]["AlarmDescription"])

    assert match
    assert f"`{name}`" in PAGES[match[1]]


@pytest.mark.parametrize("page", PAGES)
def test_a_runbook_names_no_alarm_that_is_none_of_its(page: str) -> None:
    its = {name for name, alarm in ALARMS.items() if f"/{page}.md)" in alarm["AlarmDescription"]}

    assert its
    assert set(re.findall(r"`(\w+Alarm)`", PAGES[page])) == its


@pytest.mark.parametrize("page", PAGES)
def test_a_runbook_covers_the_questions_of_somebody_just_woken(page: str) -> None:
    assert re.findall(r"^## (.+)$", PAGES[page], re.MULTILINE) == QUESTIONS
    assert len(PAGES[page].splitlines()) <= 60


@pytest.mark.parametrize("page", PAGES)
def test_a_runbook_names_only_resources_and_functions_that_there_are(page: str) -> None:
    resources = stack().resources
    for name in re.findall(r"`(\w+(?:Queue|DeadLetters|Records|Events|Rule|Schedule|Function))`", PAGES[page]):
        assert name in resources, name
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", PAGES[page])) - FIELDS
    assert named <= set(FUNCTIONS)


def test_the_operating_page_lists_every_runbook_and_what_the_alarms_cost() -> None:
    for page in PAGES:
        assert f"(runbooks/{page}.md)" in OPERATING, page
    match = re.search(r"about \$(\d+) a month for all of them", OPERATING)

    assert match
    assert abs(int(match[1]) - len(ALARMS) * LIST_PRICE) < 1


def test_the_alarms_of_a_function_are_named_after_it() -> None:
    for name, alarm in ALARMS.items():
        if alarm["MetricName"] in ("Errors", "IteratorAge", "MessagesReturned"):
            function = folder_of(watched(stack(), alarm))
            assert name.startswith(pascal(function)), name
