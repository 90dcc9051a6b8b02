"""What goes wrong in the night, done on purpose: what reports it, what fixes it, and that nothing was lost."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.cli_runner import Doctor, earshot, move
from tests.e2e.conftest import _end, start_stack
from tests.e2e.releases import mapping_of, release
from tests.e2e.survey_client import Survey, depth, histogram, new_id, physical, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Crm, Stack


# What breaks, what fixes it, and what the doctor says in between.
BY_HAND = (
    ("add_a_variable", "remove_the_variable", ("ManageSurveysFunction", "deployed last: BY_HAND.", "or publish it")),
    ("disable_rule", "enable_rule", ("ReplayRule", "it is disabled", "`earshot replay --since`")),
    ("stop_schedule", "start_schedule", ("HourlySchedule", "it is disabled")),
    ("reserve_nothing", "reserve_no_more", ("SyncCrmFunction", "it never runs")),
    ("disable_expiry", "enable_expiry", ("Table", "its time to live is off", "update-time-to-live")),
    ("recover_nothing", "recover_again", ("Table", "its point-in-time recovery is off")),
    ("spoil_secret", "fix_secret", ("LinkSecret", "not a key of at least 16 characters")),
    ("unverify", "verify", ("Mail", "SES has not verified example.com")),
    ("lose_failures", "report_failures", ("SyncCrmFunction", "ReportBatchItemFailures", "is lost")),
    ("miscount", "count_right", ("Counts of", "`earshot rebuild")),
)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, crm: "Crm") -> Iterator["Stack"]:
    """A stack of its own: what is broken in it is broken for nobody else."""
    running = start_stack(tmp_path_factory.mktemp("ward"), crm.url)
    try:
        # `make run` calls each consumer once when it has started: one held back meanwhile would count as failing.
        until(lambda: _not_called(running), lambda functions: not functions, 90)
        yield running
    finally:
        _end(running.process)


def test_a_stack_that_nobody_broke_is_well(ward: "Stack") -> None:
    survey = Survey(ward)
    survey.send(9)
    survey.counted(1)
    doctor = Doctor(ward)

    assert doctor.complaints == []
    assert doctor.is_content
    assert doctor.checks["Counts"]["summary"].endswith("1 response recounted")
    assert not any(check["unchecked"] for check in doctor.checks.values())
    drawn = earshot(ward, "doctor", "--send-test")
    assert drawn.returncode == 0
    assert "sent to success@simulator.amazonses.com" in " ".join(drawn.stdout.split())
    assert "All is well." in drawn.stdout


def test_a_missing_permission_is_reported_by_name(ward: "Stack") -> None:
    iam, role = ward.client("iam"), physical(ward, "SubmitResponseRole")
    policy = iam.get_role_policy(RoleName=role, PolicyName="least-privilege")["PolicyDocument"]
    kept = [statement for statement in policy["Statement"] if statement["Sid"] != "QueueSubmissions"]
    _put_policy(iam, role, {**policy, "Statement": kept})

    assert Doctor(ward).complains("SubmitResponseRole", "QueueSubmissions (sqs:SendMessage)", "Deploy the stack again")

    _put_policy(iam, role, policy)
    assert Doctor(ward).complaints == []


def test_a_change_by_hand_is_reported_until_it_is_fixed(ward: "Stack") -> None:
    hand = Hand(ward)
    try:
        for breaks, _, _ in BY_HAND:
            getattr(hand, breaks)()
        complaints = Doctor(ward).complaints
    finally:
        for _, fixes, _ in BY_HAND:
            getattr(hand, fixes)()

    reported = {
        breaks: [one for one in complaints if all(word in one for word in message)] for breaks, _, message in BY_HAND
    }
    assert {breaks: len(found) for breaks, found in reported.items()} == {breaks: 1 for breaks, _, _ in BY_HAND}
    assert sorted(complaints) == sorted(one for found in reported.values() for one in found), "and of nothing else"
    assert Doctor(ward).complaints == []


def test_dead_letters_are_reported_and_redriven_responses_are_counted_once(ward: "Stack") -> None:
    survey, function = Survey(ward), "RecordResponsesFunction"
    variables = _variables(ward, function)
    lacking = {name: value for name, value in variables.items() if name != "EARSHOT_TABLE"}
    release(ward, function, Environment={"Variables": lacking})
    try:
        with _impatient(ward):
            for score in (10, 9, 0):
                survey.send(score)
            until(lambda: depth(ward, "ResponseDeadLetters"), lambda found: found == 3, 40)
        doctor = Doctor(ward)
        rings = _rings_for_dead_letters(ward)
    finally:
        release(ward, function, Environment={"Variables": variables})

    assert doctor.complains("ResponseDeadLetters", "3 messages failed", "`earshot redrive")
    assert doctor.complains("RecordResponsesFunction", "its configuration lacks EARSHOT_TABLE")
    assert doctor.complains("RecordResponsesFunction", "its last batch from ResponseQueue failed")
    assert rings
    redriven = earshot(ward, "redrive", "ResponseDeadLetters")
    assert redriven.returncode == 0, redriven.stderr
    assert survey.counted(3)["histogram"] == histogram(10, 9, 0)
    assert earshot(ward, "redrive", "ResponseDeadLetters").returncode == 0
    assert survey.counted(3)["histogram"] == histogram(10, 9, 0)
    assert not Doctor(ward).complains("ResponseDeadLetters")
    assert not _rings_for_dead_letters(ward)


def test_a_consumer_that_is_dead_for_an_hour_is_reported_and_its_responses_are_counted_once(ward: "Stack") -> None:
    survey, consumer = Survey(ward), mapping_of(ward, "RecordResponsesFunction", "ResponseQueue")
    _switch(ward, consumer, on=False)
    sent = [new_id() for _ in range(6)]
    for number, one in enumerate([*sent, *sent[:3]]):
        survey.send(10 if number % 6 < 4 else 0, id=one)
    move(ward, "+1h")

    doctor = Doctor(ward)
    assert doctor.complains("RecordResponsesFunction", "ResponseQueue is not read", f"--uuid {consumer} --enabled")
    assert doctor.complains("ResponseQueue", "its oldest message has waited 60 minutes", "RecordResponsesFunction")
    assert _would_ring(ward, "ResponseAgeAlarm")
    assert survey.nps(window="all")["responses"] == 0

    _switch(ward, consumer, on=True)
    assert survey.counted(6)["histogram"] == histogram(10, 10, 10, 10, 0, 0)
    assert earshot(ward, "audit", survey.id).returncode == 0
    assert not [reported for reported in Doctor(ward).complaints if "ResponseQueue" in reported]


class Hand:
    """What a hand in the console may change, each with its way back."""

    def __init__(self, stack: "Stack") -> None:
        self.stack = stack

    def add_a_variable(self) -> None:
        self._variables({"BY_HAND": "yes"})

    def remove_the_variable(self) -> None:
        self._variables({})

    def disable_rule(self) -> None:
        self.stack.client("events").disable_rule(**self._rule())

    def enable_rule(self) -> None:
        self.stack.client("events").enable_rule(**self._rule())

    def stop_schedule(self) -> None:
        self._schedule("DISABLED")

    def start_schedule(self) -> None:
        self._schedule("ENABLED")

    def reserve_nothing(self) -> None:
        function = physical(self.stack, "SyncCrmFunction")
        self.stack.client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)

    def reserve_no_more(self) -> None:
        function = physical(self.stack, "SyncCrmFunction")
        self.stack.client("lambda").delete_function_concurrency(FunctionName=function)

    def disable_expiry(self) -> None:
        self._expire(enabled=False)

    def enable_expiry(self) -> None:
        self._expire(enabled=True)

    def recover_nothing(self) -> None:
        self._recover(enabled=False)

    def recover_again(self) -> None:
        self._recover(enabled=True)

    def spoil_secret(self) -> None:
        secrets, name = self.stack.client("secretsmanager"), physical(self.stack, "LinkSecret")
        (self.stack.local_dir / "kept").write_text(secrets.get_secret_value(SecretId=name)["SecretString"])
        secrets.put_secret_value(SecretId=name, SecretString="changeme")

    def fix_secret(self) -> None:
        kept = (self.stack.local_dir / "kept").read_text()
        name = physical(self.stack, "LinkSecret")
        self.stack.client("secretsmanager").put_secret_value(SecretId=name, SecretString=kept)

    def unverify(self) -> None:
        self.stack.client("sesv2").delete_email_identity(EmailIdentity="example.com")

    def verify(self) -> None:
        self.stack.client("sesv2").create_email_identity(EmailIdentity="example.com")

    def lose_failures(self) -> None:
        self._responses([])

    def report_failures(self) -> None:
        self._responses(["ReportBatchItemFailures"])

    def miscount(self) -> None:
        self._add_to_a_count(1)

    def count_right(self) -> None:
        self._add_to_a_count(-1)

    def _variables(self, more: dict[str, str]) -> None:
        variables = _variables(self.stack, "ManageSurveysFunction")
        variables.pop("BY_HAND", None)
        function = physical(self.stack, "ManageSurveysFunction")
        self.stack.client("lambda").update_function_configuration(
            FunctionName=function, Environment={"Variables": variables | more}
        )

    def _rule(self) -> dict[str, str]:
        name = physical(self.stack, "ReplayRule").rpartition("|")[2]
        return {"Name": name, "EventBusName": "earshot"}

    def _schedule(self, state: str) -> None:
        scheduler = self.stack.client("scheduler")
        known = scheduler.get_schedule(Name=physical(self.stack, "HourlySchedule"))
        kept = {name: known[name] for name in ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
        scheduler.update_schedule(**kept, State=state)

    def _expire(self, *, enabled: bool) -> None:
        fields = {"AttributeName": "expires", "Enabled": enabled}
        table = physical(self.stack, "Table")
        self.stack.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=fields)

    def _recover(self, *, enabled: bool) -> None:
        fields = {"PointInTimeRecoveryEnabled": enabled}
        table = physical(self.stack, "Table")
        self.stack.client("dynamodb").update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification=fields
        )

    def _responses(self, types: list[str]) -> None:
        mapping = mapping_of(self.stack, "SyncCrmFunction", "DeliveryQueue")
        self.stack.client("lambda").update_event_source_mapping(UUID=mapping, FunctionResponseTypes=types)

    def _add_to_a_count(self, by: int) -> None:
        dynamodb, table = self.stack.client("dynamodb"), physical(self.stack, "Table")
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table,
            FilterExpression="begins_with(pk, :counts) AND h9 > :none",
            ExpressionAttributeValues={":counts": {"S": "C#"}, ":none": {"N": "0"}},
        )
        found = [item for page in pages for item in page["Items"]]
        key = {name: found[0][name] for name in ("pk", "sk")}
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="ADD h9 :by",
            ExpressionAttributeValues={":by": {"N": str(by)}},
        )


def _not_called(stack: "Stack") -> list[str]:
    """The consumers that nobody called yet, as CloudWatch counts it."""
    mappings = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return sorted(name for mapping in mappings if not _calls(stack, name := mapping["FunctionArn"].split(":")[6]))


def _calls(stack: "Stack", function: str) -> float:
    now = datetime.now(UTC)
    points = stack.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(float(point["Sum"]) for point in points)


def _switch(stack: "Stack", mapping: str, *, on: bool) -> None:
    stack.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=on)


def _put_policy(iam: Any, role: str, policy: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role, PolicyName="least-privilege", PolicyDocument=json.dumps(policy))


def _variables(stack: "Stack", function: str) -> dict[str, str]:
    reply = stack.client("lambda").get_function_configuration(FunctionName=physical(stack, function))
    return dict(reply["Environment"]["Variables"])


@contextmanager
def _impatient(stack: "Stack") -> Iterator[None]:
    """Make a failed message come back at once, and give it up after two: ten, minutes apart, take half an hour."""
    sqs, url = stack.client("sqs"), physical(stack, "ResponseQueue")
    reply = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])["Attributes"]
    policy = json.dumps({**json.loads(reply["RedrivePolicy"]), "maxReceiveCount": 2})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0", "RedrivePolicy": policy})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes=reply)


def _rings_for_dead_letters(stack: "Stack") -> bool:
    """Return whether the deployed alarm goes off by what the planner counts in the queues of dead letters.

    The engine makes no metrics of log lines, so what the planner wrote is published here; and it looks at an alarm only
    then.
    """
    log, plan = stack.local_dir / "engine.log", "PlanQueue"
    seen = len(log.read_bytes())
    url = stack.client("sqs").get_queue_url(QueueName=physical(stack, plan).rpartition("/")[2])["QueueUrl"]
    stack.client("sqs").send_message(QueueUrl=url, MessageBody='{"all_shards": true}')
    written = until(
        lambda: log.read_bytes()[seen:].decode(errors="replace"), lambda text: "planning started" in text, 30
    )
    until(lambda: depth(stack, plan), lambda found: found == 0, 30)
    written = log.read_bytes()[seen:].decode(errors="replace")
    found = re.search(r'\{"function":"PlanReminders","DeadLetters":\d+\}', written)
    if not found:
        assert "dead letters wait" not in written
        return False
    line, cloudwatch = json.loads(found[0]), stack.client("cloudwatch")
    alarms = [physical(stack, "DeadLettersAlarm")]
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=alarms)["MetricAlarms"]
    metric = {"MetricName": "DeadLetters", "Value": line["DeadLetters"]}
    cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[metric])
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=alarms)["MetricAlarms"]
    assert "ResponseDeadLetters" in written
    return bool(alarm["StateValue"] == "ALARM")


def _would_ring(stack: "Stack", alarm: str) -> bool:
    """Compare the deployed alarm with its own metric: the engine looks at an alarm only when somebody puts metrics."""
    cloudwatch = stack.client("cloudwatch")
    (reply,) = cloudwatch.describe_alarms(AlarmNames=[physical(stack, alarm)])["MetricAlarms"]
    assert reply["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    metric = {name: reply[name] for name in ("Namespace", "MetricName", "Dimensions")}
    stat = {"Metric": metric, "Period": reply["Period"], "Stat": reply["Statistic"]}
    now = datetime.now(UTC)
    (result,) = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=now - timedelta(minutes=2),
        EndTime=now + timedelta(minutes=1),
    )["MetricDataResults"]
    newest = max(zip(result["Timestamps"], result["Values"], strict=True), key=lambda pair: str(pair[0]))
    return bool(newest[1] >= reply["Threshold"])
