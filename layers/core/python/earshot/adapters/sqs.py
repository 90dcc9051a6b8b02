"""The queues in SQS, and the tasks that functions leave each other in them."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import translated
from earshot.domain.errors import BusyError


class SqsQueue:
    """One queue; all bodies go in, or BusyError is raised."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def put(self, bodies: Iterable[str], delay: int = 0) -> None:
        """Queue message bodies one by one, as each may be as large as a message can be.

        Without a delay of their own they have the queue's, which a given one replaces, even 0.
        """
        own = {"DelaySeconds": delay} if delay else {}
        with translated("the queue"):
            for body in bodies:
                self._client.send_message(QueueUrl=self._url, MessageBody=body, **own)

    def hurry(self, receipt: str) -> None:
        """Make a message visible at once, if the queue allows it: waiting would not help."""
        self.defer(receipt, 0)

    def defer(self, receipt: str, seconds: int) -> None:
        """Make a message visible after so many seconds, if the queue allows it; else after its usual timeout."""
        with suppress(ClientError, BusyError), translated("the queue"):
            self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds)

    def backlog(self) -> int:
        """Return about how many messages wait or are being processed."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        with translated("the queue"):
            reply = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(reply["Attributes"][name]) for name in names)


# How many messages one call may take.
MESSAGES_A_CALL = 10


class SqsTaskQueue(SqsQueue):
    """The `TaskQueue` port."""

    def send(self, tasks: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        """Queue tasks, one a message."""
        self.put((json.dumps(task, ensure_ascii=False) for task in tasks), delay)


class SqsDeliveryQueue(SqsQueue):
    """The `DeliveryQueue` port: a fair queue, in which the deliveries to one destination do not hold up others.

    Nor do other tasks of one kind, which are named by the first field of their message.
    """

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        """Queue tasks, ten a call, each after so many seconds; all of them, or BusyError is raised."""
        left = iter(tasks)
        while some := list(islice(left, MESSAGES_A_CALL)):
            entries = [
                {
                    "Id": str(place),
                    "MessageBody": json.dumps(task, ensure_ascii=False, separators=(",", ":")),
                    "DelaySeconds": delay,
                    "MessageGroupId": _group_of(task),
                }
                for place, (task, delay) in enumerate(some)
            ]
            with translated("the queue"):
                reply = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if reply.get("Failed"):
                raise BusyError("the queue did not take all messages; they will be sent again")


def _group_of(task: Mapping[str, Any]) -> str:
    return str(task["destination"]) if "destination" in task else next(iter(task))
