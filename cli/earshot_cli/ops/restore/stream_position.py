"""How far the functions have read the stream of the table in use."""

import time
from collections.abc import Iterator
from typing import Any

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.ops.consumers import MAPPING
from earshot_cli.ops.doctor.consumers import PROBLEMS
from earshot_cli.ops.doctor.metrics import Metric, last, read_metrics
from earshot_cli.ops.stack import Stack

POLL_SECONDS = 0.2
LOCAL_SECONDS = 60
# CloudWatch shows a minute's lag up to two minutes later.
METRICS_SECONDS = 180
SMALL_LAG_MILLISECONDS = 60_000


def is_read_up(stack: Stack) -> bool:
    """Wait a while, and return whether every function has read what was written to the table before.

    False if that is not certain, as where a mapping is off or its last batch failed.
    """
    mappings = list(_of_streams(stack))
    if any(mapping["State"] != "Enabled" for mapping in mappings):
        return False
    if stack.endpoint is not None:
        return _is_backlog_empty(stack.endpoint)
    time.sleep(METRICS_SECONDS)
    mappings = list(_of_streams(stack))
    if any(str(mapping.get("LastProcessingResult", "")).startswith(PROBLEMS) for mapping in mappings):
        return False
    functions = [mapping["FunctionArn"].partition(":function:")[2].partition(":")[0] for mapping in mappings]
    lags = [Metric("AWS/Lambda", "IteratorAge", "FunctionName", function, "Maximum") for function in functions]
    measured = read_metrics(stack, lags)
    return all((last(measured, lag) or 0) < SMALL_LAG_MILLISECONDS for lag in lags)


def _of_streams(stack: Stack) -> Iterator[dict[str, Any]]:
    client = stack.client("lambda")
    for mapping in stack.of_kind(MAPPING).values():
        found = client.get_event_source_mapping(UUID=mapping.physical)
        if ":dynamodb:" in found["EventSourceArn"]:
            yield found


def _is_backlog_empty(endpoint: Endpoint) -> bool:
    from earshot_cli.local.engine import backlog  # noqa: PLC0415 - only the local engine has it

    deadline = time.monotonic() + LOCAL_SECONDS
    while (backlog(endpoint) or {}).get("records"):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
