"""Batches from SQS in, partial failures out: messages not reported as failed are deleted from the queue.

Every consumer of a queue starts with this module, so what only submissions need is imported with the first of them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earshot.metrics import count
from earshot.observability import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from earshot.domain.submission import Submission
    from earshot.domain.submission_queues import QueueContract
    from earshot.services.responses.count_known_rows import Parts

    Unpack = Callable[[str], list[Submission]]

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """The submissions of a batch, the message each came in, and the messages that are refused for good."""

    submissions: "list[Submission]"
    messages: list[str]
    refused: list[Record]

    @property
    def parts(self) -> "Parts":
        """Return the submissions with the messages they came in, to count the known rows of imports by message."""
        from earshot.services.responses.count_known_rows import Parts  # noqa: PLC0415

        return Parts(self.submissions, self.messages)

    def messages_of(self, places: Iterable[int]) -> set[str]:
        """Return the ids of the messages in which the submissions at these places came."""
        return {self.messages[place] for place in places}


def read_submissions(records: Sequence[Record], queues: "Mapping[str, QueueContract]", unpack: "Unpack") -> Batch:
    """Unpack the messages of a batch, each as its queue may carry it; one that is refused spoils no other.

    `queues` are those that submissions come from, by name; `unpack` reads the body of a message. A message is refused
    as a whole: one that cannot be read, or of which a part says what its queue may not carry. Those that came back most
    often are first, so that none that waits for its turn is given up meanwhile.
    """
    batch = Batch([], [], [])
    for record in sorted(records, key=receives, reverse=True):
        try:
            unpacked = _unpacked(record, queues, unpack)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            batch.refused.append(record)
            continue
        batch.submissions.extend(unpacked)
        batch.messages.extend([record["messageId"]] * len(unpacked))
    return batch


def _unpacked(record: Record, queues: "Mapping[str, QueueContract]", unpack: "Unpack") -> "list[Submission]":
    from earshot.domain.submission_queues import NotCarriedError  # noqa: PLC0415

    name = queue_of(record)
    queue = queues[name]
    unpacked = unpack(record["body"])
    try:
        for submission in unpacked:
            queue.check(submission)
    except NotCarriedError as exc:
        logger.warning("refused", message_id=record["messageId"], queue=name, reason=str(exc))
        raise
    return unpacked


def queue_of(record: Record) -> str:
    """Return the name of the queue that a record came from: SQS sets it, not the sender."""
    from earshot.domain.submission_queues import queue_named_by  # noqa: PLC0415

    return queue_named_by(record.get("eventSourceARN", ""))


def json_body(record: Record) -> dict[str, Any]:
    """Read a record's JSON object; ValueError if it is none."""
    body = json.loads(record["body"])
    if not isinstance(body, dict):
        raise ValueError("the message is not a JSON object")
    return body


def receives(record: Record) -> int:
    """Return how often a message has been received: 1 at first."""
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def sent_at(record: Record) -> int:
    """Return when a message was sent, in Unix milliseconds."""
    return int(record["attributes"]["SentTimestamp"])


def correlation_of(record: Record) -> str:
    """Return the correlation id of the event in a record, however broken it is otherwise; empty if it has none."""
    try:
        found = json_body(record)["detail"]["metadata"]["correlation_id"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def failures(message_ids: Iterable[str], waiting: int = 0) -> dict[str, Any]:
    """Report the messages that failed, so that only they come back; `waiting` of them only wait for their turn."""
    returned = sorted(message_ids)
    count(MessagesReturned=len(returned) - waiting)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in returned]}
