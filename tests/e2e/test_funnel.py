"""The funnel on the running stack: it adds up, also when the stream is delivered twice."""

import json
import time
from typing import Any

from earshot_cli.local.deploy import STACK
from tests.e2e.conftest import Stack
from tests.e2e.invitation_client import a_survey, an_address, ask, eventually, mail_to, send_form
from tests.e2e.survey_client import settle

# Ann responds with a comment, Ben unsubscribes, and Ann is not asked again so soon.
LIVED = {"sent": 2, "responded": 1, "commented": 1, "unsubscribed": 1, "declined": 1, "claimed": 0}


def test_a_funnel_adds_up(stack: Stack) -> None:
    survey = a_survey(stack, rules={"quiet_days": 30})
    ann, ben = an_address("ann"), an_address("ben")
    for address in (ann, ben):
        assert ask(stack, survey, {"email": address})["outcome"] == "scheduled"
    responding, leaving = mail_to(stack, ann), mail_to(stack, ben)
    assert ask(stack, survey, {"email": ann})["reason"] == "quiet-period"
    assert send_form(stack, responding.respond, score=9, comment="Always on time").status in {200, 303}
    assert send_form(stack, leaving.unsubscribe, confirm="yes").status == 200

    funnel = eventually(lambda: funnel_of(stack, survey), lambda seen: _total(seen) == LIVED and seen["score"]["nps"])
    assert next((row["channel"], row["wave"]) for row in funnel["waves"]) == ("email", 1)
    assert funnel["waves"][0]["waiting"] == 0
    for row in funnel["waves"]:
        assert row["scheduled"] == row["sent"] + row["waiting"] + row["claimed"] + row["stopped"]
    rate = funnel["response_rate"]
    assert (rate["asked"], rate["responded"], rate["rate"], rate["interval"]["level"]) == (2, 1, 0.5, 0.95)
    assert (funnel["score"]["nps"], funnel["score"]["responses"]) == (100, 1)


def test_a_record_that_is_delivered_again_is_not_counted_again(stack: Stack) -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    mail_to(stack, address)
    settle(stack)
    before = eventually(lambda: funnel_of(stack, survey), lambda seen: seen["total"]["sent"] == 1)
    records = records_of(stack, person)
    assert len(records) >= 3
    for batch in (records, records[1:], records[:1], records[::-1]):
        assert invoke(stack, "CountFunnelFunction", {"Records": batch}) == {"batchItemFailures": []}
    assert funnel_of(stack, survey) == before


def test_what_was_counted_is_pruned_after_the_stream_has_expired(stack: Stack) -> None:
    dynamodb = stack.client("dynamodb")
    table = physical(stack, "Table")
    reply = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert reply == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    ask(stack, a_survey(stack), {"email": an_address()})
    notes = eventually(lambda: _notes(dynamodb, table), bool)
    assert all(0 < int(note["expires"]["N"]) - time.time() < 3 * 86_400 for note in notes)


def test_only_a_key_that_may_read_scores_reads_the_funnel_of_an_existing_survey(stack: Stack) -> None:
    path = f"/v1/surveys/{a_survey(stack)}/funnel"
    assert stack.call("GET", path).body["waves"] == []
    assert stack.call("GET", path, key=False).status == 401
    assert stack.call("GET", "/v1/surveys/no-such/funnel").status == 404
    assert stack.call("GET", f"{path}?wave=1").status == 400
    assert stack.call("POST", path, {}).status == 405


def funnel_of(stack: Stack, survey: str) -> dict[str, Any]:
    reply = stack.call("GET", f"/v1/surveys/{survey}/funnel")
    assert reply.status == 200, reply.body
    return dict(reply.body)


def records_of(stack: Stack, person: str) -> list[Any]:
    """The table's records of a person's invitations, as the engine hands them to a function."""
    streams = stack.client("dynamodbstreams")
    arn = stack.client("dynamodb").describe_table(TableName=physical(stack, "Table"))["Table"]["LatestStreamArn"]
    records: list[Any] = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            records += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    keys = [record["dynamodb"]["Keys"] for record in records]
    return [
        record
        for record, key in zip(records, keys, strict=True)
        if key["pk"]["S"] == f"P#{person}" and key["sk"]["S"].startswith("I#")
    ]


def invoke(stack: Stack, function: str, event: Any) -> Any:
    """Call a function as a stream would; its times are numbers there."""
    payload = json.dumps(event, default=lambda moment: moment.timestamp()).encode()
    reply = stack.client("lambda").invoke(FunctionName=physical(stack, function), Payload=payload)
    assert "FunctionError" not in reply, reply["Payload"].read()
    return json.loads(reply["Payload"].read())


def physical(stack: Stack, name: str) -> str:
    found = stack.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=name)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def _total(funnel: dict[str, Any]) -> dict[str, int]:
    return {stage: funnel["total"][stage] for stage in LIVED}


def _notes(dynamodb: Any, table: str) -> list[Any]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("FS#")]
