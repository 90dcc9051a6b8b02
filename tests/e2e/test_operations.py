"""Operators' commands on the deployed stack: dead letters redriven, the table published again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from earshot_cli.local.engine import credentials
from tests.e2e.bus_listener import Event, Listener
from tests.e2e.conftest import Crm, Delivery, Stack
from tests.e2e.survey_client import Survey, depth, histogram, message, new_id, now, physical, settle, until


@pytest.fixture
def soon(stack: Stack) -> Iterator[None]:
    """Make a failed message come back at once, so that ten failures take a second and not half an hour."""
    sqs, urls = stack.client("sqs"), [physical(stack, name) for name in ("ResponseQueue", "LinkQueue")]
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    yield
    for url in urls:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "180"})


def earshot(stack: Stack, *words: str, exit_code: int = 0, env: dict[str, str] | None = None) -> str:
    """Run the command as an operator next to the local stack would; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "earshot_cli.main", *words],
        env={**os.environ, "EARSHOT_LOCAL_DIR": str(stack.local_dir), **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done.stdout + done.stderr


def data_of(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = event["detail"]["data"]
    return data


def id_of(event: Event) -> str:
    return str(event["detail"]["metadata"]["id"])


def received(crm: Crm, response: str) -> list[Delivery]:
    return [delivery for delivery in list(crm.deliveries) if delivery.data["response"] == response]


def delete_delivery(stack: Stack, event: Event) -> None:
    """Delete what is known of a detractor's delivery to the CRM, as if its event had never come there."""
    table, ours = physical(stack, "Table"), {":id": {"S": id_of(event)}, ":crm": {"S": "D#crm"}}
    dynamodb = stack.client("dynamodb")
    (item,) = until(
        lambda: dynamodb.scan(
            TableName=table, FilterExpression="pk = :crm AND contains(sk, :id)", ExpressionAttributeValues=ours
        )["Items"],
        lambda found: [each["state"]["S"] for each in found] == ["delivered"],
    )
    dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


def is_replayed(event: Event) -> bool:
    return bool(event["detail"]["metadata"].get("replayed"))


def test_dead_lettered_responses_are_redriven_and_counted_once(stack: Stack, soon: None) -> None:
    missing = f"s-{uuid4().hex[:12]}"
    sent = new_id()
    message = {"survey": missing, "id": sent, "kind": "final", "received": now(), "score": 9}
    body = json.dumps({"version": 1, "submissions": [message]})
    stack.client("sqs").purge_queue(QueueUrl=physical(stack, "ResponseDeadLetters"))
    for _ in range(3):
        stack.client("sqs").send_message(QueueUrl=physical(stack, "ResponseQueue"), MessageBody=body)
    until(lambda: depth(stack, "ResponseDeadLetters"), lambda found: found == 3, seconds=40)

    output = earshot(stack, "redrive", "ResponseQueue", "--most", "1")
    assert "1 message of ResponseDeadLetters went back to ResponseQueue." in output
    assert "1 message failed again and came back" in output
    until(lambda: depth(stack, "ResponseDeadLetters"), lambda found: found == 3)

    survey = Survey.__new__(Survey)
    survey.stack, survey.id, survey.path = stack, missing, f"/v1/surveys/{missing}"
    assert survey.change("PUT", name="Made too late").status == 201
    assert "nothing was moved: " in earshot(stack, "redrive", "ResponseDeadLetters", "--dry-run")
    output = earshot(stack, "redrive", "ResponseDeadLetters")
    assert "3 messages of ResponseDeadLetters went back to ResponseQueue." in output
    survey.counted(1)
    assert depth(stack, "ResponseQueue") == 0


@pytest.mark.parametrize(
    ("queue", "dead"), [("ResponseQueue", "ResponseDeadLetters"), ("LinkQueue", "LinkDeadLetters")]
)
def test_what_a_queue_may_not_carry_changes_nothing_and_is_redriven_to_its_own_queue(
    stack: Stack, soon: None, queue: str, dead: str
) -> None:
    """An attacker with a public function may send to its queue; no erasure and no key's word comes through."""
    survey = Survey(stack)
    sent = survey.batch({"score": 3, "person": "ann", "comment": "It was cold"})[0]
    before = survey.recorded(sent, score=3)
    forged = [
        survey.submission("erased", None, sent),
        survey.submission("changed_with_key", 10, sent, person="ann", rank="keyed"),
        survey.submission("changed_with_key", 10, sent, person="ann", rank="signed"),
        survey.submission("anonymised", 10, sent),
        survey.submission(
            "final", 10, sent, rank="signed", **{"import": "any", "updates": True, "properties": {"plan": "x"}}
        ),
        survey.submission("final", 10, new_id(), rank="keyed")
        if queue == "LinkQueue"
        else survey.submission("partial", None, sent),
    ]
    for name in ("ResponseDeadLetters", "LinkDeadLetters"):
        stack.client("sqs").purge_queue(QueueUrl=physical(stack, name))
    survey.queue(*(message(each) for each in forged), name=queue)
    until(lambda: depth(stack, dead), lambda found: found == len(forged), seconds=60)
    assert survey.response(sent) == before
    assert survey.nps(window="all")["histogram"] == histogram(3)

    output = earshot(stack, "redrive", dead)
    assert f"{len(forged)} messages of {dead} went back to {queue}." in output
    until(lambda: depth(stack, dead), lambda found: found == len(forged), seconds=60)
    others = {"ResponseDeadLetters", "LinkDeadLetters"} - {dead}
    assert [depth(stack, name) for name in others] == [0]
    assert survey.response(sent) == before
    stack.client("sqs").purge_queue(QueueUrl=physical(stack, dead))


def test_a_replay_publishes_the_last_state_under_the_same_ids_and_the_crm_gets_it_only_if_asked(
    stack: Stack, crm: Crm, published: Listener
) -> None:
    survey = Survey(stack)
    sent = survey.send(3)
    survey.recorded(sent)
    survey.correct(sent, score=2)
    gone = survey.send(10)
    survey.recorded(gone)
    assert stack.call("DELETE", f"{survey.path}/responses/{gone}").status == 204
    erased = published.wait_for(survey.id, "ResponseErased")
    revised = published.wait_for(survey.id, "ResponseRevised")
    identified = published.wait_for(survey.id, "DetractorIdentified")
    first = crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    quiet = survey.batch({"score": 1, "responded_at": "2026-01-01"})
    survey.recorded(quiet[0])

    output = earshot(stack, "replay", "--since", "2020-01-01", "--survey", survey.id, "--dry-run")
    assert "Dry run, nothing was published: 3 events of 2 responses" in output
    output = earshot(stack, "replay", "--since", "2020-01-01", "--survey", survey.id)
    assert (
        "Published again: 3 events of 2 responses (1 DetractorIdentified, 1 ResponseErased, 1 ResponseRevised)."
        in output
    )
    again = until(lambda: [e for e in published.of(survey.id) if is_replayed(e)], lambda found: len(found) == 3)
    assert {id_of(event) for event in again} == {id_of(event) for event in (erased, revised, identified)}
    settle(stack)
    assert received(crm, sent) == [first]
    output = earshot(stack, "destination", "replay", "crm", "--since", "2020-01-01")
    assert "again" in output, output
    got = until(lambda: received(crm, sent), lambda found: len(found) == 2)
    assert {delivery.headers["idempotency-key"] for delivery in got} == {first.headers["idempotency-key"]}
    assert survey.nps(window="all")["responses"] == 2


def test_a_replay_that_stops_goes_on_where_it_stopped(stack: Stack, published: Listener) -> None:
    survey = Survey(stack)
    sent = {survey.send(9) for _ in range(7)}
    survey.counted(7)
    since = "2020-01-01"
    for _ in range(4):
        output = earshot(stack, "replay", "--since", since, "--survey", survey.id, "--most", "2")
        if "To continue: --since " in output:
            since = output.partition("--since ")[2].partition(",")[0]
    again = until(lambda: [e for e in published.of(survey.id) if is_replayed(e)], lambda found: len(found) >= 7)
    assert sorted(data_of(event)["response"] for event in again) == sorted(sent)


def test_parked_records_are_published_from_the_table_and_undelivered_events_reach_their_queue(
    stack: Stack, crm: Crm, published: Listener
) -> None:
    survey, sqs = Survey(stack), stack.client("sqs")
    sent = survey.send(4)
    survey.recorded(sent)
    identified = published.wait_for(survey.id, "DetractorIdentified")
    crm.wait_for(lambda delivery: delivery.data["response"] == sent)
    stored = stack.client("dynamodb").scan(
        TableName=physical(stack, "Table"),
        FilterExpression="sk = :sk",
        ExpressionAttributeValues={":sk": {"S": sent}},
    )["Items"]
    delete_delivery(stack, identified)
    keys = {"keys": {"pk": stored[0]["pk"]["S"], "sk": sent}, "sequence": "1", "event": "e"}
    sqs.send_message(QueueUrl=physical(stack, "ParkedRecords"), MessageBody=json.dumps(keys))
    target = sqs.get_queue_attributes(QueueUrl=physical(stack, "AlertQueue"), AttributeNames=["QueueArn"])
    arn = {"DataType": "String", "StringValue": target["Attributes"]["QueueArn"]}
    sqs.send_message(
        QueueUrl=physical(stack, "UndeliveredEvents"),
        MessageBody=json.dumps(identified),
        MessageAttributes={"TARGET_ARN": arn},
    )

    assert "2 events were published." in earshot(stack, "redrive", "ParkedRecords")
    until(lambda: received(crm, sent), lambda found: len(found) == 2)
    delete_delivery(stack, identified)
    assert "1 message of UndeliveredEvents went to the queue each was meant for." in earshot(
        stack, "redrive", "UndeliveredEvents"
    )
    got = until(lambda: received(crm, sent), lambda found: len(found) == 3)
    assert {delivery.headers["idempotency-key"] for delivery in got} == {id_of(identified)}
    assert len([event for event in published.of(survey.id) if id_of(event) == id_of(identified)]) == 2


def test_drifted_counts_are_rebuilt_while_responses_arrive_are_corrected_and_erased(stack: Stack) -> None:
    survey = Survey(stack, segments=[{"name": "plan", "open": True}])
    early = [survey.send(score, properties={"plan": "pro"}) for score in (0, 3, 9, 10)]
    early.append(survey.send(9))
    today = survey.recorded(early[4])["day"]
    survey.counted(5)
    dynamodb, table = stack.client("dynamodb"), physical(stack, "Table")
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": f"C#{survey.id}#all"}, "sk": {"S": today}},
        UpdateExpression="ADD h3 :two, h9 :none",
        ExpressionAttributeValues={":two": {"N": "2"}, ":none": {"N": "-2"}},
    )
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": f"C#{survey.id}#plan=pro"}, "sk": {"S": today}})
    output = earshot(stack, "rebuild", survey.id, "--dry-run", exit_code=1)
    assert f"all {today} score 3: counted 3, recounted 1" in output

    sent = []
    with ThreadPoolExecutor(3) as writers:
        more = [writers.submit(survey.send, n % 11, properties={"plan": "pro"}) for n in range(40)]
        corrections = [writers.submit(survey.correct, one, score=n % 11) for n, one in enumerate(early[:4] * 5)]
        erasure = writers.submit(stack.call, "DELETE", f"{survey.path}/responses/{early[4]}")
        output = earshot(stack, "rebuild", survey.id, "--day", today)
        sent = [one.result() for one in more]
        assert (len([one.result() for one in corrections]), erasure.result().status) == (20, 204)
    assert "numbers were corrected to a recount" in output
    survey.counted(4 + len(sent))
    key = {"EARSHOT_URL": stack.url, "EARSHOT_API_KEY": stack.api_key}
    assert "counts equal a recount of 44 responses, 2 series, 1 day." in earshot(stack, "audit", survey.id, env=key)
    assert "counts equal a recount of 44 responses" in earshot(stack, "rebuild", survey.id)


def test_what_cannot_be_is_one_sentence(stack: Stack, tmp_path: Path) -> None:
    output = earshot(stack, "redrive", "NoSuchQueue", exit_code=2)
    assert "There is no queue 'NoSuchQueue' to redrive in the local Earshot; there are: AlertDeadLetters, " in output
    output = earshot(stack, "replay", "--since", "2026-11-01", "--survey", "never-was", exit_code=2)
    assert "There is no survey 'never-was' in the local Earshot: it has " in output
    nobody = {"AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true"}
    output = earshot(stack, "redrive", "--stack", "earshot", "--region", "eu-central-1", exit_code=2, env=nobody)
    assert "There are no AWS credentials for the stack 'earshot' in eu-central-1" in output


def test_a_deployed_stack_is_found_by_its_name_region_and_credentials(stack: Stack) -> None:
    engine = stack.engine_endpoint
    account = {**credentials(engine.token), "AWS_ENDPOINT_URL": engine.url}
    output = earshot(stack, "redrive", "--stack", "earshot", "--region", "us-east-1", env=account)
    assert "ResponseDeadLetters" in output
    output = earshot(stack, "redrive", "--stack", "other", "--region", "us-east-1", exit_code=2, env=account)
    assert "There is no stack 'other' in us-east-1" in output
