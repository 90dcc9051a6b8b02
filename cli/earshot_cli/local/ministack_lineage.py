"""Counts how often a function was invoked in one chain of messages, and stops the 17th time, as AWS Lambda does.

Loaded by ministack_main.py in the engine's own Python: MiniStack counts direct invocations only. As on AWS, each
invocation gets a trace header (`_X_AMZN_TRACE_ID`) with a `Lineage`, the SDK sends it with every call, SQS keeps it
with the message as AWSTraceHeader, and the function that the message invokes finds it there. EventBridge and the
streams of DynamoDB pass nothing on: they are no part of a loop that AWS sees. A function with `RecursiveLoop: Allow`
is counted but not stopped.

AWS does not document two things; the harder is assumed. Of a batch with messages of several chains the longest
counts, and each function in a chain has a count of its own. A stopped batch is an error like any other: its
messages come again, and those that came often enough go to the dead-letter queue.
"""

import contextvars
import logging
import re
import secrets
import time
import zlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from ministack.services import cloudwatch, lambda_svc, sqs

# So many invocations run; the next is stopped.
MOST_INVOCATIONS = 16
HEADER, ATTRIBUTE = "x-amzn-trace-id", "AWSTraceHeader"
LINEAGE = re.compile(r"Lineage=([^;]*)")
ENTRY = re.compile(r"1:([0-9a-f]{8}):([0-9]{1,5})", re.ASCII)
EXCEPTION = "RecursiveInvocationException"
STOPPED = (
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and "
    "stopped your function's invocation."
)

logger = logging.getLogger("lambda")

# How often each function was invoked in a chain.
Lineage = dict[str, int]

# What a request to the engine carried, and what the invocation under way passes on.
_sent: contextvars.ContextVar[str] = contextvars.ContextVar("earshot_trace_header", default="")
_current: contextvars.ContextVar[Lineage | None] = contextvars.ContextVar("earshot_lineage", default=None)


def count_lineage() -> None:
    """Make the engine count."""
    sqs.handle_request = _noting_the_header(sqs.handle_request)
    sqs._build_send_sys_attrs = _keeping_the_header(sqs._build_send_sys_attrs)
    lambda_svc.handle_request = _noting_the_header(lambda_svc.handle_request)
    lambda_svc._execute_function_dispatch = _counting(lambda_svc._execute_function_dispatch)
    lambda_svc._xray_trace_id_for_invocation = _trace_header


def read_lineage(header: str) -> Lineage:
    """Read how often each function was invoked; botocore quotes what stands between two of them."""
    found = LINEAGE.search(unquote(header))
    return {function: int(times) for function, times in ENTRY.findall(found[1] if found else "")}


def write_lineage(lineage: Lineage) -> str:
    """Write a trace header of its own trace, which is not sampled."""
    entries = "|".join(f"1:{function}:{times}" for function, times in lineage.items())
    root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled=0;Lineage={entries}"


def longest(lineages: Iterable[Lineage]) -> Lineage:
    """Join the lineages of a batch."""
    joined: Lineage = {}
    for lineage in lineages:
        for function, times in lineage.items():
            joined[function] = max(times, joined.get(function, 0))
    return joined


def _noting_the_header(handle: Any) -> Any:
    async def handled(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        _sent.set(headers.get(HEADER, ""))
        return await handle(method, path, headers, body, query)

    return handled


def _keeping_the_header(build: Any) -> Any:
    def built(now: float, given: Any) -> dict[str, str]:
        attributes: dict[str, str] = build(now, given)
        if header := _sent.get():
            attributes.setdefault(ATTRIBUTE, header)
        return attributes

    return built


def _counting(dispatch: Any) -> Any:
    def dispatched(function: Any, config: dict[str, Any], event: Any, *rest: Any) -> Any:
        name = config["FunctionName"]
        lineage = _of_event(event)
        number = lineage.get(_key(config), 0) + 1
        if number > MOST_INVOCATIONS and not _may_loop(name):
            return _stopped(name)
        before = _current.set({**lineage, _key(config): number})
        try:
            return dispatch(function, config, event, *rest)
        finally:
            _current.reset(before)

    return dispatched


def _of_event(event: Any) -> Lineage:
    """Return the lineage of the messages, or that of the request if it is no batch of messages."""
    records = event.get("Records") if isinstance(event, dict) else None
    if records and isinstance(records, list) and records[0].get("eventSource") == "aws:sqs":
        return longest(read_lineage(record["attributes"].get(ATTRIBUTE, "")) for record in records)
    return read_lineage(_sent.get())


def _may_loop(name: str) -> bool:
    # Not the record of a version: the setting is the function's, for all of its versions.
    return (lambda_svc._functions.get(name) or {}).get("recursive_loop") == "Allow"


def _stopped(name: str) -> dict[str, Any]:
    dimensions = {"FunctionName": name}
    cloudwatch.record_metric("AWS/Lambda", "RecursiveInvocationsDropped", 1, "Count", dimensions)
    logger.warning("%s: %s was not invoked for the %dth time in a chain", EXCEPTION, name, MOST_INVOCATIONS + 1)
    return {"error": True, "body": {"errorType": EXCEPTION, "errorMessage": STOPPED}, "log": ""}


def _trace_header(_config: Any, _inbound: Any = None) -> str | None:
    lineage = _current.get()
    return None if lineage is None else write_lineage(lineage)


def _key(config: dict[str, Any]) -> str:
    """Return the name of a function in a header, the same for all of its versions and aliases."""
    return f"{zlib.crc32(config['FunctionName'].encode()):08x}"
