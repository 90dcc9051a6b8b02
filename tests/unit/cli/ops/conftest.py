"""A stack whose services are played by moto, as an operator finds it."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.events import Event
from earshot.domain.response import Response
from earshot.ports.ledger import Change
from earshot.ports.messaging import UnsentError
from earshot.services.responses.transaction_chunks import cut
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.dead_letters import QUEUE
from earshot_cli.ops.stack import Resource, Stack
from tests.factories import make_survey
from tests.integration.adapters.conftest import table_properties
from tests.moto_tables import refuse_reversed_ranges, speed_up_tables

speed_up_tables()
refuse_reversed_ranges()

TABLE, BUS = "earshot", "earshot"
DEAD = {"ResponseQueue": "ResponseDeadLetters"}
QUEUES = [
    "ResponseDeadLetters",
    "ResponseQueue",
    "DeliveryQueue",
    "ParkedRecords",
    "ScoreQueue",
    "UndeliveredEvents",
    "UncountedRecords",
]


@cache
def account() -> Any:
    """Return one session for all tests: making its clients takes longer than most tests do."""
    return boto3.Session("id", "secret", region_name="eu-central-1")


@cache
def client(session: Any, service: str) -> Any:
    return session.client(service)


class World:
    """The stack, and what a test puts into it."""

    def __init__(self) -> None:
        session = account()
        self.dynamodb, self.sqs = client(session, "dynamodb"), client(session, "sqs")
        self.dynamodb.create_table(TableName=TABLE, **table_properties())
        client(session, "events").create_event_bus(Name=BUS)
        self.urls = {name: self._queue(name) for name in QUEUES}
        physical = {"Table": TABLE, "Bus": BUS, **self.urls}
        kinds = {name: QUEUE if name in self.urls else "-" for name in physical}
        resources = {name: Resource(name, physical[name], kinds[name], "CREATE_COMPLETE") for name in physical}
        place = StackPlace("mine", "eu-central-1", is_local=False)
        self.stack = Stack(place, "CREATE_COMPLETE", {"TableName": TABLE}, resources, session, None)
        self.surveys = DynamoDBSurveys(self.dynamodb, TABLE)
        self.surveys.put(make_survey(), None)

    def record(self, *responses: Response) -> None:
        ledger = DynamoDBLedger(self.dynamodb, TABLE)
        for chunk in cut([Change(None, response) for response in responses], lambda change: change):
            assert ledger.commit(chunk) is None

    def depth(self, name: str) -> int:
        reply: dict[str, Any] = self.sqs.get_queue_attributes(QueueUrl=self.urls[name], AttributeNames=["All"])
        return int(reply["Attributes"]["ApproximateNumberOfMessages"])

    def put(self, name: str, *bodies: str, **attributes: str) -> None:
        sent = {key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()}
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.urls[name], MessageBody=body, MessageAttributes=sent)

    def arn(self, name: str) -> str:
        reply = self.sqs.get_queue_attributes(QueueUrl=self.urls[name], AttributeNames=["QueueArn"])
        return str(reply["Attributes"]["QueueArn"])

    def _queue(self, name: str) -> str:
        url = str(self.sqs.create_queue(QueueName=f"mine-{name}")["QueueUrl"])
        if name in DEAD:
            arn = f"arn:aws:sqs:eu-central-1:123456789012:mine-{DEAD[name]}"
            policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 10}}'
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
        return url


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("earshot_cli.ops.dead_letters.WAIT_SECONDS", 0)
    monkeypatch.setattr("earshot_cli.ops.redrive.WATCH_SECONDS", 0)
    monkeypatch.setattr("earshot_cli.ops.redrive.POLL_SECONDS", 0)
    with mock_aws():
        yield World()


class Bus:
    """A bus that remembers what it took, and refuses what is more than it `takes`."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.takes = 10**6

    def put(self, events: Sequence[Event]) -> list[Event]:
        if len(self.events) + len(events) > self.takes:
            raise UnsentError(events, [])
        self.events += events
        return []


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    bus = Bus()
    for command in ("redrive", "replay"):
        monkeypatch.setattr(f"earshot_cli.ops.{command}.EventBridgeBus", lambda *_: bus)
    monkeypatch.setattr("earshot.bootstrap.pause", lambda _: None)
    return bus
