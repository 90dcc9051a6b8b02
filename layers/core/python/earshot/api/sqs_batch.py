"""Batches from SQS in, partial failures out: messages not reported as failed are deleted from the queue."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from earshot.metrics import count

Record = Mapping[str, Any]


def json_body(record: Record) -> dict[str, Any]:
    """Read a record's JSON object; ValueError if it is none."""
    body = json.loads(record["body"])
    if not isinstance(body, dict):
        raise ValueError("the message is not a JSON object")
    return body


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
