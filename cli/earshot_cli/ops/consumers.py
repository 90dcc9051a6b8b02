"""Event source mappings of queues, switched off while an operation needs quiet: messages wait in their queues."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from earshot_cli.errors import CommandError
from earshot_cli.ops.stack import Stack

MAPPING = "AWS::Lambda::EventSourceMapping"
POLL_SECONDS = 0.2
LONGEST_SECONDS = 120
# A batch received before the mapping was switched off is processed for as long as its function may run.
LONGEST_RUN_SECONDS = 60


def stop(stack: Stack) -> None:
    """Switch off every mapping of a queue, and wait until batches in flight are finished."""
    _switch(stack, list(_of_queues(stack)), enabled=False)
    if not stack.is_local:
        time.sleep(LONGEST_RUN_SECONDS)
    else:
        _wait_for_batches(stack)


def resume(stack: Stack) -> None:
    """Switch on every mapping of a queue."""
    _switch(stack, list(_of_queues(stack)), enabled=True)


@contextmanager
def paused(stack: Stack, functions: Collection[str]) -> Iterator[None]:
    """Switch off the mappings of some functions that are on, by logical name, and on again in the end.

    Batches in flight are not waited for.
    """
    client = stack.client("lambda")
    pages = [
        client.list_event_source_mappings(FunctionName=stack.physical(name))["EventSourceMappings"]
        for name in functions
    ]
    mappings = [each["UUID"] for page in pages for each in page if each["State"] == "Enabled"]
    try:
        _switch(stack, mappings, enabled=False)
        yield
    finally:
        _switch(stack, mappings, enabled=True)


def _of_queues(stack: Stack) -> Iterator[str]:
    client = stack.client("lambda")
    for mapping in stack.of_kind(MAPPING).values():
        try:
            found = client.get_event_source_mapping(UUID=mapping.physical)
        except client.exceptions.ResourceNotFoundException:
            continue  # one of the old stream, which the switch replaced
        if ":sqs:" in found["EventSourceArn"]:
            yield mapping.physical


def _switch(stack: Stack, mappings: list[str], *, enabled: bool) -> None:
    client, wanted = stack.client("lambda"), "Enabled" if enabled else "Disabled"
    for uuid in mappings:
        client.update_event_source_mapping(UUID=uuid, Enabled=enabled)
    deadline = time.monotonic() + LONGEST_SECONDS
    while any(client.get_event_source_mapping(UUID=uuid)["State"] != wanted for uuid in mappings):
        if time.monotonic() > deadline:
            raise CommandError(f"The consumers are not {wanted.lower()} yet: run the same command again.")
        time.sleep(POLL_SECONDS)


def _wait_for_batches(stack: Stack) -> None:
    from earshot_cli.local.engine import backlog  # noqa: PLC0415 - only the local engine has it

    deadline = time.monotonic() + LONGEST_RUN_SECONDS
    while stack.endpoint and time.monotonic() < deadline and (backlog(stack.endpoint) or {}).get("batches"):
        time.sleep(POLL_SECONDS)
