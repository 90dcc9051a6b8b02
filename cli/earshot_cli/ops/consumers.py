"""Event source mappings of queues, switched off while an operation needs quiet: messages wait in their queues."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from earshot_cli.errors import CommandError
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate
from earshot_cli.ops.doctor.functions import FUNCTION
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.stack_update import Report, update_parameters

MAPPING = "AWS::Lambda::EventSourceMapping"
# The parameter of the stack that switches every mapping of a queue.
CONSUMERS = "Consumers"
POLL_SECONDS = 0.2
LONGEST_SECONDS = 120
# As long as a mapping may take to stop after CloudFormation is done with it, or a message to be visible again.
LONGEST_PAUSE_SECONDS = 900
DEFAULT_TIMEOUT = 3
IN_FLIGHT = "ApproximateNumberOfMessagesNotVisible"


def pause(stack: Stack, also: Mapping[str, str], report: Report = lambda _: None) -> Stack:
    """Switch off every mapping of a queue, with other parameters, and wait until no function processes a message.

    The stack itself has them off then, even if the command is killed: `resume` brings them back from any state.
    """
    stack = update_parameters(stack, {CONSUMERS: "off", **also}, report)
    mappings = list(_of_queues(stack))
    _wait_for(stack, mappings, "Disabled", LONGEST_PAUSE_SECONDS)
    if stack.is_local:
        _wait_for_batches(stack)
    else:
        report("messages in flight are finished")
        time.sleep(longest_timeout(stack))
        _wait_for_messages(stack, [queue for _, queue in mappings])
    return stack


def resume(stack: Stack, also: Mapping[str, str], report: Report = lambda _: None) -> Stack:
    """Switch on every mapping of a queue, with other parameters, whatever the stack's state is."""
    return update_parameters(stack, {CONSUMERS: "on", **also}, report)


def longest_timeout(stack: Stack) -> int:
    """Return how long the slowest function may run (seconds), and so a batch after its mapping is off."""
    functions = DeployedTemplate.of(stack).of_kind(FUNCTION).values()
    return max(int(function.get("Timeout", DEFAULT_TIMEOUT)) for function in functions)


@contextmanager
def paused(stack: Stack, functions: Collection[str]) -> Iterator[None]:
    """Switch off the mappings of some functions that are on, by logical name, and on again in the end.

    Batches in flight are not waited for.
    """
    wanted = {stack.physical(name) for name in functions}
    mappings = [
        (each["UUID"], each["EventSourceArn"])
        for each in _all(stack)
        if _function(each["FunctionArn"]) in wanted and each["State"] == "Enabled"
    ]
    try:
        _switch(stack, mappings, enabled=False)
        yield
    finally:
        _switch(stack, mappings, enabled=True)


def _of_queues(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield each mapping of a queue: its id, and the queue's ARN."""
    for mapping in _all(stack):
        if ":sqs:" in mapping["EventSourceArn"]:
            yield mapping["UUID"], mapping["EventSourceArn"]


def _all(stack: Stack) -> Iterator[dict[str, Any]]:
    client = stack.client("lambda")
    for mapping in stack.of_kind(MAPPING).values():
        yield client.get_event_source_mapping(UUID=mapping.physical)


def _function(arn: str) -> str:
    """Return the name of a function by its ARN, which may end with an alias: …:function:name:live."""
    return arn.split(":")[6]


def _switch(stack: Stack, mappings: list[tuple[str, str]], *, enabled: bool) -> None:
    for uuid, _ in mappings:
        stack.client("lambda").update_event_source_mapping(UUID=uuid, Enabled=enabled)
    _wait_for(stack, mappings, "Enabled" if enabled else "Disabled", LONGEST_SECONDS)


def _wait_for(stack: Stack, mappings: list[tuple[str, str]], state: str, seconds: float) -> None:
    client, deadline = stack.client("lambda"), time.monotonic() + seconds
    for uuid, queue in mappings:
        while (found := client.get_event_source_mapping(UUID=uuid)["State"]) != state:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The consumer of {_name(queue)} is {found}, not {state}: run the same command again."
                )
            time.sleep(POLL_SECONDS)


def _wait_for_messages(stack: Stack, queues: list[str]) -> None:
    """Wait until no message is in flight; one whose function failed is so until it is visible again."""
    client, deadline, attribute = stack.client("sqs"), time.monotonic() + LONGEST_PAUSE_SECONDS, IN_FLIGHT
    for queue in queues:
        url = client.get_queue_url(QueueName=_name(queue))["QueueUrl"]
        while int(client.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])["Attributes"][attribute]):
            if time.monotonic() > deadline:
                raise CommandError(f"Messages of {_name(queue)} are still in flight: run the same command again.")
            time.sleep(POLL_SECONDS)


def _name(queue: str) -> str:
    return queue.rpartition(":")[2]


def _wait_for_batches(stack: Stack) -> None:
    from earshot_cli.local.engine import backlog  # noqa: PLC0415 - only the local engine has it

    deadline = time.monotonic() + LONGEST_SECONDS
    while stack.endpoint and time.monotonic() < deadline and (backlog(stack.endpoint) or {}).get("batches"):
        time.sleep(POLL_SECONDS)
