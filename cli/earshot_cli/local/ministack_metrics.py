"""Metrics of waiting that MiniStack lacks: the ages of messages and of stream records, as SQS and Lambda publish them.

Loaded by ministack_main.py in the engine's own Python. They are measured when CloudWatch is read. There is one
number a minute, as on AWS; what is delayed on purpose does not wait yet. MiniStack stamps with the real time, so that
is what an age is measured by. A move of the stack's clock is added where something was left waiting meanwhile: after
a move by an hour one sees that a message that is not received waits for an hour. What came after the move, and what a
consumer had begun by then, was not left waiting.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import cloudwatch, dynamodb, lambda_svc, sqs

# How far the stack's clock was moved on since a moment of the real time, both in milliseconds.
MovedSince = Callable[[float], int]
Measured = tuple[str, str, float, str, dict[str, str]]


def publish_queue_metrics(moved_since: MovedSince) -> None:
    """Measure before each request to CloudWatch."""
    handle_as_cloudwatch = cloudwatch.handle_request

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        for namespace, name, value, unit, dimensions in [*_of_queues(moved_since), *_of_streams(moved_since)]:
            _drop_current_minute(cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dimensions))))
            cloudwatch.record_metric(namespace, name, value, unit, dimensions)
        return await handle_as_cloudwatch(method, path, headers, body, query)

    cloudwatch.handle_request = handle


def _drop_current_minute(points: list[dict[str, Any]]) -> None:
    if points and points[-1]["Timestamp"] // 60 == time.time() // 60:
        points.pop()


def _of_queues(moved_since: MovedSince) -> Iterator[Measured]:
    for url, queue in list(sqs._queues.items()):
        now, messages = time.time(), list(queue["messages"])
        due = [message for message in messages if message["visible_at"] <= now]
        waiting = [message for message in messages if message["visible_at"] <= now or message["receive_count"]]
        age = max((_seconds_of(message, now, moved_since) for message in waiting), default=0.0)
        of_queue = {"QueueName": url.rsplit("/", 1)[-1]}
        yield "AWS/SQS", "ApproximateAgeOfOldestMessage", age, "Seconds", of_queue
        yield "AWS/SQS", "ApproximateNumberOfMessagesVisible", len(due), "Count", of_queue


def _seconds_of(message: dict[str, Any], now: float, moved_since: MovedSince) -> float:
    begun = message["receive_count"] > 0
    left_waiting = 0.0 if begun else moved_since(message["visible_at"] * 1000) / 1000
    return max(0.0, now - float(message["sent_at"])) + left_waiting


def _of_streams(moved_since: MovedSince) -> Iterator[Measured]:
    # A mapping that is switched off invokes nothing and so publishes nothing, as on AWS.
    for mapping in list(lambda_svc._esms.values()):
        if ":dynamodb:" in (arn := mapping["EventSourceArn"]) and mapping.get("Enabled", True):
            position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"], 0)
            records = dynamodb.stream_records_since(arn.split("/")[1], position, 1)
            since = [_created(record["dynamodb"]) for record in records]
            age = max(0.0, time.time() * 1000 - since[0]) + moved_since(since[0]) if since else 0.0
            yield "AWS/Lambda", "IteratorAge", age, "Milliseconds", {"FunctionName": mapping["FunctionName"]}


def _created(change: dict[str, Any]) -> float:
    # The creation's own time is cut to a whole second, in which a move may lie; this number begins with milliseconds.
    return float(change["SequenceNumber"][:20])
