"""The real handlers in this process, on a table of their own in the engine, with faults in the calls to AWS."""

import importlib.util
import json
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from earshot import bootstrap
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission_queues import QueueContract, queue_named_by
from earshot.domain.survey import Survey
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import credentials
from earshot_cli.local.settings import ROOT, Settings
from earshot_cli.local.template import Template
from tests.e2e.bus_listener import attach_queue, new_queue, take_all

REDELIVERIES = 6
# How long a call waits for another one of its round (seconds).
ROUND_SECONDS = 3
# What the recorder really uses; most tests count calls, and so make them one after the other.
SIDE_BY_SIDE = vars(DynamoDBPeople)["_side_by_side"]
# What is injected here tries how every kind of statement is joined; which of them a queue carries is tested elsewhere.
BELOW_THE_QUEUES = QueueContract("EARSHOT_RESPONSE_QUEUE", frozenset(StatementKind), frozenset(Rank), withdraws=True)
LAYER = str(ROOT / "layers" / "core" / "python" / "earshot")
PARTITION = re.compile(r'"pk": *\{"S": *"([A-Z]+)#')
SERVICES = ("dynamodb", "sqs", "events", "secretsmanager")

Item = dict[str, Any]
Counts = dict[tuple[str, str], tuple[int, ...]]


class Crash(BaseException):
    """The function dies here; nothing in the code under test may catch it, as nothing survives a crash."""


@dataclass(frozen=True)
class InjectedFault:
    """Fail the `call`-th AWS call, `before` or `after` its effect.

    Manners: a `crash`, a reply that gets `lost`, a call that is `throttled`, events of which one is reported to `fail`.
    """

    call: int
    moment: str
    manner: str

    def strike(self, operation: str, parsed: dict[str, Any]) -> None:
        if self.manner == "crash":
            raise Crash
        if self.manner == "fail":
            parsed["FailedEntryCount"] = 1
            parsed["Entries"][0] = {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}
            return
        if self.manner == "throttled":
            busy = operation == "TransactWriteItems"
            code = "TransactionConflictException" if busy else "ThrottlingException"
            raise ClientError({"Error": {"Code": code, "Message": "not now"}}, operation)
        if self.moment == "before":
            raise EndpointConnectionError(endpoint_url="http://gone")
        raise ReadTimeoutError(endpoint_url="http://gone")


@dataclass(frozen=True)
class Call:
    """One call to AWS: its operation, the kinds of partition it names, and the lines of the product that led to it."""

    operation: str
    partitions: tuple[str, ...]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operation} of {'+'.join(self.partitions) or 'no partition'} at {' < '.join(self.lines)}"


