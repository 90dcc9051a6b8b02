"""What the doctor makes of what it read: each fault is one finding, and what is well is none."""

import re
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
from earshot_cli.ops.doctor.deployed_template import Blueprint
from earshot_cli.ops.doctor.results import Finding
from earshot_cli.ops.stack import Resource

DEAD = queues.Queue("ResponseDeadLetters", None, 0)
WORK = queues.Queue("ResponseQueue", "RecordResponsesFunction", 0)
CONSUMER = consumers.Consumer("RecordResponsesFunction", "ResponseQueue", "uuid-1", "Enabled", "OK - 3 records")
READER = consumers.Consumer("PublishEventsFunction", "Table", "uuid-2", "Enabled", "OK")
FUNCTION = functions.Function("SyncCrmFunction", invocations=10)
TABLE = table.TableState(
    "earshot-Table",
    "ACTIVE",
    "NEW_AND_OLD_IMAGES",
    "expires",
    True,
    True,
    dict.fromkeys(table.INDEXES, "ACTIVE"),
)
MAIL = mail.MailState("example.com")
ANSWER = api.Answer("https://earshot.example", 200, 0.1, 0.0)
KEY = "k" * 64


def only(findings: list[Finding]) -> str:
    (finding,) = findings
    return finding.sentence


def test_a_stack_that_stands_is_well() -> None:
    assert stack_status.judge("earshot", "UPDATE_COMPLETE", {}) == []


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", "the last deployment failed and was taken back"),
        ("UPDATE_IN_PROGRESS", "it is being changed"),
        ("UPDATE_ROLLBACK_FAILED", "it stands at UPDATE_ROLLBACK_FAILED"),
    ],
)
def test_a_deployment_that_did_not_end_well_is_told(status: str, says: str) -> None:
    assert says in only(stack_status.judge("earshot", status, {}))


def test_a_resource_that_failed_is_told_by_name() -> None:
    failed = Resource("CrmQueue", "", "AWS::SQS::Queue", "CREATE_FAILED")

    assert only(stack_status.judge("earshot", "CREATE_COMPLETE", {"CrmQueue": failed})).startswith("CrmQueue: ")


def test_dead_letters_name_the_command_that_takes_them_back() -> None:
    said = only(queues.judge([replace(DEAD, waiting=3), WORK]))

    assert "3 messages could not be delivered" in said
    assert "`earshot redrive ResponseDeadLetters`" in said
    assert "docs/runbooks/dead-letters.md" in said


def test_a_dead_letter_that_somebody_looks_at_just_now_is_still_one() -> None:
    assert "1 message could not be delivered and waits here" in only(queues.judge([replace(DEAD, in_flight=1)]))


@pytest.mark.parametrize("name", ["ParkedRecords", "UncountedRecords", "UndeliveredEvents"])
def test_dead_letters_of_no_queue_have_a_page_of_their_own(name: str) -> None:
    (finding,) = queues.judge([queues.Queue(name, None, 1)])

    assert finding.runbook not in {None, "dead-letters"}


def test_work_that_is_fresh_is_no_finding_however_much_it_is() -> None:
    assert queues.judge([replace(WORK, waiting=10_000, oldest_seconds=40)]) == []


def test_work_that_waits_for_an_hour_is_told_with_who_should_do_it() -> None:
    said = only(queues.judge([replace(WORK, waiting=7, oldest_seconds=3600)]))

    assert "its oldest message has waited 60 minutes; 7 are due and 0 are being tried" in said
    assert "RecordResponsesFunction" in said


def test_work_is_too_old_for_the_doctor_when_it_is_for_the_alarm() -> None:
    def alarm(queue: str, seconds: int) -> dict[str, Any]:
        of = [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
        return {"Type": queues.ALARM, "Properties": {"MetricName": queues.AGE, "Dimensions": of, "Threshold": seconds}}

    other = {"Type": queues.ALARM, "Properties": {"MetricName": "Errors", "Dimensions": [], "Threshold": 1}}
    told: dict[str, Any] = {"A": alarm("CrmQueue", 300), "B": alarm("EmailQueue", 3600), "C": other}
    limits = queues.limits_of(Blueprint(told))

    assert limits == {"CrmQueue": 300, "EmailQueue": 3600}
    late = replace(WORK, waiting=2, oldest_seconds=300.0)
    assert "has waited" in only(queues.judge([replace(late, too_old_seconds=limits["CrmQueue"])]))
    assert queues.judge([replace(late, too_old_seconds=limits["EmailQueue"])]) == []


def test_a_queue_that_is_gone_is_told() -> None:
    assert "not there any more" in only(queues.judge([replace(WORK, is_there=False)]))


def test_consumers_that_get_on_are_well() -> None:
    assert consumers.judge([CONSUMER, READER, replace(CONSUMER, last_result="No records processed")]) == []


def test_a_consumer_that_is_off_is_told_with_the_command_that_switches_it_on() -> None:
    said = only(consumers.judge([replace(CONSUMER, state="Disabled")]))

    assert "nobody reads ResponseQueue" in said
    assert "update-event-source-mapping --uuid uuid-1 --enabled" in said


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"state": "Missing"}, "nothing leads from ResponseQueue to it"),
        ({"last_result": "PROBLEM: Function call failed"}, "its last batch from ResponseQueue failed"),
        ({"last_result": "FAILED"}, "its last batch from ResponseQueue failed"),
        ({"partial_failures": False}, "counts as done and is lost"),
    ],
)
def test_a_consumer_with_a_fault_is_told(changed: dict[str, object], says: str) -> None:
    assert says in only(consumers.judge([replace(CONSUMER, **changed)]))  # type: ignore[arg-type]


