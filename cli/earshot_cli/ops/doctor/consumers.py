"""The consumers: whether each event source mapping is on and keeps up."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.metrics import Metric, last, read_metrics
from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, span

MAPPING = "AWS::Lambda::EventSourceMapping"
# Functions report which messages failed; without this setting Lambda treats the failed ones as done.
PARTIAL = "ReportBatchItemFailures"
BEHIND_MILLISECONDS = 300_000
PROBLEMS = ("PROBLEM", "FAILED")
ON = frozenset({"Enabled", "Enabling", "Creating", "Updating"})


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


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Check every event source mapping of the template."""
    consumers = list(_read(stack, template))
    if stack.parameters.get("Consumers") == "off":
        return _paused(consumers)
    on = sum(consumer.state == "Enabled" for consumer in consumers)
    findings = [Finding(consumer.function, *fault) for consumer in consumers for fault in faults(consumer)]
    return CheckResult("Consumers", f"{on} of {counted(len(consumers), 'mapping')} enabled", findings)


def _paused(consumers: list[Consumer]) -> CheckResult:
    """Return that a restore paused the consumers, and nothing of what follows from it."""
    fault = "the stack has them paused (its parameter Consumers is off); nothing is lost, messages wait."
    fix = "Run the same `earshot restore` again, or `earshot restore --resume`."
    finding = Finding("Consumers", fault, fix, "restore")
    return CheckResult("Consumers", f"{counted(len(consumers), 'mapping')} paused", [finding])


def faults(consumer: Consumer) -> Iterator[tuple[str, str, str | None]]:
    """Yield each fault of a consumer: it is off, fails, loses failed messages, or is behind."""
    reads = consumer.reads
    if consumer.state == "Missing":
        yield f"it has no mapping from {reads}.", REDEPLOY, None
        return
    if consumer.state not in ON:
        fault = f"its mapping is {consumer.state.lower()}, so {reads} is not read; nothing is lost, messages wait."
        fix = f"Run `aws lambda update-event-source-mapping --uuid {consumer.uuid} --enabled`."
        yield fault, fix, "stream-lag" if reads == "Table" else "queue-age"
    elif consumer.last_result.startswith(PROBLEMS):
        fault = f"its last batch from {reads} failed ({consumer.last_result})."
        yield fault, "Read its log for the reason; the batch is retried automatically.", "function-errors"
    if not consumer.partial_failures:
        fault = f"its mapping lacks {PARTIAL}, so a failed record of {reads} counts as done and is lost."
        yield fault, "Deploy the stack again, at once.", None
    if consumer.stale_stream:
        fix = "Deploy the stack again, then run `earshot replay --since` the last event that arrived."
        yield "it reads a stream that is no longer the table's, so it receives nothing new.", fix, "stream-lag"
    if (behind := consumer.lag or 0) > BEHIND_MILLISECONDS:
        fault = f"it is {span(behind / 1000)} behind the table's stream, which keeps records for 24 hours."
        yield fault, "Read its log for a record that it cannot process.", "stream-lag"


def _read(stack: Stack, template: DeployedTemplate) -> Iterator[Consumer]:
    described = stack.client("dynamodb").describe_table(TableName=stack.table)["Table"]
    stream = str(described.get("LatestStreamArn", ""))
    declared = {
        (template.function(mapping["FunctionName"]), logical_name(mapping["EventSourceArn"])): (name, mapping)
        for name, mapping in template.of_kind(MAPPING).items()
    }
    lags = {function: _lag_of(stack.physical(function)) for function, reads in declared if reads == "Table"}
    measured = read_metrics(stack, lags.values())
    for (function, reads), (name, wanted) in sorted(declared.items()):
        found = _mapping(stack, name)
        if found is None:
            yield Consumer(function, reads, "", "Missing")
            continue
        wants_partial = PARTIAL in wanted.get("FunctionResponseTypes", ())
        yield Consumer(
            function,
            reads,
            found["UUID"],
            found.get("State", ""),
            found.get("LastProcessingResult") or "",
            partial_failures=not wants_partial or PARTIAL in found.get("FunctionResponseTypes", ()),
            lag=last(measured, lags[function]) if function in lags else None,
            stale_stream=reads == "Table" and found["EventSourceArn"] != stream,
        )


def _mapping(stack: Stack, name: str) -> dict[str, Any] | None:
    """Return a mapping of the stack, None if somebody deleted it; CloudFormation knows it by its UUID."""
    client = stack.client("lambda")
    try:
        return dict(client.get_event_source_mapping(UUID=stack.physical(name)))
    except client.exceptions.ResourceNotFoundException:
        return None


def _lag_of(function: str) -> Metric:
    return Metric("AWS/Lambda", "IteratorAge", "FunctionName", function, "Maximum")
