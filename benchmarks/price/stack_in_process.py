"""The stack in this process: its functions, and what they cause along queues, stream and rules of a template.

Every function is the real one and the table is in moto. Queues, bus and SES only keep what they get. Who is invoked
next, with how much, is read from the translated template: mappings with their batch sizes and filters, rules with their
patterns, schedules with their input.
"""

import gzip
import importlib
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from math import inf
from os import environ
from typing import Any
from unittest.mock import patch

import boto3
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from benchmarks.listening import Spent, listening
from benchmarks.price.patterns import matches
from benchmarks.price.price_list import PriceList
from benchmarks.price.template import Stack, folder_of, pascal
from benchmarks.price.work import Work
from earshot import bootstrap
from earshot.adapters.https_sender import Reply
from earshot.domain import ids
from earshot.observability import logger
from tests.aws_events import LambdaContext, bus_event, sqs_event, stream_record
from tests.fakes.keys import FixedSecret
from tests.moto_tables import speed_up_tables

# A function's name on AWS: the stack's, the logical id and twelve characters.
FUNCTION = "earshot-{}Function-0123456789AB"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/"
TABLE = "Table"
# The partition of what is counted for limits (`rate_key` in earshot/adapters/dynamodb/table_keys.py).
CAPS = "RL#"
# CloudFront compresses what is larger and is not compressed yet.
LEAST_COMPRESSED = 1000
# CloudFront's managed policy CachingDisabled.
NEVER_CACHED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
GIVEN = {
    "EARSHOT_TABLE": TABLE,
    "EARSHOT_PUBLIC_URL": "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
    "EARSHOT_SALT": "arn:aws:cloudformation:us-east-1:123456789012:stack/earshot/0b1c",
    "EARSHOT_MAIL_FROM": "survey@example.com",
    # Every detractor goes to a CRM.
    "EARSHOT_HAS_CRM": "true",
    # Under which name mails go out, and by which the rule knows their reports.
    "EARSHOT_CONFIGURATION_SET": "earshot-mails",
}
STACK_NAME = ("${AWS::StackName}", "earshot")
QUOTA = {"SendQuota": {"MaxSendRate": 1000.0, "Max24HourSend": -1.0, "SentLast24Hours": 0.0}, "SendingEnabled": True}
# Functions whose run takes so long for each record of its event.
BY_RECORD = ("send_emails",)

Item = Mapping[str, Any]
Event = dict[str, Any]


class CrmAddress:
    """The secret with the address of a CRM."""

    def key(self) -> bytes:
        """Return the address."""
        return b"https://crm.example.com/hooks/8f14e45f"


class TakingServers:
    """Servers of others that take everything."""

    def send(self, *_: Any, **__: Any) -> Reply:
        """Reply that all is well."""
        return Reply(200, {}, b"", is_whole=True)


class UnknownTargetError(Exception):
    """The template sends something where this model does not follow it."""


