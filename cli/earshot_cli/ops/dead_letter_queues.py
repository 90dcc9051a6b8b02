"""The queues of a stack in which something waits for a redrive, and where each leads back to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import UsageError
from earshot_cli.ops.stack import Stack

QUEUE = "AWS::SQS::Queue"
# What waits here comes from no work queue: parked by its keys, told by a rule, told by the stream.
PARKED = "ParkedRecords"
UNDELIVERED = "UndeliveredEvents"
UNCOUNTED = "UncountedRecords"
SPECIAL = (PARKED, UNDELIVERED, UNCOUNTED)


@dataclass(frozen=True)
class Queue:
    """A queue: its logical name, its address, its ARN, and about how many messages it holds."""

    name: str
    url: str
    arn: str
    messages: int


@dataclass(frozen=True)
class DeadLetters:
    """A queue of what could not be done, and the work queue it came from (None: from none)."""

    queue: Queue
    work: Queue | None


def dead_letters_of(stack: Stack) -> list[DeadLetters]:
    """Give every queue of the stack that can be redriven, in the order of their names."""
    queues, policies = _queues(stack)
    by_arn = {queue.arn: queue for queue in queues.values()}
    found = [
        DeadLetters(by_arn[target], queues[name]) for name, target in policies.items() if target and target in by_arn
    ]
    found += [DeadLetters(queues[name], None) for name in SPECIAL if name in queues]
    return sorted(found, key=lambda one: one.queue.name)


def chosen(named: str, there: Iterable[DeadLetters], stack: Stack) -> DeadLetters:
    """Find the dead letters meant by their own name, their work queue's, or SQS's; UsageError names those there are."""
    there = list(there)
    for one in there:
        if named in {name for queue in (one.queue, one.work) if queue for name in (queue.name, _physical(queue))}:
            return one
    known = ", ".join(one.queue.name for one in there)
    raise UsageError(f"There is no queue {named!r} to redrive in {stack.place}; there are: {known}.")


def attributes(sqs: Any, url: str) -> dict[str, str]:
    """Read a queue's attributes."""
    answer: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return answer


def messages_in(said: dict[str, str]) -> int:
    """Say about how many messages a queue holds, those that somebody is working on too."""
    states = ("", "NotVisible", "Delayed")
    return sum(int(said.get(f"ApproximateNumberOfMessages{state}", 0)) for state in states)


def _queues(stack: Stack) -> tuple[dict[str, Queue], dict[str, str | None]]:
    """Read all queues, and where each puts what it cannot deliver."""
    sqs, queues, policies = stack.client("sqs"), {}, {}
    for name, resource in stack.of_kind(QUEUE).items():
        said = attributes(sqs, resource.physical)
        queues[name] = Queue(name, resource.physical, said["QueueArn"], messages_in(said))
        policies[name] = json.loads(said.get("RedrivePolicy", "{}")).get("deadLetterTargetArn")
    return queues, policies


def _physical(queue: Queue) -> str:
    return queue.arn.rpartition(":")[2]