@dataclass
class Line:
    """The line to AWS: it counts the calls, and breaks where a test wants."""

    calls: list[Call] = field(default_factory=list)
    struck: list[Call] = field(default_factory=list)
    fault: InjectedFault | None = None

    def watch(self, client: Any) -> None:
        client.meta.events.register_first("before-call", self._before)
        client.meta.events.register_last("after-call", self._after)

    def clear(self, fault: InjectedFault | None = None) -> None:
        self.calls, self.fault = [], fault

    def _before(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        self.calls.append(Call(model.name, _partitions(params), _lines()))
        self._strike("before", {})

    def _after(self, parsed: dict[str, Any], **_: Any) -> None:
        self._strike("after", parsed)

    def _strike(self, moment: str, parsed: dict[str, Any]) -> None:
        planned = self.fault
        if planned and planned.moment == moment and planned.call == len(self.calls) - 1:
            self.struck.append(self.calls[-1])
            planned.strike(self.calls[-1].operation, parsed)


@dataclass
class CallsAtOnce:
    """The calls that a function makes at once, of which one fails while another one is under way.

    `made` counts them, `others` has for each failure how many other calls were under way.
    """

    made: int = 0
    others: list[int] = field(default_factory=list)
    _fault: InjectedFault | None = None
    _under_way: set[int] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _of_thread: threading.local = field(default_factory=threading.local)

    @contextmanager
    def watched(self, client: Any) -> Iterator[None]:
        """Watch a client's calls that another thread than this one makes."""
        places = (("before-call", self._before), ("after-call", self._after))
        for place, watch in places:
            client.meta.events.register(place, watch)
        try:
            yield
        finally:
            for place, watch in places:
                client.meta.events.unregister(place, watch)

    def plan(self, fault: InjectedFault | None) -> None:
        """Count from now on, and fail the `call`-th call of them."""
        with self._changed:
            self.made, self._fault = 0, fault

    def _before(self, model: Any, **_: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        with self._changed:
            number = self._of_thread.number = self.made
            self.made += 1
            self._under_way.add(number)
            self._changed.notify_all()
            if self._fault and number != self._fault.call:
                # It is under way until the other one has failed, which may belong to a later round.
                self._changed.wait_for(lambda: self._fault is None, ROUND_SECONDS)
        self._strike("before", model, {})

    def _after(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        self._strike("after", model, parsed)
        with self._changed:
            self._under_way.discard(self._of_thread.number)

    def _strike(self, moment: str, model: Any, parsed: dict[str, Any]) -> None:
        number = self._of_thread.number
        with self._changed:
            planned = self._fault
            if planned is None or (planned.moment, planned.call) != (moment, number):
                return
            self._changed.wait_for(lambda: len(self._under_way) > 1, ROUND_SECONDS)
            self._under_way.discard(number)
            self.others.append(len(self._under_way))
            self._fault = None
            self._changed.notify_all()
        planned.strike(model.name, parsed)


class FaultInjection:
    """Handlers, their line to AWS, and what they did to the table."""

    def __init__(
        self, line: Line, table_like: dict[str, Any], bus: str, heard_at: str, queue: str, alerts: str, deliveries: str
    ) -> None:
        self.line = line
        self.bus = bus
        self.queue = queue
        self.table = ""
        self._table_like = table_like
        self._heard_at = heard_at
        self._alerts = alerts
        self._deliveries = deliveries
        self.record_responses = app("record_responses")
        self.publish_events = app("publish_events")
        self.evaluate_alerts = app("evaluate_alerts")
        self.sync_crm = app("sync_crm")

    @contextmanager
    def new_table(self, *surveys: Survey) -> Iterator[None]:
        """Work on a new table that knows these surveys."""
        dynamodb = bootstrap.client("dynamodb")
        with pytest.MonkeyPatch.context() as patch:
            self.table = f"lab-{uuid4().hex[:12]}"
            self.line.clear()
            dynamodb.create_table(TableName=self.table, **self._table_like)
            patch.setenv("EARSHOT_TABLE", self.table)
            clear_ports()
            for survey in surveys:
                assert bootstrap.surveys().put(survey, None)
            self.line.clear()
            yield
            self.line.clear()
            dynamodb.delete_table(TableName=self.table)

    def record(self, bodies: Sequence[str]) -> list[str]:
        """Pass record_responses a batch once; return the messages that come back."""
        records = [self.message(str(n), str(n), body) for n, body in enumerate(bodies)]
        try:
            reply = self.record_responses.lambda_handler({"Records": records}, None)
        except (Crash, Exception):  # noqa: BLE001 - whatever it is, Lambda gives the whole batch back
            return list(bodies)
        failed = {failure["itemIdentifier"] for failure in reply["batchItemFailures"]}
        return [record["body"] for record in records if record["messageId"] in failed]

    def message(self, name: str, receipt: str, body: str, *, receives: int = 1) -> Item:
        """A message as the queue of the fault injection passes it on, for the first time or again."""
        source = f"arn:aws:sqs:us-east-1:000000000000:{queue_named_by(self.queue)}"
        attributes = {"ApproximateReceiveCount": str(receives)}
        named = {"messageId": name, "receiptHandle": receipt, "eventSourceARN": source}
        return named | {"body": body, "attributes": attributes}

    def record_until_done(self, bodies: Sequence[str]) -> Iterator[None]:
        """Deliver a batch, and what comes back of it again, with a stop after every delivery."""
        left = list(bodies)
        for _ in range(REDELIVERIES):
            left = self.record(left)
            yield
            if not left:
                return
        pytest.fail(f"still failing after {REDELIVERIES} deliveries: {left}")

    def publish(self, records: Sequence[Item]) -> None:
        """Pass publish_events a batch of stream records, and all of it again as long as it raises."""
        for _ in range(REDELIVERIES):
            try:
                self.publish_events.lambda_handler({"Records": list(records)}, None)
            except (Crash, Exception):  # noqa: BLE001 - the stream delivers the batch again
                continue
            return
        pytest.fail("publish_events keeps raising")

    def heard(self) -> list[Item]:
        """Take the events that arrived at the bus."""
        return take_all(bootstrap.client("sqs"), self._heard_at)

    def evaluated(self) -> set[str]:
        """Take what waits to be evaluated for alerts: each fact of the messages, as JSON.

        A message about people who respond again has none: where it cannot be read who has a case, it names them all.
        """
        tasks = take_all(bootstrap.client("sqs"), self._alerts)
        return {json.dumps(fact, sort_keys=True) for task in tasks for fact in task.get("responses", ())}

    def deliveries(self) -> list[Item]:
        """Take what waits to be delivered, however long the queue was to keep it back."""
        return take_all(bootstrap.client("sqs"), self._deliveries)

    def stream(self, endpoint_of: Any) -> list[Item]:
        """All records of the table's stream, as Lambda passes them."""
        arn = bootstrap.client("dynamodb").describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
        shards = endpoint_of.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        records: list[Item] = []
        for shard in shards:
            iterator = endpoint_of.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            while iterator:
                page = endpoint_of.get_records(ShardIterator=iterator)
                records += [_as_lambda_passes(record) for record in page["Records"]]
                iterator = page.get("NextShardIterator") if page["Records"] else None
        return records

    def items(self) -> list[Item]:
        """Everything in the table, in plain values."""
        pages = bootstrap.client("dynamodb").get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        return [{name: _plain(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def app(name: str) -> ModuleType:
    """Import a function's handler, as Lambda does."""
    spec = importlib.util.spec_from_file_location(f"lab_{name}", ROOT / "functions" / name / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def open_fault_injection(endpoint: Endpoint) -> Iterator[FaultInjection]:
    """Point this process's handlers at the engine."""
    template = Template.read(Settings.from_env({}), "http://127.0.0.1:1").body["Resources"]["Table"]["Properties"]
    table_like = {
        name: template[name] for name in ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    }
    table_like["StreamSpecification"] = {"StreamEnabled": True, **template["StreamSpecification"]}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            **credentials(endpoint.token),
            "AWS_ENDPOINT_URL": endpoint.url,
            "NO_PROXY": "127.0.0.1",
        }.items():
            patch.setenv(name, value)
        # A session that an earlier test left behind has other credentials, and not the token of this engine.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        patch.setattr(bootstrap, "pause", lambda _: None)
        # One after the other, so that calls can be counted.
        patch.setattr(DynamoDBPeople, "_side_by_side", SimpleNamespace(map=map))
        bootstrap.client.cache_clear()
        line, bus = Line(), f"lab-{uuid4().hex[:12]}"
        for service in SERVICES:
            line.watch(bootstrap.client(service))
        bootstrap.client("events").create_event_bus(Name=bus)
        heard_at = attach_queue(bootstrap.client("events"), bootstrap.client("sqs"), bus)
        queue, parking, scores, alerts, deliveries = (new_queue(bootstrap.client("sqs"))[0] for _ in range(5))
        bootstrap.client("sqs").meta.events.register("provide-client-params.sqs.SendMessageBatch", _at_once)
        patch.setenv("EARSHOT_BUS", bus)
        patch.setenv("EARSHOT_PARKING_QUEUE", parking)
        patch.setenv("EARSHOT_SCORE_QUEUE", scores)
        patch.setenv("EARSHOT_ALERT_QUEUE", alerts)
        patch.setenv("EARSHOT_DELIVERY_QUEUE", deliveries)
        patch.setenv("EARSHOT_HAS_CRM", "false")
        patch.setenv("EARSHOT_CRM_SECRET", "")
        patch.setenv("EARSHOT_STACK", bus)
        patch.setenv("EARSHOT_PUBLIC_URL", "https://earshot.example.com")
        patch.setenv("EARSHOT_RESPONSE_QUEUE", queue)
        patch.setattr(bootstrap, "queue_contracts", lambda: {queue_named_by(queue): BELOW_THE_QUEUES})
        patch.setenv("EARSHOT_BACKFILL_QUEUE", parking)
        yield FaultInjection(line, table_like, bus, heard_at, queue, alerts, deliveries)
        clear_ports()
        bootstrap.client.cache_clear()


def clear_ports() -> None:
    """Make every port again, as in a new function; the clients may stay."""
    for name, made in vars(bootstrap).items():
        if name != "client" and hasattr(made, "cache_clear"):
            made.cache_clear()


def counted(items: Sequence[Item]) -> Counts:
    """What the count items say, by partition and day."""
    return {
        (item["pk"], item["sk"]): counts
        for item in items
        if item["pk"].startswith("C#") and any(counts := tuple(item.get(f"h{score}", 0) for score in range(11)))
    }


def recounted(items: Sequence[Item]) -> Counts:
    """The same from the responses alone."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * 11)
    for item in responses(items):
        if item["kind"] != StatementKind.ERASED and not item.get("excluded"):
            for series in ("all", *item.get("series", ())):
                sums[f"C#{item['survey']}#{series}", item["day"]][item["score"]] += 1
                if "superseded_on" in item:
                    sums[f"C#{item['survey']}#{series}", f"S#{item['superseded_on']}#{item['day']}"][item["score"]] += 1
    return {place: tuple(counts) for place, counts in sums.items()}


def responses(items: Sequence[Item]) -> list[Item]:
    """The responses among the items."""
    return [item for item in items if item["pk"].startswith("R#") and item["type"] == "response"]


def links(items: Sequence[Item]) -> dict[str, str | None]:
    """Return for each response of a person the day of the next one that counts, as its item has it."""
    return {item["sk"]: item.get("superseded_on") for item in responses(items) if "person" in item}


def wanted_links(items: Sequence[Item]) -> dict[str, str | None]:
    """Return the same from sorting each person's responses."""
    counting = [item for item in responses(items) if "person" in item and item["kind"] != StatementKind.ERASED]
    wanted: dict[str, str | None] = {item["sk"]: None for item in responses(items) if "person" in item}
    last: dict[tuple[str, str], Item] = {}
    for item in sorted(counting, key=lambda item: (item["responded_at"], item["sk"])):
        if before := last.get((item["survey"], item["person"])):
            wanted[before["sk"]] = item["day"]
        last[item["survey"], item["person"]] = item
    return wanted


def pointers(items: Sequence[Item]) -> set[tuple[str, str]]:
    """The pointers from people to responses that there are."""
    return {(item["pk"], item["sk"]) for item in items if item["pk"].startswith("P#")}


def wanted_pointers(items: Sequence[Item]) -> set[tuple[str, str]]:
    """The pointers that the responses ask for."""
    return {
        (f"P#{item['person']}", f"R#{item['survey']}#{item['responded_at']:014d}#{item['sk']}")
        for item in responses(items)
        if "person" in item
    }


def _at_once(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Send messages without the delay that is asked for: the tests have a clock of their own."""
    return {**params, "Entries": [{**entry, "DelaySeconds": 0} for entry in params["Entries"]]}


def _partitions(params: dict[str, Any]) -> tuple[str, ...]:
    """The kinds of partition that a request names, each once."""
    body = params.get("body", b"")
    sent = body.decode() if isinstance(body, bytes) else str(body)
    return tuple(sorted(set(PARTITION.findall(sent))))


def _lines() -> tuple[str, ...]:
    """The lines of the product on the stack, the innermost first."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename.startswith(LAYER):
            found.append(f"{frame.f_code.co_filename.removeprefix(LAYER + '/')}:{frame.f_lineno}")
        frame = frame.f_back
    return tuple(found)


def _plain(value: Item) -> Any:
    kind, value_ = next(iter(value.items()))
    if kind == "N":
        return int(value_)
    if kind == "L":
        return tuple(_plain(entry) for entry in value_)
    if kind == "M":
        return {name: _plain(entry) for name, entry in value_.items()}
    return value_


def _as_lambda_passes(record: Item) -> Item:
    moment = record["dynamodb"]["ApproximateCreationDateTime"]
    seconds = moment.timestamp() if hasattr(moment, "timestamp") else float(moment)
    passed = {**record, "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": seconds}}
    return dict(json.loads(json.dumps(passed)))
