"""The consumers: whether what empties each queue and reads the stream is switched on, and gets on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot_cli.ops.doctor.deployed_template import Blueprint, target
from earshot_cli.ops.doctor.metrics import Metric, last, read_metrics
from earshot_cli.ops.doctor.results import Examined, Finding, counted, span
from earshot_cli.ops.stack import Stack

MAPPING = "AWS::Lambda::EventSourceMapping"
# Functions answer which messages failed; without this word Lambda takes the failed ones for done.
PARTIAL = "ReportBatchItemFailures"
BEHIND_MILLISECONDS = 300_000
PROBLEMS = ("PROBLEM", "FAILED")


@dataclass(frozen=True)
class Consumer:
    """A mapping as it is: `reads` is the queue or table, `lag` how far it is behind the stream (milliseconds)."""

    function: str
    reads: str
    uuid: str
    state: str
    last_result: str = ""
    partial_failures: bool = True
    lag: float | None = None
    stale_stream: bool = False


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Look at every event source mapping of the template."""
    consumers = list(_read(stack, blueprint))
    on = sum(consumer.state == "Enabled" for consumer in consumers)
    return Examined("Consumers", f"{on} of {counted(len(consumers), 'mapping')} enabled", judge(consumers))


def judge(consumers: list[Consumer]) -> list[Finding]:
    """Find consumers that are off, that fail, that lose failures, or that are behind."""
    return [finding for consumer in consumers for finding in _judge(consumer)]


def _judge(consumer: Consumer) -> Iterator[Finding]:
    if consumer.state == "Missing":
        yield Finding(consumer.function, f"nothing leads from {consumer.reads} to it.", "Deploy the stack again.")
        return
    if consumer.state not in {"Enabled", "Enabling", "Creating", "Updating"}:
        yield Finding(
            consumer.function,
            f"its mapping is {consumer.state.lower()}: nobody reads {consumer.reads}. Nothing is lost, it waits.",
            f"Run `aws lambda update-event-source-mapping --uuid {consumer.uuid} --enabled`.",
            "stream-lag" if consumer.reads == "Table" else "queue-age",
        )
    elif consumer.last_result.startswith(PROBLEMS):
        yield Finding(
            consumer.function,
            f"its last batch from {consumer.reads} failed ({consumer.last_result}).",
            "Read its log for the reason; the batch is tried again by itself.",
            "function-errors",
        )
    yield from _judge_settings(consumer)


def _judge_settings(consumer: Consumer) -> Iterator[Finding]:
    if not consumer.partial_failures:
        yield Finding(
            consumer.function,
            f"its mapping lacks {PARTIAL}, so a failed record of {consumer.reads} counts as done and is lost.",
            "Deploy the stack again, at once.",
        )
    if consumer.stale_stream:
        yield Finding(
            consumer.function,
            "it reads a stream that is not the table's any more, so nothing new reaches it.",
            "Deploy the stack again, then `earshot replay --since` the moment it fell silent.",
            "stream-lag",
        )
    if (consumer.lag or 0) > BEHIND_MILLISECONDS:
        yield Finding(
            consumer.function,
            f"it is {span((consumer.lag or 0) / 1000)} behind the table's stream, which forgets after 24 hours.",
            "Read its log for a record that it cannot get past.",
            "stream-lag",
        )


def _read(stack: Stack, blueprint: Blueprint) -> Iterator[Consumer]:
    stream = _stream(stack)
    declared = {
        (target(m["FunctionName"]), target(m["EventSourceArn"])): m for m in blueprint.of_kind(MAPPING).values()
    }
    lags = {function: _lag_of(stack.physical(function)) for function, reads in declared if reads == "Table"}
    measured = read_metrics(stack, lags.values())
    for (function, reads), said in sorted(declared.items()):
        told = _mapping(stack, function, None if reads == "Table" else stack.physical(reads).rsplit("/", 1)[-1])
        if told is None:
            yield Consumer(function, reads, "", "Missing")
            continue
        wants_partial = PARTIAL in said.get("FunctionResponseTypes", ())
        yield Consumer(
            function,
            reads,
            told["UUID"],
            told.get("State", ""),
            told.get("LastProcessingResult") or "",
            partial_failures=not wants_partial or PARTIAL in told.get("FunctionResponseTypes", ()),
            lag=last(measured, lags[function]) if function in lags else None,
            stale_stream=reads == "Table" and told["EventSourceArn"] != stream,
        )


def _mapping(stack: Stack, function: str, queue: str | None) -> dict[str, Any] | None:
    """Give the mapping of a function that reads a queue of that name, or without a name the table's stream."""
    pages = stack.client("lambda").get_paginator("list_event_source_mappings")
    for page in pages.paginate(FunctionName=stack.physical(function)):
        for told in page["EventSourceMappings"]:
            arn = str(told.get("EventSourceArn", ""))
            if (":dynamodb:" in arn) if queue is None else arn.endswith(f":{queue}"):
                return dict(told)
    return None


def _stream(stack: Stack) -> str:
    table = stack.client("dynamodb").describe_table(TableName=stack.physical("Table"))["Table"]
    return str(table.get("LatestStreamArn", ""))


def _lag_of(function: str) -> Metric:
    return Metric("AWS/Lambda", "IteratorAge", "FunctionName", function, "Maximum")
