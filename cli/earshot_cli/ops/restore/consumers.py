"""The consumers of the queues, stopped while the table is changed under them: what comes waits in its queue."""

import time
from collections.abc import Iterator

from earshot_cli.errors import CommandError
from earshot_cli.ops.stack import Stack

MAPPING = "AWS::Lambda::EventSourceMapping"
POLL_SECONDS = 0.2
LONGEST_SECONDS = 120
# What a mapping took before it stopped is worked on for as long as its function may run.
LONGEST_RUN_SECONDS = 60


def stop(stack: Stack) -> None:
    """Stop every consumer of a queue, and wait until what they had begun is over."""
    mappings = list(_of_queues(stack))
    _switch(stack, mappings, enabled=False)
    if not stack.is_local:
        time.sleep(LONGEST_RUN_SECONDS)
    else:
        _until_nothing_is_at_work(stack)


def go_on(stack: Stack) -> None:
    """Let every consumer of a queue go on."""
    _switch(stack, list(_of_queues(stack)), enabled=True)


def _of_queues(stack: Stack) -> Iterator[str]:
    client = stack.client("lambda")
    for mapping in stack.of_kind(MAPPING).values():
        try:
            told = client.get_event_source_mapping(UUID=mapping.physical)
        except client.exceptions.ResourceNotFoundException:
            continue  # one of the old stream, which the switch replaced
        if ":sqs:" in told["EventSourceArn"]:
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


def _until_nothing_is_at_work(stack: Stack) -> None:
    from earshot_cli.local.engine import backlog  # noqa: PLC0415 - only the local engine tells

    deadline = time.monotonic() + LONGEST_RUN_SECONDS
    while stack.endpoint and time.monotonic() < deadline and (backlog(stack.endpoint) or {}).get("batches"):
        time.sleep(POLL_SECONDS)
