"""A deployed stack whose CloudFormation is the stand-in, with a table, a restored one, and what happened in between."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.stream import read_record
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.campaign import STOPPED_BY_KEY, Campaign, CampaignState, Plan
from earshot.domain.events import Event
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.restore.restore import Restore
from earshot_cli.ops.stack import Stack, _found
from tests.factories import NOON, make_person, make_response, make_statement, make_survey, uuid7
from tests.integration.adapters.conftest import TABLE, aws, dynamodb, table_properties
from tests.integration.ops.restore.cloudformation import ACCOUNT, BUCKET, REGION, CloudFormation

__all__ = ["aws", "dynamodb"]

RESTORED = "earshot-restored"
READING = ("describe_", "get_", "list_", "query", "scan", "batch_get_item", "receive_")


class KilledError(BaseException):
    """What kill -9 is to the command: nothing of it runs any more."""


class Calls:
    """Counts the calls of a command that change something, and kills it after one of them."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.kill_after: int | None = None

    def wrapped(self, client: Any) -> Any:
        return _Watched(client, self)

    def start(self, *, kill_after: int | None = None) -> None:
        self.made, self.kill_after = [], kill_after


class _Watched:
    """A client whose calls are counted."""

    def __init__(self, client: Any, calls: Calls) -> None:
        self._client, self._calls = client, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or name.startswith((*READING, "get_paginator", "exceptions")) or name == "exceptions":
            return found

        def call(*args: Any, **words: Any) -> Any:
            reply = found(*args, **words)
            self._calls.made.append(name)
            if len(self._calls.made) == self._calls.kill_after:
                raise KilledError
            return reply

        return call


class Bus:
    """EventBridge, which keeps the entries that it is given."""

    def __init__(self) -> None:
        self.put: list[list[dict[str, Any]]] = []
        self._events = boto3.client("events")

    def put_events(self, Entries: list[dict[str, Any]]) -> Any:  # noqa: N803 - as boto3 names it
        self.put.append(Entries)
        return self._events.put_events(Entries=Entries)


class Session:
    """The account of the person at the terminal."""

    def __init__(self, made: dict[str, Any], calls: Calls) -> None:
        self._made, self._calls = made, calls

    def client(self, service: str, **_: Any) -> Any:
        if service not in self._made:
            self._made[service] = boto3.client(service)
        return self._calls.wrapped(self._made[service])


@contextmanager
def silent(_: str) -> Iterator[Callable[[str], None]]:
    yield lambda _: None


