"""What the doctor makes of what it read: each fault is one finding, and what is well is none."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.ops.doctor import (
    api,
    consumers,
    counts,
    functions,
    mail,
    queues,
    roles,
    rules,
    schedules,
    stack_secrets,
    stack_status,
    table,
)
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.released import Release
from earshot_cli.ops.doctor.results import Finding
from earshot_cli.ops.restore.retired import Retirement
from earshot_cli.ops.stack import Resource

DEAD = queues.Queue("ResponseDeadLetters", None, 0)
WORK = queues.Queue("ResponseQueue", "RecordResponsesFunction", 0)
CONSUMER = consumers.Consumer("RecordResponsesFunction", "ResponseQueue", "uuid-1", "Enabled", "OK - 3 records")
READER = consumers.Consumer("PublishEventsFunction", "Table", "uuid-2", "Enabled", "OK")
FUNCTION = functions.Function("SyncCrmFunction", invocations=10)
INDEX = table.Index((("due_shard", "HASH"),), "KEYS_ONLY")
WANTED = table.TableState(
    "Table",
    "ACTIVE",
    (("pk", "HASH"), ("sk", "RANGE")),
    "NEW_AND_OLD_IMAGES",
    "expires",
    True,
    True,
    dict.fromkeys(table.INDEXES, INDEX),
)
TABLE = replace(WANTED, name="earshot-Table")
MAIL = mail.MailState("example.com")
REPLY = api.Reply("https://earshot.example", 200, 0.1, 0.0)
KEY = "k" * 64


def found(module: Any, *states: Any, **options: Any) -> list[Finding]:
    """Return what a check finds in some states."""
    return [Finding("Subject", *fault) for state in states for fault in module.faults(state, **options)]


def only(findings: Iterable[Finding]) -> str:
    (finding,) = findings
    return finding.sentence


def test_a_stack_that_stands_is_well() -> None:
    assert not list(stack_status.findings_of("earshot", "UPDATE_COMPLETE", {}))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "the last deployment failed and was rolled back"),
        ("UPDATE_IN_PROGRESS", "it is being changed"),
        ("UPDATE_ROLLBACK_FAILED", "its status is UPDATE_ROLLBACK_FAILED"),
    ],
)
def test_a_failed_deployment_is_reported(status: str, message: str) -> None:
    assert message in only(stack_status.findings_of("earshot", status, {}))


def test_a_failed_resource_is_reported_by_name() -> None:
    failed = Resource("DeliveryQueue", "", "AWS::SQS::Queue", "CREATE_FAILED")

    assert only(stack_status.findings_of("earshot", "CREATE_COMPLETE", {"DeliveryQueue": failed})).startswith(
        "DeliveryQueue: "
    )


def test_dead_letters_name_the_command_that_redrives_them() -> None:
    finding = only(found(queues, replace(DEAD, waiting=3), WORK))

    assert "3 messages failed and wait here" in finding
    assert "`earshot redrive ResponseDeadLetters`" in finding
    assert "docs/runbooks/dead-letters.md" in finding


def test_a_dead_letter_in_flight_is_still_counted() -> None:
    assert "1 message failed and waits here" in only(found(queues, replace(DEAD, in_flight=1)))


@pytest.mark.parametrize("name", ["ParkedRecords", "UncountedRecords", "UndeliveredEvents"])
def test_dead_letters_of_an_unknown_queue_have_a_page_of_their_own(name: str) -> None:
    (finding,) = found(queues, queues.Queue(name, None, 1))

    assert finding.runbook not in {None, "dead-letters"}


def test_work_that_is_fresh_is_no_finding_however_much_it_is() -> None:
    assert found(queues, replace(WORK, waiting=10_000, oldest_seconds=40)) == []


def test_work_that_waits_for_an_hour_is_reported_with_its_consumer() -> None:
    finding = only(found(queues, replace(WORK, waiting=7, oldest_seconds=3600)))

    assert "its oldest message has waited 60 minutes; 7 are due and 0 are in flight" in finding
    assert "RecordResponsesFunction" in finding


def test_work_is_too_old_for_the_doctor_when_it_is_for_the_alarm() -> None:
    def alarm(queue: str, seconds: int) -> dict[str, Any]:
        of = [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
        return {"Type": queues.ALARM, "Properties": {"MetricName": queues.AGE, "Dimensions": of, "Threshold": seconds}}

    other = {"Type": queues.ALARM, "Properties": {"MetricName": "Errors", "Dimensions": [], "Threshold": 1}}
    reported: dict[str, Any] = {"A": alarm("DeliveryQueue", 300), "B": alarm("EmailQueue", 3600), "C": other}
    limits = queues.age_limits(DeployedTemplate(reported))

    assert limits == {"DeliveryQueue": 300, "EmailQueue": 3600}
    late = replace(WORK, waiting=2, oldest_seconds=300.0)
    assert "has waited" in only(found(queues, replace(late, too_old_seconds=limits["DeliveryQueue"])))
    assert found(queues, replace(late, too_old_seconds=limits["EmailQueue"])) == []


def test_a_deleted_queue_is_reported() -> None:
    assert "no longer exists" in only(found(queues, replace(WORK, exists=False)))


def test_consumers_that_get_on_are_well() -> None:
    assert found(consumers, CONSUMER, READER, replace(CONSUMER, last_result="No records processed")) == []


def test_a_disabled_consumer_is_reported_with_the_command_that_enables_it() -> None:
    finding = only(found(consumers, replace(CONSUMER, state="Disabled")))

    assert "ResponseQueue is not read" in finding
    assert "update-event-source-mapping --uuid uuid-1 --enabled" in finding


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"state": "Missing"}, "it has no mapping from ResponseQueue"),
        ({"last_result": "PROBLEM: Function call failed"}, "its last batch from ResponseQueue failed"),
        ({"last_result": "FAILED"}, "its last batch from ResponseQueue failed"),
        ({"partial_failures": False}, "counts as done and is lost"),
    ],
)
def test_a_faulty_consumer_is_reported(changed: dict[str, object], message: str) -> None:
    assert message in only(found(consumers, replace(CONSUMER, **changed)))  # type: ignore[arg-type]


def test_a_lagging_stream_reader_is_reported_with_its_lag() -> None:
    assert "it is 3 hours behind" in only(found(consumers, replace(READER, lag=3 * 3_600_000)))
    assert found(consumers, replace(READER, lag=60_000)) == []


def test_a_reader_of_a_former_stream_of_the_table_is_reported() -> None:
    assert "it receives nothing new" in only(found(consumers, replace(READER, stale_stream=True)))


def test_a_function_as_deployed_is_well() -> None:
    assert found(functions, FUNCTION) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exists": False}, "no longer exists"),
        ({"state": "Failed"}, "its state is Failed"),
        ({"missing": ["EARSHOT_BUS", "EARSHOT_TABLE"]}, "lacks EARSHOT_BUS and EARSHOT_TABLE"),
        ({"other_table": "old-table"}, "it uses the table old-table"),
        ({"reserved": 0}, "it never runs"),
        ({"errors": 4}, "4 of 10 runs failed in the last hour"),
        ({"throttles": 1}, "Lambda throttled 1 run in the last hour"),
        ({"release": Release(is_live=False)}, "it has no alias live, so nothing that calls it reaches it"),
        ({"release": Release(differs=["the code", "EARSHOT_TABLE"])}, "deployed last: the code and EARSHOT_TABLE"),
        ({"release": Release(shifting={"7": 0.1})}, "10% of its calls go to version 7"),
    ],
)
def test_a_faulty_function_is_reported(changed: dict[str, object], message: str) -> None:
    assert message in only(found(functions, replace(FUNCTION, **changed)))  # type: ignore[arg-type]


def test_a_missing_permission_is_reported_with_its_statement_and_action() -> None:
    wanted = {"Statement": [{"Sid": "QueueSubmissions", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"]}]}
    there = {"Statement": {"Sid": "QueueSubmissions", "Action": "sqs:GetQueueUrl"}}

    assert roles.missing(wanted, there) == ["QueueSubmissions (sqs:SendMessage)"]
    assert roles.missing(wanted, wanted) == []
    finding = only(roles.findings_of("SubmitResponseRole", ["QueueSubmissions (sqs:SendMessage)"]))
    assert finding.startswith("SubmitResponseRole: it lacks QueueSubmissions (sqs:SendMessage)")


def test_a_statement_that_depends_on_a_parameter_is_not_missed() -> None:
    always = {"Sid": "Send", "Action": "ses:SendEmail"}
    wanted = {"Statement": [always, {"Fn::If": ["IsTried", {"Sid": "More", "Action": "ses:SendRawEmail"}, {}]}]}
    assert roles.missing(wanted, {"Statement": [always]}) == []
    assert roles.missing(wanted, {"Statement": []}) == ["Send (ses:SendEmail)"]


def test_a_deleted_role_is_reported() -> None:
    assert "it no longer exists" in only(roles.findings_of("SyncCrmRole", None))
    assert not list(roles.findings_of("SyncCrmRole", []))


def test_a_table_in_service_is_well() -> None:
    assert found(table, TABLE, wanted=WANTED, must_be_protected=True) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": "ARCHIVED"}, "its status is ARCHIVED"),
        ({"stream": None}, "its stream is off"),
        ({"stream": "KEYS_ONLY"}, "its stream shows KEYS_ONLY"),
        ({"expires_by": None}, "its time to live is off"),
        ({"recoverable": False}, "its point-in-time recovery is off"),
        ({"protected": False}, "its deletion protection is off"),
        ({"keys": (("id", "HASH"),)}, "its keys are {'id': 'HASH'}, not {'pk': 'HASH', 'sk': 'RANGE'}"),
        ({"retirement": Retirement("restored", 0)}, "is retired: restored took its place"),
        *(
            ({"indexes": {**WANTED.indexes, index: replace(INDEX, status="CREATING")}}, f"{index} is not active")
            for index in table.INDEXES
        ),
        *(
            ({"indexes": {**WANTED.indexes, index: replace(INDEX, projection="ALL")}}, f"{index} has other keys")
            for index in table.INDEXES
        ),
        (
            {"indexes": {index: INDEX for index in table.INDEXES if index != "DueIndex"}},
            "it has MailboxIndex, NameIndex and PeopleIndex",
        ),
    ],
)
def test_a_table_that_lacks_a_setting_is_reported(changed: dict[str, object], message: str) -> None:
    assert message in only(found(table, replace(TABLE, **changed), wanted=WANTED, must_be_protected=True))  # type: ignore[arg-type]


def test_a_setting_that_is_off_comes_with_the_command_that_puts_it_on() -> None:
    for changed in ({"expires_by": None}, {"recoverable": False}, {"protected": False}):
        finding = only(found(table, replace(TABLE, **changed), wanted=WANTED, must_be_protected=True))
        assert re.search(r"Run `aws dynamodb [a-z-]+ --table-name earshot-Table --", finding)


def test_the_table_of_a_local_stack_may_be_deleted() -> None:
    assert found(table, replace(TABLE, protected=False), wanted=WANTED, must_be_protected=False) == []


def test_rules_that_lead_on_are_well() -> None:
    assert not list(rules.findings_of([rules.Rule("ReplayRule", "ENABLED")], has_bus=True))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (rules.Rule("ReplayRule", "GONE"), "no longer exists"),
        (rules.Rule("ReplayRule", "DISABLED"), "its events are not delivered"),
        (rules.Rule("ReplayRule", "ENABLED", ["DeliveryQueue"]), "does not send to DeliveryQueue"),
    ],
)
def test_a_rule_that_leads_nowhere_is_reported(rule: rules.Rule, message: str) -> None:
    assert message in only(rules.findings_of([rule], has_bus=True))


def test_without_a_bus_no_rule_is_blamed() -> None:
    assert only(rules.findings_of([rules.Rule("ReplayRule", "GONE")], has_bus=False)).startswith("Bus: ")


@pytest.mark.parametrize("state", ["DISABLED", "GONE"])
def test_a_schedule_that_does_not_run_is_reported(state: str) -> None:
    assert only(schedules.findings_of("HourlySchedule", state)).startswith(f"HourlySchedule: it is {state.lower()}")
    assert not list(schedules.findings_of("PlanSchedule", "ENABLED"))


@pytest.mark.parametrize("expected", [KEY, f'["{KEY}"]', f'["{KEY}", "{KEY[1:]}"]'])
def test_a_secret_that_holds_keys_is_well(expected: str) -> None:
    assert not list(stack_secrets.findings_of("LinkSecret", expected))


@pytest.mark.parametrize("name", ["HashSecret", "IdentitySecret"])
def test_a_secret_that_is_never_rotated_holds_one_key(name: str) -> None:
    for value in (KEY, f'["{KEY}"]'):
        assert not list(stack_secrets.findings_of(name, value))
    finding = only(stack_secrets.findings_of(name, f'["{KEY}", "{KEY[1:]}"]'))
    assert finding.startswith(f"{name}: it is a list of keys, but must be a single key.")


@pytest.mark.parametrize("expected", [None, "", "short", "[]", '["short"]', f'["{KEY}", 5]', '{"key": "value"}'[:5]])
def test_an_invalid_secret_is_reported_and_not_shown(expected: str | None) -> None:
    for name in ("HashSecret", "LinkSecret", "IdentitySecret"):
        finding = only(stack_secrets.findings_of(name, expected))
        assert finding.startswith(f"{name}: it is")
        assert '"short"' not in finding


@pytest.mark.parametrize("former", [None, "", KEY[::-1]])
def test_the_secret_of_the_cdn_names_the_current_key_and_the_former(former: str | None) -> None:
    assert not list(stack_secrets.findings_of("CdnSecret", json.dumps({"current": KEY, "former": former})))


@pytest.mark.parametrize(
    "held", [None, {}, {"former": KEY}, {"current": "", "former": KEY}, {"current": "short"}, {"current": 5}, '{"half']
)
def test_a_secret_of_the_cdn_without_its_key_is_reported_with_what_it_costs(held: object) -> None:
    value = held if held is None or isinstance(held, str) else json.dumps(held)
    finding = only(stack_secrets.findings_of("CdnSecret", value))
    assert "share the limits of one network" in finding


def test_mail_that_flows_is_well() -> None:
    assert found(mail, MAIL) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"verified": False}, "SES has not verified example.com"),
        ({"sending": False}, "SES has paused sending"),
        ({"production": False}, "in the SES sandbox"),
        ({"health": "PROBATION"}, "SES reports the account as PROBATION"),
        ({"quota": 200, "sent": 190}, "190 of 200 mails of 24 hours are used"),
        ({"has_configuration": False, "feedback": False}, "SES refuses every mail"),
        ({"dkim": "PENDING"}, "DKIM of example.com is pending"),
        ({"refused": "no such set: deploy the stack again"}, "No such set: deploy the stack again."),
        ({"feedback": False}, "SES reports no bounces"),
    ],
)
def test_what_keeps_mail_back_is_reported(changed: dict[str, object], message: str) -> None:
    assert message in only(found(mail, replace(MAIL, **changed)))  # type: ignore[arg-type]


def test_an_account_without_a_daily_quota_has_spent_nothing() -> None:
    assert found(mail, replace(MAIL, quota=-1, sent=500)) == []


def test_a_healthy_api_passes_also_without_a_key() -> None:
    assert found(api, REPLY) == []
    assert found(api, replace(REPLY, status=401, with_key=False)) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"status": None, "reason": "NewConnectionError"}, "no reply from https://earshot.example"),
        ({"status": 500}, "it replies 500"),
        ({"status": 403}, "it refuses the key (403)"),
        ({"status": 404}, "which Earshot never does"),
        ({"seconds": 7.5}, "it took 7.5 seconds"),
        ({"ahead": 600.0}, "its clock is 10 minutes ahead of this machine's"),
        ({"ahead": -600.0}, "its clock is 10 minutes behind this machine's"),
    ],
)
def test_an_unhealthy_api_is_reported(changed: dict[str, object], message: str) -> None:
    assert message in only(found(api, replace(REPLY, **changed)))  # type: ignore[arg-type]


def test_a_day_with_wrong_counts_is_reported_with_the_command_that_rebuilds_it() -> None:
    right = counts.Day("demo", "2026-11-20", [1] * 11, [1] * 11)
    wrong = replace(right, day="2026-11-21", recounted=[1] * 10 + [0])
    finding = only(counts.findings(wrong))

    assert "11 responses are counted on 2026-11-21, but a recount finds 10" in finding
    assert not list(counts.findings(right))
    assert "`earshot rebuild demo --day 2026-11-21`" in finding


def test_every_page_that_a_finding_names_is_there() -> None:
    root = Path(__file__).parents[5]
    sources = [path.read_text(encoding="utf-8") for path in (root / "cli/earshot_cli/ops/doctor").glob("*.py")]
    pages = {path.stem for path in (root / "docs/runbooks").glob("*.md")}
    quoted = {word for source in sources for word in re.findall(r'"([a-z]+-[a-z-]+)"', source)}

    assert quoted - {"user-agent", "earshot-cli"} <= pages
    assert len(quoted & pages) >= 9


def test_a_stack_without_a_url_is_reported() -> None:
    (finding,) = api.check("", None).findings
    assert finding.sentence.startswith("API: the stack has no output with its address. Deploy the stack again")