@dataclass
class StackInProcess:
    """Invokes functions and counts what they make AWS do.

    `behind` has the work that each queue makes: its messages, and the runs that these cause.
    """

    stack: Stack
    listed: PriceList
    now: int
    together: int = 1
    work: Work = field(default_factory=Work)
    behind: dict[str, Work] = field(default_factory=lambda: defaultdict(Work))
    queues: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    mails: list[Mapping[str, Any]] = field(default_factory=list)
    _held: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    _ids: int = 0
    _records: int = 0
    _requests: int = 0
    _published: list[Event] = field(default_factory=list)
    _expiring: dict[tuple[str, str], Item] = field(default_factory=dict)

    def id_at(self, time: int) -> str:
        """Return a new id, the same ones in every run: the shard in which a mail is due depends on it."""
        self._ids += 1
        return ids.mint(time, f"{self._ids}".encode())

    def invoke(self, function: str, event: Event, units: int = 1) -> Any:
        """Run a function and count its work; `units` are the things that its time is given for."""
        log, before = io.StringIO(), len(self.mails)
        environ.update(self._variables(function))
        handler = importlib.import_module(f"functions.{function}.app").lambda_handler
        logger.registered_handler.setStream(log)  # type: ignore[attr-defined]
        clients = bootstrap.client("dynamodb"), bootstrap.client("sqs")
        with redirect_stdout(log), listening(*clients, self._indexes, TABLE) as spent:
            reply = handler(event, LambdaContext())
        if failed := (reply or {}).get("batchItemFailures"):
            raise RuntimeError(f"{function} returned {len(failed)} messages: {log.getvalue()[-2000:]}")
        lines = log.getvalue().splitlines()
        self.work += Work(
            runs={function: 1},
            milliseconds={function: units * self.listed.milliseconds_of(function)},
            reads=spent.reads,
            writes=spent.writes,
            cap_writes=_cap_writes(spent),
            logged=sum(len(line.encode()) + self.listed.assumptions["bytes_more_a_line"] for line in lines),
            mails=len(self.mails) - before,
            metrics=frozenset(name for line in lines for name in _counts(line)),
        )
        published, self._published = self._published, []
        for each in published:
            self.publish(each)
        self._follow_stream([self._record(old or None, new or None) for old, new in spent.changes])
        return reply

    def request(self, event: Event) -> Any:
        """Pass a request on to the function of its route, as the API does."""
        route, before = event["routeKey"], self.take_work()
        self._requests += 1
        # Lines about a batch list what each of its requests is known by.
        context = {**event["requestContext"], "requestId": f"JKJaX{self._requests:010}="}
        reply = self.invoke(self.stack.routes()[route], {**event, "requestContext": context})
        headers = "".join(f"{name}: {value}\r\n" for name, value in reply["headers"].items())
        body = reply.get("body") or ""
        size = len(body) * 3 // 4 if reply.get("isBase64Encoded") else len(body.encode())
        assumed = self.listed.assumptions
        line = self._access_line(route) + assumed["bytes_more_a_line"]
        out = size + len(headers) + assumed["header_bytes"]
        self.work += Work(requests=1, bytes_out=out, logged=line)
        for distribution in self.stack.of_type("AWS::CloudFront::Distribution").values():
            behavior = behavior_of(distribution["DistributionConfig"], event["rawPath"])
            is_cached = behavior["CachePolicyId"] != NEVER_CACHED and route.startswith("GET ")
            if behavior.get("Compress") and not reply.get("isBase64Encoded") and len(body) >= LEAST_COMPRESSED:
                out -= size - len(gzip.compress(body.encode()))
            # What the API sends to CloudFront is free.
            passed_on = replace(self.take_work(), bytes_out=0) * (assumed["cache_misses"] if is_cached else 1)
            runs = len(behavior.get("FunctionAssociations", ()))
            self.work = passed_on + Work(cdn_requests=1, cdn_runs=runs, cdn_bytes_out=out)
        self.work += before
        return reply

    def schedule(self, name: str) -> None:
        """Invoke the target of a schedule once."""
        target = self.stack.resources[name]["Properties"]["Target"]
        self.work += Work(scheduled=1)
        self._reach(target, target.get("Input", "{}"))

    def publish(self, event: Event) -> None:
        """Pass an event on to the targets of the rules that it fits; AWS's own events cost nothing."""
        for rule in self.stack.of_type("AWS::Events::Rule").values():
            if matches(_plain(rule["EventPattern"]), event):
                for target in rule["Targets"]:
                    self._reach(target, json.dumps(event))

    def settle(self, seconds: float = inf) -> None:
        """Deliver what waits in the queues, and what that leads to; then expire what was written for a while only.

        It takes `seconds`: a stream's batching window that is longer stays open, for what comes after them.
        """
        while any(self.queues.values()) or any(self._ending(seconds)):
            for mapping in self.stack.mappings.values():
                self._poll(mapping)
            if not any(self.queues.values()):
                self._end_windows(seconds)
            if unread := {name for name, waiting in self.queues.items() if waiting} - self._polled:
                raise UnknownTargetError(f"no function reads {', '.join(sorted(unread))}")
        expired, self._expiring = list(self._expiring.values()), {}
        for item in expired:
            # Items expire one by one, as they came.
            self._follow_stream([self._record(item, None)])
        if seconds != inf:
            self.now += int(seconds * 1000)

    def take_work(self) -> Work:
        """Return what was counted since the last time."""
        taken, self.work = self.work, Work()
        return taken

    def sent(self, params: Mapping[str, Any], **_: Any) -> None:
        """Keep a message; each call is a request."""
        name = params["QueueUrl"].removeprefix(QUEUE_URL)
        entries = params.get("Entries", [params])
        self.queues[name] += [entry["MessageBody"] for entry in entries]
        self.work += Work(sqs_requests=1)
        self.behind[name] += Work(sqs_requests=1)

    def put(self, params: Mapping[str, Any], **_: Any) -> None:
        """Keep what is put on the bus until the run is over."""
        self.work += Work(events=len(params["Entries"]))
        self._published += [bus_event(each["DetailType"], json.loads(each["Detail"])) for each in params["Entries"]]

    def mailed(self, params: Mapping[str, Any], **_: Any) -> None:
        """Keep a mail."""
        self.mails.append(params)

    def _reach(self, target: Mapping[str, Any], body: str) -> None:
        name = self.stack.target(target["Arn"])
        if name in self.stack.queues:
            self.work += Work(sqs_requests=1)
            self.queues[name].append(body)
        elif self.stack.resources[name]["Type"] == "AWS::Lambda::Function":
            self.invoke(folder_of(name), json.loads(body))
        else:
            raise UnknownTargetError(f"{name} is no queue and no function")

    @property
    def _polled(self) -> set[str]:
        return {self.stack.target(mapping["EventSourceArn"]) for mapping in self.stack.mappings.values()}

    def _poll(self, mapping: Mapping[str, Any]) -> None:
        source = self.stack.target(mapping["EventSourceArn"])
        if source not in self.queues:
            return
        waiting, function = self.queues[source], folder_of(self.stack.target(mapping["FunctionName"]))
        most = self.listed.assumptions["mails_a_run"] if function in BY_RECORD else self.together
        size = int(min(mapping.get("BatchSize", 10), most, self.together))
        before = self.work
        while waiting:
            batch, waiting[:] = waiting[:size], waiting[size:]
            # Received and deleted.
            self.work += Work(sqs_requests=2)
            self.invoke(function, sqs_event(batch, source, self.now), len(batch) if function in BY_RECORD else 1)
        self.behind[source] += self.work - before

    def _follow_stream(self, records: Sequence[Event]) -> None:
        """Hand the changes that a run made to the functions behind the stream, those of each shard apart."""
        expires = self.stack.resources[TABLE]["Properties"]["TimeToLiveSpecification"]["AttributeName"]
        for record in records:
            change = record["dynamodb"]
            if record["eventName"] == "INSERT" and expires in change["NewImage"]:
                self._expiring[change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]] = change["NewImage"]
        for name, mapping in self.stack.mappings.items():
            if self.stack.target(mapping["EventSourceArn"]) != TABLE:
                continue
            passed = [record for record in records if _passes(mapping, record)]
            if mapping.get("MaximumBatchingWindowInSeconds"):
                self._held[name] += passed
            else:
                self._hand_over(mapping, passed)

    def _record(self, old: Item | None, new: Item | None) -> Event:
        """Make a record of the stream; no two have the same id, or the second would be taken for a repeat."""
        self._records += 1
        return stream_record(old=old, new=new, number=self._records, time=self.now // 1000)

    def _ending(self, seconds: float) -> list[str]:
        """Name the mappings that hold records, and whose window ends within so many seconds."""
        windows = {name: self.stack.mappings[name]["MaximumBatchingWindowInSeconds"] for name in self._held}
        return [name for name, window in windows.items() if self._held[name] and window <= seconds]

    def _end_windows(self, seconds: float) -> None:
        for name in self._ending(seconds):
            self._hand_over(self.stack.mappings[name], self._held.pop(name))

    def _hand_over(self, mapping: Mapping[str, Any], records: Sequence[Event]) -> None:
        function, size = folder_of(self.stack.target(mapping["FunctionName"])), mapping.get("BatchSize", 100)
        for shard in self._by_shard(records):
            for start in range(0, len(shard), size):
                self.invoke(function, {"Records": shard[start : start + size]})

    def _by_shard(self, records: Sequence[Event]) -> list[list[Event]]:
        """Split records as if each partition key had a shard to itself, as long as there are shards."""
        shards = int(self.listed.assumptions["stream_shards"])
        partitions = list(dict.fromkeys(record["dynamodb"]["Keys"]["pk"]["S"] for record in records))
        place = {pk: number % shards for number, pk in enumerate(partitions)}
        batches: dict[int, list[Event]] = defaultdict(list)
        for record in records:
            batches[place[record["dynamodb"]["Keys"]["pk"]["S"]]].append(record)
        return list(batches.values())

    @property
    def _indexes(self) -> dict[str, tuple[str, ...]]:
        indexes = self.stack.resources[TABLE]["Properties"].get("GlobalSecondaryIndexes", ())
        return {each["IndexName"]: tuple(key["AttributeName"] for key in each["KeySchema"]) for each in indexes}

    def _variables(self, function: str) -> dict[str, str]:
        given = self.stack.functions[function].get("Environment", {}).get("Variables", {})
        found = {name: self._value(name, value) for name, value in given.items()}
        return found | {"AWS_LAMBDA_FUNCTION_NAME": FUNCTION.format(pascal(function))}

    def _value(self, variable: str, value: Any) -> str:
        name = GIVEN.get(variable) or str(_plain(value))
        return QUEUE_URL + name if name in self.stack.queues else name

    def _access_line(self, route: str) -> int:
        (stage,) = self.stack.of_type("AWS::ApiGatewayV2::Stage").values()
        line: str = stage.get("AccessLogSettings", {}).get("Format", "")
        values = {"requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "status": "202", "responseLatency": "12"}
        for name, value in values.items():
            line = line.replace(f"$context.{name}", value)
        return len(line)


@contextmanager
def in_process(stack: Stack, listed: PriceList, now: int) -> Iterator[StackInProcess]:
    """Put the stack into this process for a while; nothing leaves it."""
    made = StackInProcess(stack, listed, now)
    speed_up_tables()
    names = {"AWS_ACCESS_KEY_ID": "price", "AWS_SECRET_ACCESS_KEY": "price", "AWS_DEFAULT_REGION": "us-east-1"}
    with ExitStack() as around:
        around.enter_context(patch.dict(environ, names))
        environ.pop("AWS_ENDPOINT_URL", None)
        around.enter_context(mock_aws())
        for name, port in {
            "secret": FixedSecret, "crm_secret": CrmAddress, "https_sender": TakingServers, "id_at": made.id_at,
            "now": lambda: made.now, "pause": lambda _: None, "draw": lambda: 0.5,
        }.items():  # fmt: skip
            around.enter_context(patch.object(bootstrap, name, port))
        around.callback(_drop_clients)
        _drop_clients()
        _listen(made)
        table = stack.resources[TABLE]["Properties"]
        parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        bootstrap.client("dynamodb").create_table(
            TableName=TABLE, **{name: table[name] for name in parts if name in table}
        )
        environ["EARSHOT_TABLE"] = TABLE
        yield made


def behavior_of(distribution: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return how a distribution treats a path: by the first pattern that fits."""
    for behavior in distribution.get("CacheBehaviors", ()):
        if fnmatchcase(path.lstrip("/"), behavior["PathPattern"].lstrip("/")):
            return dict(behavior)
    return dict(distribution["DefaultCacheBehavior"])


def mail_id(number: int) -> str:
    """Return the id that SES gives the mail of this number, the first one being 1."""
    return f"0107019aa7a07d00-2f4b1c9e-6a1d-4e0b-9d53-{number:012x}-000000"


def _listen(made: StackInProcess) -> None:
    boto3.setup_default_session()
    session: Any = boto3.DEFAULT_SESSION
    replies: dict[str, dict[str, Any]] = {
        "sqs.SendMessage": {"MessageId": "m"},
        "sqs.SendMessageBatch": {"Successful": [], "Failed": []},
        "sqs.GetQueueAttributes": {"Attributes": defaultdict(lambda: "0")},
        "events.PutEvents": {"FailedEntryCount": 0, "Entries": []},
        "sesv2.GetAccount": QUOTA,
        "sesv2.ListSuppressedDestinations": {"SuppressedDestinationSummaries": []},
    }
    done = AWSResponse("https://aws", 200, {}, None)
    for name, given in replies.items():
        session.events.register(f"before-call.{name}", lambda given=given, **_: (done, given))
    session.events.register("before-call.sesv2.SendEmail", lambda **_: (done, {"MessageId": mail_id(len(made.mails))}))
    session.events.register("provide-client-params.sqs.SendMessage", made.sent)
    session.events.register("provide-client-params.sqs.SendMessageBatch", made.sent)
    session.events.register("provide-client-params.events.PutEvents", made.put)
    session.events.register("provide-client-params.sesv2.SendEmail", made.mailed)


def _drop_clients() -> None:
    for value in vars(bootstrap).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()
    boto3.DEFAULT_SESSION = None


def _passes(mapping: Mapping[str, Any], record: Event) -> bool:
    filters = mapping.get("FilterCriteria", {}).get("Filters", [])
    return not filters or any(matches(json.loads(each["Pattern"]), record) for each in filters)


def _plain(value: Any) -> Any:
    """Replace each reference by the name that it refers to."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((kind, argument),) = value.items()
        if kind in ("Ref", "Fn::Sub", "Fn::GetAtt"):
            return argument.replace(*STACK_NAME) if isinstance(argument, str) else argument[0]
    return {name: _plain(each) for name, each in value.items()}


def _cap_writes(spent: Spent) -> float:
    changed = [new or old for old, new in spent.changes]
    return sum(str(item["pk"]["S"]).startswith(CAPS) for item in changed)


def _counts(line: str) -> Iterator[str]:
    """Yield the names under which a line counts something: those of metrics begin with a capital."""
    try:
        read = json.loads(line)
    except ValueError:
        return
    yield from (name for name, value in read.items() if name[0].isupper() and isinstance(value, int | float))