def test_a_reader_behind_the_stream_is_told_with_how_far() -> None:
    assert "it is 3 hours behind" in only(consumers.judge([replace(READER, lag=3 * 3_600_000)]))
    assert consumers.judge([replace(READER, lag=60_000)]) == []


def test_a_reader_of_a_stream_that_is_not_the_tables_any_more_is_told() -> None:
    assert "nothing new reaches it" in only(consumers.judge([replace(READER, stale_stream=True)]))


def test_a_function_as_deployed_is_well() -> None:
    assert functions.judge([FUNCTION]) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"is_there": False}, "not there any more"),
        ({"state": "Failed"}, "its state is Failed"),
        ({"missing": ["EARSHOT_BUS", "EARSHOT_TABLE"]}, "lacks EARSHOT_BUS and EARSHOT_TABLE"),
        ({"other_table": "old-table"}, "it works on the table old-table"),
        ({"reserved": 0}, "it never runs"),
        ({"errors": 4}, "4 of 10 runs failed in the last hour"),
        ({"throttles": 1}, "1 run of the last hour had to wait"),
    ],
)
def test_a_function_with_a_fault_is_told(changed: dict[str, object], says: str) -> None:
    assert says in only(functions.judge([replace(FUNCTION, **changed)]))  # type: ignore[arg-type]


def test_a_role_that_lacks_a_permission_is_told_with_its_statement_and_action() -> None:
    wanted = {"Statement": [{"Sid": "QueueTheAnswer", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"]}]}
    there = {"Statement": {"Sid": "QueueTheAnswer", "Action": "sqs:GetQueueUrl"}}

    assert roles.missing(wanted, there) == ["QueueTheAnswer (sqs:SendMessage)"]
    assert roles.missing(wanted, wanted) == []
    said = only(roles.judge([roles.Role("SubmitResponseRole", ["QueueTheAnswer (sqs:SendMessage)"])]))
    assert said.startswith("SubmitResponseRole: it lacks QueueTheAnswer (sqs:SendMessage)")


def test_a_role_that_is_gone_is_told() -> None:
    assert "it is gone" in only(roles.judge([roles.Role("SyncCrmRole", is_there=False)]))
    assert roles.judge([roles.Role("SyncCrmRole")]) == []


def test_a_table_in_service_is_well() -> None:
    assert table.judge(TABLE, must_be_protected=True) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": "ARCHIVED"}, "its status is ARCHIVED"),
        ({"stream": None}, "its stream is off"),
        ({"stream": "KEYS_ONLY"}, "its stream shows KEYS_ONLY"),
        ({"expires_by": None}, "its time to live is off"),
        ({"recoverable": False}, "its point-in-time recovery is off"),
        ({"protected": False}, "its deletion protection is off"),
        *(
            ({"indexes": {**dict.fromkeys(table.INDEXES, "ACTIVE"), index: "CREATING"}}, f"{index} is not active")
            for index in table.INDEXES
        ),
        (
            {"indexes": {index: "ACTIVE" for index in table.INDEXES if index != "DueIndex"}},
            "it has MailboxIndex, NameIndex and PeopleIndex",
        ),
    ],
)
def test_a_table_that_lacks_what_it_needs_in_service_is_told(changed: dict[str, object], says: str) -> None:
    assert says in only(table.judge(replace(TABLE, **changed), must_be_protected=True))  # type: ignore[arg-type]


def test_a_setting_that_is_off_comes_with_the_command_that_puts_it_on() -> None:
    for changed in ({"expires_by": None}, {"recoverable": False}, {"protected": False}):
        said = only(table.judge(replace(TABLE, **changed), must_be_protected=True))
        assert re.search(r"Run `aws dynamodb [a-z-]+ --table-name earshot-Table --", said)


def test_the_table_of_a_local_stack_may_be_deleted() -> None:
    assert table.judge(replace(TABLE, protected=False), must_be_protected=False) == []


def test_rules_that_lead_on_are_well() -> None:
    assert rules.judge([rules.Rule("DetractorRule", "ENABLED")], has_bus=True) == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (rules.Rule("DetractorRule", "GONE"), "not there any more"),
        (rules.Rule("DetractorRule", "DISABLED"), "reach nobody"),
        (rules.Rule("DetractorRule", "ENABLED", ["CrmQueue"]), "does not lead to CrmQueue"),
    ],
)
def test_a_rule_that_leads_nowhere_is_told(rule: rules.Rule, says: str) -> None:
    assert says in only(rules.judge([rule], has_bus=True))


