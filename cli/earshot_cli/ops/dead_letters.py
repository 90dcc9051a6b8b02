"""Queues of failed messages, and their messages taken out a few at a time: processed first and deleted afterwards."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import UsageError
from earshot_cli.ops.stack import Stack

QUEUE = "AWS::SQS::Queue"
# These hold what did not fail in a work queue: parked stream records, events without a target, uncounted records.
PARKED = "ParkedRecords"
UNDELIVERED = "UndeliveredEvents"
UNCOUNTED = "UncountedRecords"
BATCH = 10
# Longer than a batch takes, and short enough that messages of an interrupted redrive are visible again soon.
HIDDEN_SECONDS = 120
# An empty reply of SQS is only certain if it asked all its servers, which it does when it may wait.
WAIT_SECONDS = 1
# The attribute of a redriven message, with the redrive's own id: it marks the messages that came back.
REDRIVE = "earshot-redrive"


@dataclass(frozen=True)
class Queue:
    """A queue: its logical name, its address, its ARN, and about how many messages it holds."""

    name: str
    url: str
    arn: str
    messages: int


@dataclass(frozen=True)
class DeadLetterQueue:
    """A queue of failed messages, and the work queue they came from (None: from none)."""

    queue: Queue
    work: Queue | None

    @property
    def names(self) -> set[str]:
        """Return the names it may be called by: its own or its work queue's, in the template or in SQS."""
        return {name for one in (self.queue, self.work) if one for name in (one.name, one.arn.rpartition(":")[2])}


@dataclass(frozen=True)
class DeadLetter:
    """A message of a queue, with its attributes as texts."""

    id: str
    receipt: str
    body: str
    attributes: dict[str, str]


# Processes some messages; returns those that are done, the others stay in the queue.
Action = Callable[[Sequence[DeadLetter]], Sequence[DeadLetter]]


class QueueWalk:
    """One walk through a queue: how many messages are done, left (nothing can be done), or returned meanwhile."""

    def __init__(self, sqs: Any, url: str, redrive: str) -> None:
        self.done = 0
        self.left = 0
        self.returned = 0
        self._sqs = sqs
        self._url = url
        self._redrive = redrive
        # Hidden until the walk is over, so that it meets each once: their receipts by id.
        self._hidden: dict[str, str] = {}

    def run(self, action: Action, most: int | None) -> Iterator[int]:
        """Process each message, at most so many; yields how many are done."""
        met_again = 0
        try:
            while wanted := BATCH if most is None else min(BATCH, most - self.done):
                received = self._receive(wanted)
                fresh = [message for message in received if message.id not in self._hidden]
                # A message that became visible again comes once more; others may still be behind it.
                met_again = 0 if fresh else met_again + len(received)
                if not received or met_again > len(self._hidden):
                    return
                self._hidden |= {message.id: message.receipt for message in received}
                if fresh:
                    self._process(action, fresh)
                    yield self.done
        finally:
            self._release()

    def _process(self, action: Action, messages: Sequence[DeadLetter]) -> None:
        returned = [message for message in messages if message.attributes.get(REDRIVE) == self._redrive]
        fresh = [message for message in messages if message not in returned]
        done = action(fresh) if fresh else []
        self._delete(done)
        self.done += len(done)
        self.left += len(fresh) - len(done)
        self.returned += len(returned)

    def _receive(self, wanted: int) -> list[DeadLetter]:
        reply = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=wanted,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=WAIT_SECONDS,
            MessageAttributeNames=["All"],
        )
        return [_dead_letter(message) for message in reply.get("Messages", ())]

    def _delete(self, done: Sequence[DeadLetter]) -> None:
        for message in done:
            del self._hidden[message.id]
        if done:
            entries = [{"Id": str(at), "ReceiptHandle": message.receipt} for at, message in enumerate(done)]
            # A message that could not be deleted is processed once more later, which does no harm.
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _release(self) -> None:
        """Make what stays visible at once; SQS refuses that for messages that are visible already."""
        for receipt in self._hidden.values():
            with suppress(self._sqs.exceptions.ClientError):
                self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0)


def dead_letter_queues(stack: Stack) -> list[DeadLetterQueue]:
    """Return every queue of the stack that can be redriven, in the order of their names."""
    queues, targets = {}, {}
    for name, resource in stack.of_kind(QUEUE).items():
        settings = attributes(stack.client("sqs"), resource.physical)
        queues[name] = Queue(name, resource.physical, settings["QueueArn"], messages_in(settings))
        targets[name] = json.loads(settings.get("RedrivePolicy", "{}")).get("deadLetterTargetArn")
    by_arn = {queue.arn: queue for queue in queues.values()}
    found = [DeadLetterQueue(by_arn[arn], queues[name]) for name, arn in targets.items() if arn in by_arn]
    found += [DeadLetterQueue(queues[name], None) for name in (PARKED, UNDELIVERED, UNCOUNTED) if name in queues]
    return sorted(found, key=lambda each: each.queue.name)


def find_queue(stack: Stack, name: str) -> DeadLetterQueue:
    """Return the queue meant by one of its names; UsageError lists those there are."""
    there = dead_letter_queues(stack)
    for one in there:
        if name in one.names:
            return one
    known = ", ".join(one.queue.name for one in there)
    raise UsageError(f"There is no queue {name!r} to redrive in {stack.place}; there are: {known}.")


def attributes(sqs: Any, url: str) -> dict[str, str]:
    """Read a queue's attributes."""
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def messages_in(found: dict[str, str]) -> int:
    """Return about how many messages a queue holds by its attributes, with those in flight and delayed."""
    states = ("", "NotVisible", "Delayed")
    return sum(int(found.get(f"ApproximateNumberOfMessages{state}", 0)) for state in states)


def send(sqs: Any, url: str, messages: Sequence[DeadLetter], redrive: str) -> list[DeadLetter]:
    """Send messages to a queue, marked with the redrive's id; returns those that were sent.

    One by one, since a batch takes no more bytes than a single message may have.
    """
    attributes = {REDRIVE: {"DataType": "String", "StringValue": redrive}}
    for message in messages:
        sqs.send_message(QueueUrl=url, MessageBody=message.body, MessageAttributes=attributes)
    return list(messages)


def _dead_letter(message: dict[str, Any]) -> DeadLetter:
    found = message.get("MessageAttributes", {}).items()
    texts = {name: value["StringValue"] for name, value in found if "StringValue" in value}
    return DeadLetter(message["MessageId"], message["ReceiptHandle"], message["Body"], texts)