class Drill:
    """The stack, its two tables, and the questions that a test asks of them."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb, self.calls = dynamodb, Calls()
        dynamodb.update_table(
            TableName=TABLE, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        )
        dynamodb.create_table(TableName=RESTORED, **table_properties())
        self.cloudformation = CloudFormation(TABLE, self.stream_of(TABLE))
        for queue in self.cloudformation.queues:
            boto3.client("sqs").create_queue(QueueName=queue)
        boto3.client("secretsmanager").create_secret(Name="HashSecret", SecretString="k" * 64)
        boto3.client("events").create_event_bus(Name="Bus")
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.bus = Bus()
        self.clients: dict[str, Any] = {
            "cloudformation": self.cloudformation,
            "lambda": self.cloudformation,
            "events": self.bus,
        }
        self.ids = {name: uuid7(seed=name) for name in ("kept", "erased", "meanwhile")}
        for table in (TABLE, RESTORED):
            self._begin(table)
        self._since()

    def _begin(self, table: str) -> None:
        assert DynamoDBSurveys(self.dynamodb, table).put(make_survey(), None)
        for name in ("kept", "erased", "meanwhile"):
            self.commit(table, None, make_response(2, id=self.ids[name], digest=make_statement(2).digest))
        assert DynamoDBPeople(self.dynamodb, table).put([PersonChange(None, make_person())])
        assert DynamoDBCampaigns(self.dynamodb, table).put(CAMPAIGN, None)

    def _since(self) -> None:
        """Do what happened after the restored moment: a response erased, a campaign stopped."""
        self.erase("erased")
        over = CAMPAIGN.over(CampaignState.STOPPED, NOON + 1, STOPPED_BY_KEY)
        assert DynamoDBCampaigns(self.dynamodb, TABLE).put(replace(over, revision=2), CAMPAIGN)

    def erase(self, name: str) -> None:
        """Erase a response in the table in use, as a request does at any time."""
        table = self.cloudformation.state.table
        old = DynamoDBLedger(self.dynamodb, table).find("demo", self.ids[name])
        assert old
        self.commit(table, old, merge(old, Statement(StatementKind.ERASED, NOON + 1)))

    def commit(self, table: str, old: Response | None, new: Response) -> None:
        assert DynamoDBLedger(self.dynamodb, table).commit([Change(old, new)]) is None

    def stack(self) -> Stack:
        place = StackPlace("earshot", "eu-central-1", is_local=False)
        return _found(place, Session(self.clients, self.calls), None)

    def run(self, table: str = RESTORED, *, responses: bool = False) -> None:
        """Run the command to its end."""
        Restore(self.stack(), table, responses, silent).run()

    def fails(self) -> str:
        """Run the command, which stops with an error; return what it says."""
        with pytest.raises(CommandError) as stopped:
            self.run()
        return str(stopped.value)

    def stream_of(self, table: str) -> str:
        return str(self.dynamodb.describe_table(TableName=table)["Table"].get("LatestStreamArn", ""))

    def response(self, name: str, table: str | None = None) -> Response:
        found = DynamoDBLedger(self.dynamodb, table or self.cloudformation.state.table).find("demo", self.ids[name])
        assert isinstance(found, Response)
        return found

    def campaign(self) -> Campaign:
        found = DynamoDBCampaigns(self.dynamodb, self.cloudformation.state.table).get("demo", CAMPAIGN.id)
        assert found
        return found

    @property
    def consumers(self) -> set[str]:
        """The states of the mappings of queues."""
        return {state for _, source, state in self.cloudformation.state.mappings.values() if ":sqs:" in source}

    @property
    def readers(self) -> dict[str, str]:
        """The mappings of streams by their ids: which stream each reads."""
        mappings = self.cloudformation.state.mappings.values()
        return {uuid: source for uuid, source, _ in mappings if ":dynamodb:" in source}

    def published(self) -> list[Event]:
        """The events of the stream that is read now, from its beginning."""
        (stream,) = set(self.readers.values())
        table = dynamodb_backends[ACCOUNT][REGION].tables[stream.split("/")[1]]
        assert table.describe()["TableDescription"]["LatestStreamArn"] == stream
        assert table.stream_shard
        return [event for record in table.stream_shard.items for event in read_record(_as_delivered(record.to_json()))]

    def made(self, table: str, *, at: int, by_restore: bool = False) -> None:
        """Make a table one that was made at a moment (Unix milliseconds), or restored to it."""
        moment = datetime.fromtimestamp(at / 1000, UTC)
        of_moto = dynamodb_backends[ACCOUNT][REGION].tables[table]
        of_moto.created_at = moment
        if by_restore:
            original = of_moto.describe
            summary = {"RestoreDateTime": int(moment.timestamp()), "RestoreInProgress": False}

            def describe(base_key: str = "TableDescription") -> dict[str, Any]:
                described = original(base_key)
                described[base_key]["RestoreSummary"] = summary
                return described

            of_moto.describe = describe  # type: ignore[method-assign]

    def published_again(self) -> list[str]:
        """The responses whose events a replay published, in their order."""
        return [
            json.loads(entry["Detail"])["data"]["response"]
            for call in self.bus.put
            for entry in call
            if entry["DetailType"] == "DetractorIdentified"
        ]

    def assert_in_service(self) -> None:
        """Hold that the restored table is in use with all that must survive, and that everything is on again."""
        state = self.cloudformation.state
        assert state.table == RESTORED
        assert (state.parameters["Consumers"], self.consumers) == ("on", {"Enabled"})
        assert (state.parameters["OtherTable"], state.parameters["Canary"]) == ("", "true")
        assert set(self.readers.values()) == {self.stream_of(RESTORED)}
        assert self.response("erased").kind is StatementKind.ERASED
        assert self.response("kept").score == 2
        assert self.campaign().state is CampaignState.STOPPED
        assert "RETIRED" in self.partitions(TABLE)
        assert "RETIRED" not in self.partitions(RESTORED)
        # What was announced before is not announced again.
        assert self.published() == []

    def partitions(self, table: str) -> set[str]:
        return {item["pk"]["S"] for item in self.dynamodb.scan(TableName=table)["Items"]}


CAMPAIGN = Campaign("spring", "demo", Plan(), NOON, "2026-11-20", NOON)


def _as_delivered(record: dict[str, Any]) -> dict[str, Any]:
    change = record["dynamodb"]
    moment = change["ApproximateCreationDateTime"].timestamp()
    return {"dynamodb": {**change, "ApproximateCreationDateTime": moment}}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Sleep without waiting; the clock that runs out goes on by as much."""
    slept: list[float] = []
    begun = time.monotonic()
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: begun + sum(slept))
    return slept


@pytest.fixture
def _streams_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a stream that was turned off one that can be turned on again, as on AWS; moto refuses that."""
    original = Table.set_stream_specification

    def specify(table: Table, specification: dict[str, Any] | None) -> None:
        original(table, specification)
        if table.stream_specification and not table.stream_specification["StreamEnabled"]:
            table.latest_stream_label = table.stream_shard = None

    monkeypatch.setattr(Table, "set_stream_specification", specify)


@pytest.fixture
def drill(dynamodb: Any, hasty: list[float], _streams_end: None) -> Drill:
    return Drill(dynamodb)