def test_without_a_bus_no_rule_is_blamed() -> None:
    assert only(rules.judge([rules.Rule("DetractorRule", "GONE")], has_bus=False)).startswith("Bus: ")


@pytest.mark.parametrize("state", ["DISABLED", "GONE"])
def test_a_schedule_that_does_not_ring_is_told(state: str) -> None:
    told = schedules.judge([schedules.Schedule("HourlySchedule", state), schedules.Schedule("PlanSchedule", "ENABLED")])

    assert only(told).startswith(f"HourlySchedule: it is {state.lower()}")


@pytest.mark.parametrize("said", [KEY, f'["{KEY}"]', f'["{KEY}", "{KEY[1:]}"]'])
def test_a_secret_that_holds_keys_is_well(said: str) -> None:
    assert stack_secrets.judge("LinkSecret", said) == []


@pytest.mark.parametrize("name", ["HashSecret", "IdentitySecret"])
def test_a_secret_that_is_never_rotated_holds_one_key(name: str) -> None:
    assert stack_secrets.judge(name, KEY) == stack_secrets.judge(name, f'["{KEY}"]') == []
    told = only(stack_secrets.judge(name, f'["{KEY}", "{KEY[1:]}"]'))
    assert told.startswith(f"{name}: it is a list of keys, and can have only one.")


@pytest.mark.parametrize("said", [None, "", "short", "[]", '["short"]', f'["{KEY}", 5]', '{"key": "value"}'[:5]])
def test_a_secret_that_is_no_key_is_told_and_not_shown(said: str | None) -> None:
    for name in ("HashSecret", "LinkSecret", "IdentitySecret"):
        told = only(stack_secrets.judge(name, said))
        assert told.startswith(f"{name}: it is")
        assert '"short"' not in told


def test_mail_that_flows_is_well() -> None:
    assert mail.judge(MAIL) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"verified": False}, "SES has not verified example.com"),
        ({"sending": False}, "SES has paused sending"),
        ({"production": False}, "in the SES sandbox"),
        ({"health": "PROBATION"}, "the account is in PROBATION"),
        ({"quota": 200, "sent": 190}, "190 of 200 mails of 24 hours are spent"),
        ({"has_configuration": False, "tells": False}, "SES refuses every mail"),
        ({"tells": False}, "SES tells nothing of bounces"),
    ],
)
def test_what_keeps_mail_back_is_told(changed: dict[str, object], says: str) -> None:
    assert says in only(mail.judge(replace(MAIL, **changed)))  # type: ignore[arg-type]


def test_an_account_without_a_daily_quota_has_spent_nothing() -> None:
    assert mail.judge(replace(MAIL, quota=-1, sent=500)) == []


def test_an_api_that_answers_is_well_also_without_a_key() -> None:
    assert api.judge(ANSWER) == []
    assert api.judge(replace(ANSWER, status=401, with_key=False)) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"status": None, "reason": "NewConnectionError"}, "nothing answers at https://earshot.example"),
        ({"status": 500}, "it answers 500"),
        ({"status": 403}, "it refuses the key (403)"),
        ({"status": 404}, "as no Earshot does"),
        ({"seconds": 7.5}, "it took 7.5 seconds"),
        ({"ahead": 600.0}, "its clock is 10 minutes ahead of this machine's"),
        ({"ahead": -600.0}, "its clock is 10 minutes behind this machine's"),
    ],
)
def test_an_api_that_is_not_well_is_told(changed: dict[str, object], says: str) -> None:
    assert says in only(api.judge(replace(ANSWER, **changed)))  # type: ignore[arg-type]


def test_a_day_whose_counts_are_wrong_is_told_with_the_command_that_counts_it_anew() -> None:
    right = counts.Day("demo", "2026-11-20", [1] * 11, [1] * 11)
    wrong = replace(right, day="2026-11-21", recounted=[1] * 10 + [0])
    said = only(counts.judge([right, wrong]))

    assert "on 2026-11-21 11 responses are counted, a recount finds 10" in said
    assert "`earshot rebuild demo --day 2026-11-21`" in said


def test_every_page_that_a_finding_names_is_there() -> None:
    root = Path(__file__).parents[5]
    sources = [path.read_text(encoding="utf-8") for path in (root / "cli/earshot_cli/ops/doctor").glob("*.py")]
    pages = {path.stem for path in (root / "docs/runbooks").glob("*.md")}
    quoted = {word for source in sources for word in re.findall(r'"([a-z]+-[a-z-]+)"', source)}

    assert quoted - {"user-agent", "earshot-cli"} <= pages
    assert len(quoted & pages) >= 9


def test_a_stack_that_does_not_say_where_it_answers_is_told_so() -> None:
    (finding,) = api.examine("", None).findings
    assert finding.sentence.startswith("API: the stack does not say where it answers. Deploy the stack again")
