"""Whatever loses or delays data wakes somebody, who finds a page with what to do."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from earshot.services.responses.submit_responses import PARTIAL_WAIT
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import ROOT, Properties, Stack, folder_of, pascal, source, stack

# A restore is decided by somebody, no alarm asks for it; those of a release are there with a canary only.
OF_NO_ALARM = {"restore", "releases"}
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


@pytest.fixture(params=["local", "prod"])
def variant(request: pytest.FixtureRequest) -> Stack:
    """Return each stack that has alarms; Stage "dev" has none."""
    return stack(request.param)


def measured(prod: Stack, metric: str) -> dict[str, Properties]:
    """Return the alarms on a metric by what they watch."""
    return {
        watched(prod, alarm): alarm
        for alarm in prod.of_type("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == metric
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


def test_the_planner_counts_every_dead_letter_queue_and_wakes_somebody_with_the_first_message(variant: Stack) -> None:
    planner = variant.functions["plan_reminders"]
    counted = {
        variant.target(each) for each in planner["Environment"]["Variables"]["EARSHOT_ALL_DEAD_LETTERS"]["Fn::Join"][1]
    }
    alarms = measured(variant, "DeadLetters")

    assert counted == variant.dead_letter_queues
    (alarm,) = alarms.values()
    assert alarm["Threshold"] == 1
    # It looks every five minutes: a shorter period would have none of its looks now and then, and the alarm would end.
    assert alarm["Period"] >= 2 * 300


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


def test_the_first_failed_run_of_any_function_wakes_somebody(variant: Stack) -> None:
    (alarm,) = [
        each for each in variant.of_type("AWS::CloudWatch::Alarm").values() if each.get("MetricName") == "FailedRuns"
    ]

    assert variant.target(variant.of_type("AWS::Logs::MetricFilter")["FailedRuns"]["LogGroupName"]) == "LogGroup"
    assert (alarm["Statistic"], alarm["Threshold"], alarm["EvaluationPeriods"]) == ("Sum", 1, 1)
    # Lambda writes lines about failed runs, in JSON, and the pattern reads that.
    for name, function in variant.functions.items():
        config = function["LoggingConfig"]
        assert (config["LogFormat"], config["SystemLogLevel"]) == ("JSON", "WARN"), name
        assert variant.target(config["LogGroup"]) == "LogGroup", name


def test_a_metric_made_of_the_log_is_this_stacks_alone(variant: Stack) -> None:
    filters = variant.of_type("AWS::Logs::MetricFilter")
    ours = {"Fn::Sub": "Earshot/${AWS::StackName}"}
    alarmed = [
        each.get("Metrics", [{}, {"MetricStat": {"Metric": each}}])[1]["MetricStat"]["Metric"]
        for each in variant.of_type("AWS::CloudWatch::Alarm").values()
    ]
    own = [metric for metric in alarmed if not str(metric["Namespace"]).startswith("AWS/")]

    assert (
        {"FailedRuns", "ReturnedMessages", "DeadLetters", "MailsHeldBack", "ResponsesHeld"}
        <= {metric["MetricName"] for metric in own}
        <= set(filters)
    )
    assert all((metric["Namespace"], "Dimensions" in metric) == (ours, False) for metric in own)
    for name, each in filters.items():
        (made,) = each["MetricTransformations"]
        assert variant.target(each["LogGroupName"]) == "LogGroup"
        assert (made["MetricNamespace"], made["MetricName"]) == (ours, name)
        # Zeros would be charged in every hour, and each value of a dimension as a metric of its own.
        assert not {"DefaultValue", "Dimensions"} & made.keys()


def test_development_has_no_metrics_of_its_own_for_nothing_reads_them() -> None:
    assert not stack("dev").of_type("AWS::Logs::MetricFilter")


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
    assert len(measured(variant, "ResponsesHeld")) == 1


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


def test_messages_that_return_for_long_wake_somebody(variant: Stack) -> None:
    # SQS leaves what failed three times out of the age of a queue, so the age alone would not show it.
    mappings = [each for each in variant.mappings.values() if variant.target(each["EventSourceArn"]) != "Table"]
    slowest = max(variant.queues[variant.target(each["EventSourceArn"])]["VisibilityTimeout"] for each in mappings)
    alarm = variant.of_type("AWS::CloudWatch::Alarm")["ReturnedMessagesAlarm"]

    assert alarm["Period"] > slowest  # or a message could come back between two periods
    assert alarm["EvaluationPeriods"] == 2


def test_an_account_that_may_send_nothing_wakes_somebody(variant: Stack) -> None:
    assert len(measured(variant, "MailsHeldBack")) == 1


def test_every_alarm_notifies_the_topic_when_it_goes_off_and_the_urgent_ones_when_they_are_over(variant: Stack) -> None:
    alarms = variant.of_type("AWS::CloudWatch::Alarm")
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        assert alarm.get("OKActions", [{"Ref": "AlarmTopic"}]) == [{"Ref": "AlarmTopic"}], name

    # A first deployment reports each alarm that turns from no data to OK.
    assert {name.removesuffix("Alarm") for name, alarm in alarms.items() if "OKActions" in alarm} == {
        "DeadLetters", "MailsHeldBack", "ResponsesHeld", "CasesCollected", "CasesUnowned", "FailedRuns",
        "ReturnedMessages",
        "ResponseAge", "LinkAge", "AlertAge", "DeliveryAge", "PublishEventsLag", "CountFunnelLag", "ServerErrors",
        "ClientErrors", "Requests",
    }  # fmt: skip


def test_nobody_is_written_to_unless_an_address_is_given() -> None:
    condition = source()["Conditions"]["HasAlarmEmail"]

    assert source()["Parameters"]["AlarmEmail"]["Default"] == ""
    assert source()["Resources"]["AlarmMails"]["Condition"] == "HasAlarmEmail"
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}


def test_only_production_has_alarms_that_the_local_engine_does_not_take() -> None:
    assert not stack("local").of_type("AWS::CloudWatch::CompositeAlarm")
    for name, alarm in stack("local").of_type("AWS::CloudWatch::Alarm").items():
        assert "Metrics" not in alarm, name


def test_a_reader_of_the_stream_that_does_not_run_is_noticed_in_production() -> None:
    readers = {stack().target(each["FunctionName"]) for each in stack().mappings.values()
               if stack().target(each["EventSourceArn"]) == "Table"}  # fmt: skip
    silent = [alarm for alarm in ALARMS.values() if "Metrics" in alarm]

    assert readers == {
        stack().target(alarm["Metrics"][2]["MetricStat"]["Metric"]["Dimensions"][0]["Value"]) for alarm in silent
    }


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_names_a_runbook_and_the_runbook_names_the_alarm(name: str) -> None:
    match = re.fullmatch(r".+ \(docs/runbooks/([a-z-]+)\.md\)", ALARMS[name]["AlarmDescription"])

    assert match
    assert f"`{name}`" in PAGES[match[1]]


@pytest.mark.parametrize("page", PAGES)
def test_a_runbook_names_no_alarm_that_is_none_of_its(page: str) -> None:
    its = {name for name, alarm in ALARMS.items() if f"/{page}.md)" in alarm["AlarmDescription"]}
    # The page of the queues of dead letters leads to those of three of them.
    its |= {"DeadLettersAlarm"} if f"({page}.md)" in PAGES["dead-letters"].partition("| queue |")[0] else set()

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


def test_the_operating_page_lists_every_runbook() -> None:
    """What the alarms cost is in docs/costs.md, which tests/integration/price compares."""
    for page in PAGES:
        assert f"(runbooks/{page}.md)" in OPERATING, page


def test_the_alarms_of_a_function_are_named_after_it() -> None:
    for name, alarm in ALARMS.items():
        if alarm.get("MetricName") == "IteratorAge":
            function = folder_of(watched(stack(), alarm))
            assert name.startswith(pascal(function)), name
