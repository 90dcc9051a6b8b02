"""The engine behind `make run` is as hard as AWS; a few functions of its own show it, without the product's stack."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from earshot_cli.local.aws import client
from earshot_cli.local.engine import Engine
from earshot_cli.local.settings import Settings

LOOPING = """
import json, os, boto3

def handler(event, context):
    sqs = boto3.client("sqs")
    for record in event["Records"]:
        body = json.loads(record["body"])
        turn = body["turn"]
        target = os.environ["END"] if turn == 20 else os.environ["OWN"]
        sqs.send_message_batch(
            QueueUrl=target, Entries=[{"Id": "0", "MessageBody": json.dumps({**body, "turn": turn + 1})}]
        )
"""


SLOW = """
import os, time, boto3

def handler(event, context):
    for record in event.get("Records", ()):
        received = record["attributes"]["ApproximateReceiveCount"]
        boto3.client("sqs").send_message(QueueUrl=os.environ["END"], MessageBody=received)
    time.sleep(event.get("seconds", 0))
    return "x" * event.get("bytes", 0)
"""

TABLE = {
    "Table": {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "strict",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    }
}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Start an engine of an account that runs one function at a time."""
    folder = tmp_path_factory.mktemp("narrow")
    running = Engine.start(Settings.from_env({"EARSHOT_LOCAL_DIR": str(folder), "EARSHOT_STRICT": "concurrency=1"}))
    running.wait()
    deploy(running, slow_function())
    yield running
    running.stop(lambda _: None)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Start an engine that is harder than usual where a switch makes it so."""
    folder = tmp_path_factory.mktemp("engine")
    running = Engine.start(Settings.from_env({"EARSHOT_LOCAL_DIR": str(folder), "EARSHOT_STRICT": "conflicts=0.5"}))
    running.wait()
    deploy(running, looping_functions() | TABLE)
    yield running
    running.stop(lambda _: None)


def looping_functions() -> dict[str, Any]:
    """Return two functions that send to the queue that invokes them; AWS knows of one that it is meant to."""
    resources: dict[str, Any] = {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}}
    for name, more in (("Stopped", {}), ("Allowed", {"RecursiveLoop": "Allow"})):
        redrive = {"deadLetterTargetArn": {"Fn::GetAtt": [f"{name}Dead", "Arn"]}, "maxReceiveCount": 1}
        resources |= {
            f"{name}Dead": queue(name, "dead"),
            f"{name}End": queue(name, "end"),
            f"{name}Own": queue(name, "own", VisibilityTimeout=1, RedrivePolicy=redrive),
            f"{name}Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Timeout": 1,
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": LOOPING},
                    "Environment": {"Variables": {"OWN": {"Ref": f"{name}Own"}, "END": {"Ref": f"{name}End"}}},
                    **more,
                },
            },
            f"{name}Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": [f"{name}Own", "Arn"]},
                    "FunctionName": {"Ref": f"{name}Function"},
                    "BatchSize": 1,
                },
            },
        }
    return resources


def slow_function() -> dict[str, Any]:
    """Return a function that takes the time and replies with the bytes that it is asked for, and a queue before it."""
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
        "Own": queue("Slow", "own", VisibilityTimeout=4),
        "End": queue("Slow", "end"),
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "slow",
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Timeout": 4,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": SLOW},
                "Environment": {"Variables": {"END": {"Ref": "End"}}},
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Own", "Arn"]}, "FunctionName": {"Ref": "Function"}},
        },
    }


def queue(name: str, part: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{name}-{part}", **properties}}


def deploy(engine: Engine, resources: dict[str, Any]) -> None:
    cloudformation = client("cloudformation", engine.endpoint)
    cloudformation.create_stack(StackName="strict", TemplateBody=json.dumps({"Resources": resources}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="strict", WaiterConfig={"Delay": 1})


def begin_a_loop(engine: Engine, name: str) -> None:
    sqs = client("sqs", engine.endpoint)
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=f"{name}-own")["QueueUrl"], MessageBody='{"turn": 1}')


def message_of(engine: Engine, name: str) -> Any:
    """Wait for a message of a queue and return its body."""
    sqs = client("sqs", engine.endpoint)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            return json.loads(message["Body"])
    pytest.fail(f"nothing came into {name}")


def test_the_seventeenth_invocation_of_a_loop_through_a_queue_is_stopped(engine: Engine) -> None:
    begin_a_loop(engine, "Stopped")
    assert message_of(engine, "Stopped-dead") == {"turn": 17}
    dropped = client("cloudwatch", engine.endpoint).list_metrics(MetricName="RecursiveInvocationsDropped")["Metrics"]
    assert [metric["Dimensions"][0]["Value"][:14] for metric in dropped] == ["strict-Stopped"]


def test_a_function_that_may_loop_is_not_stopped(engine: Engine) -> None:
    begin_a_loop(engine, "Allowed")
    assert message_of(engine, "Allowed-end") == {"turn": 21}


def test_a_share_of_the_transactions_meets_another_one(engine: Engine) -> None:
    table = client("dynamodb", engine.endpoint)
    writes = [{"Put": {"TableName": "strict", "Item": {"pk": {"S": name}}}} for name in ("a", "b", "c")]
    refused = [error for _ in range(40) if (error := refusal(lambda: table.transact_write_items(TransactItems=writes)))]
    assert 10 < len(refused) < 30
    assert {error["Error"]["Code"] for error in refused} == {"TransactionCanceledException"}
    for error in refused:
        assert sorted(reason["Code"] for reason in error["CancellationReasons"]) == [
            "None",
            "None",
            "TransactionConflict",
        ]


def test_a_single_write_meets_a_transaction_only_where_there_are_some(engine: Engine) -> None:
    table = client("dynamodb", engine.endpoint)
    writes = [{"Put": {"TableName": "strict", "Item": {"pk": {"S": "shared"}}}}]
    refusal(lambda: table.transact_write_items(TransactItems=writes))

    def codes(name: str) -> list[str]:
        put = {"TableName": "strict", "Item": {"pk": {"S": name}}}
        refused = [error for _ in range(40) if (error := refusal(lambda: table.put_item(**put)))]
        return [error["Error"]["Code"] for error in refused]

    assert codes("alone") == []
    assert set(codes("shared")) == {"TransactionConflictException"}


def test_above_the_accounts_concurrency_callers_are_refused_and_messages_come_again(narrow: Engine) -> None:
    functions, sqs = client("lambda", narrow.endpoint), client("sqs", narrow.endpoint)
    url = sqs.get_queue_url(QueueName="Slow-own")["QueueUrl"]
    functions.invoke(FunctionName="slow", InvocationType="Event", Payload=json.dumps({"seconds": 3}))
    deadline = time.monotonic() + 30
    while (refused := refusal(lambda: functions.invoke(FunctionName="slow", Payload="{}"))) is None:
        assert time.monotonic() < deadline
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    assert refused["Error"]["Code"] == "TooManyRequestsException"
    assert message_of(narrow, "Slow-end") > 1


def test_what_is_too_large_for_a_service_is_refused(narrow: Engine) -> None:
    functions, events, sqs = (client(name, narrow.endpoint) for name in ("lambda", "events", "sqs"))
    url = sqs.get_queue_url(QueueName="Slow-own")["QueueUrl"]
    entry = {"Source": "s", "DetailType": "t"}

    def detail(size: int) -> dict[str, str]:
        return {**entry, "Detail": json.dumps({"x": "x" * (size - 11)})}

    def batch(size: int) -> Any:
        entries = [{"Id": str(number), "MessageBody": "x" * (size // 2)} for number in range(2)]
        return lambda: sqs.send_message_batch(QueueUrl=url, Entries=entries)

    most = 256 * 1024
    assert refusal(lambda: events.put_events(Entries=[detail(most)])) is None
    assert refusal(batch(most)) is None
    two, large = [detail(most // 2 + 1)] * 2, json.dumps({"x": "x" * 6 * 1024 * 1024})
    assert [
        refusal(call)["Error"]["Code"].rpartition(".")[2]
        for call in (
            lambda: events.put_events(Entries=two),
            batch(most + 2),
            lambda: sqs.send_message(QueueUrl=url, MessageBody="x" * (most + 1)),
            lambda: functions.invoke(FunctionName="slow", Payload=large),
        )
    ] == ["ValidationException", "BatchRequestTooLong", "InvalidParameterValue", "RequestEntityTooLargeException"]
    reply = functions.invoke(FunctionName="slow", Payload=json.dumps({"bytes": 6 * 1024 * 1024 + 200}))
    assert json.load(reply["Payload"])["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_stack_that_aws_would_not_make_is_not_made(narrow: Engine) -> None:
    resources = slow_function()
    resources["Function"]["Properties"]["FunctionName"] = "slower"
    resources["Own"] = queue("Slower", "own", VisibilityTimeout=3)
    resources["End"] = queue("Slower", "end")
    cloudformation = client("cloudformation", narrow.endpoint)
    cloudformation.create_stack(StackName="refused", TemplateBody=json.dumps({"Resources": resources}))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="refused", WaiterConfig={"Delay": 1})
    events = cloudformation.describe_stack_events(StackName="refused")["StackEvents"]
    reasons = {event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"}
    assert "Queue visibility timeout: 3 seconds is less than Function timeout: 4 seconds" in reasons


def refusal(call: Callable[[], Any]) -> Any:
    """Return how AWS refused a call; None if it did not."""
    try:
        call()
    except ClientError as error:
        return error.response
    return None
