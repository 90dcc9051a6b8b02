"""What SQS and Lambda tell CloudWatch of waiting, and MiniStack does not: ages of messages and of stream records.

Loaded by engine_entry.py in the engine's own Python. They are measured when somebody asks CloudWatch, in the stack's
time: whoever moves its clock on by an hour sees that a message waits for an hour. There is one number a minute, as on
AWS; what is delayed on purpose does not wait yet.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import cloudwatch, dynamodb, lambda_svc, sqs

Now = Callable[[], int]
Measured = tuple[str, str, float, str, dict[str, str]]


def tell_cloudwatch_of_waiting(now: Now) -> None:
    """Measure before each question that CloudWatch answers; `now` is the stack's time in milliseconds."""
    answer_as_cloudwatch = cloudwatch.handle_request

    async def answer(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        for namespace, name, value, unit, dimensions in [*_of_queues(now), *_of_streams(now)]:
            _forget_this_minutes(cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dimensions))))
            cloudwatch.record_metric(namespace, name, value, unit, dimensions)
        return await answer_as_cloudwatch(method, path, headers, body, query)

    cloudwatch.handle_request = answer


def _forget_this_minutes(points: list[dict[str, Any]]) -> None:
    if points and points[-1]["Timestamp"] // 60 == time.time() // 60:
        points.pop()


def _of_queues(now: Now) -> Iterator[Measured]:
    for url, queue in list(sqs._queues.items()):
        messages = list(queue["messages"])
        due = [message for message in messages if message["visible_at"] <= time.time()]
        begun = [message for message in messages if message["receive_count"]]
        oldest = min((message["sent_at"] for message in [*due, *begun]), default=None)
        of_queue = {"QueueName": url.rsplit("/", 1)[-1]}
        age = 0.0 if oldest is None else max(0.0, now() / 1000 - oldest)
        yield "AWS/SQS", "ApproximateAgeOfOldestMessage", age, "Seconds", of_queue
        yield "AWS/SQS", "ApproximateNumberOfMessagesVisible", len(due), "Count", of_queue


def _of_streams(now: Now) -> Iterator[Measured]:
    # A mapping that is switched off invokes nothing and so tells nothing, as on AWS.
    for mapping in list(lambda_svc._esms.values()):
        if ":dynamodb:" in (arn := mapping["EventSourceArn"]) and mapping.get("Enabled", True):
            position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"], 0)
            records = dynamodb.stream_records_since(arn.split("/")[1], position, 1)
            since = [float(record["dynamodb"]["ApproximateCreationDateTime"]) for record in records]
            age = max(0.0, now() - since[0] * 1000) if since else 0.0
            yield "AWS/Lambda", "IteratorAge", age, "Milliseconds", {"FunctionName": mapping["FunctionName"]}
