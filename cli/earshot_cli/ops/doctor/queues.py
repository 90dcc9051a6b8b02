"""The queues: dead letters, and work that waits too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_cli.ops.doctor.deployed_template import Blueprint, target
from earshot_cli.ops.doctor.metrics import Metric, last, read_metrics
from earshot_cli.ops.doctor.results import Examined, Finding, counted, span
from earshot_cli.ops.stack import Stack

QUEUE = "AWS::SQS::Queue"
MAPPING = "AWS::Lambda::EventSourceMapping"
ALARM = "AWS::CloudWatch::Alarm"
AGE = "ApproximateAgeOfOldestMessage"
# Of a queue whose age wakes nobody; of all others the alarm says what is too old, and the doctor says it with it.
TOO_OLD_SECONDS = 1800.0
# Those that no queue hands its failures to have pages of their own.
RUNBOOKS = {
    "ParkedRecords": "parked-records",
    "UncountedRecords": "uncounted-records",
    "UndeliveredEvents": "undelivered-events",
}
NUMBERS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


@dataclass(frozen=True)
class Queue:
    """A queue as it is: who empties it (None: nobody, it is for dead letters), how much waits, how long the oldest.

    `too_old_seconds` is how long the oldest may wait.
    """

    name: str
    consumer: str | None
    waiting: int
    in_flight: int = 0
    delayed: int = 0
    oldest_seconds: float | None = None
    is_there: bool = True
    too_old_seconds: float = TOO_OLD_SECONDS


def examine(stack: Stack, blueprint: Blueprint) -> Examined:
    """Look into every queue, at the numbers alone; no message is received."""
    queues = list(_read(stack, blueprint))
    dead = sum(queue.waiting + queue.in_flight for queue in queues if queue.consumer is None)
    work = sum(queue.waiting for queue in queues if queue.consumer)
    seen = f"{counted(len(queues), 'queue')}, {counted(work, 'message')} due, {counted(dead, 'dead letter')}"
    return Examined("Queues", seen, judge(queues))


def judge(queues: list[Queue]) -> list[Finding]:
    """Find dead letters and backlogs."""
    return [finding for queue in queues for finding in _judge(queue)]


def _judge(queue: Queue) -> Iterator[Finding]:
    if not queue.is_there:
        yield Finding(queue.name, "it is not there any more.", "Deploy the stack again; what was in it is lost.")
    elif queue.consumer is None and (dead := queue.waiting + queue.in_flight + queue.delayed):
        yield Finding(
            queue.name,
            f"{counted(dead, 'message')} could not be delivered and {'waits' if dead == 1 else 'wait'} here, 14 days.",
            f"Mend the cause, which the log tells, then run `earshot redrive {queue.name}`.",
            RUNBOOKS.get(queue.name, "dead-letters"),
        )
    elif queue.consumer and (queue.oldest_seconds or 0) >= queue.too_old_seconds:
        yield Finding(
            queue.name,
            f"its oldest message has waited {span(queue.oldest_seconds or 0)}; {queue.waiting:,} are due and "
            f"{queue.in_flight:,} are being tried.",
            f"Look why {queue.consumer} does not empty it: its findings here, then its log.",
            "queue-age",
        )


def _read(stack: Stack, blueprint: Blueprint) -> Iterator[Queue]:
    consumers, limits = _consumers(blueprint), limits_of(blueprint)
    names = {logical: resource.physical.rsplit("/", 1)[-1] for logical, resource in stack.of_kind(QUEUE).items()}
    ages = {logical: _age_of(name) for logical, name in names.items()}
    measured = read_metrics(stack, ages.values())
    sqs = stack.client("sqs")
    for logical in sorted(names):
        try:
            url = stack.physical(logical)
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(NUMBERS))["Attributes"]
        except sqs.exceptions.QueueDoesNotExist:
            yield Queue(logical, consumers.get(logical), 0, is_there=False)
            continue
        waiting, in_flight, delayed = (int(told.get(name, 0)) for name in NUMBERS)
        oldest, limit = last(measured, ages[logical]), limits.get(logical, TOO_OLD_SECONDS)
        yield Queue(
            logical, consumers.get(logical), waiting, in_flight, delayed, oldest_seconds=oldest, too_old_seconds=limit
        )


def limits_of(blueprint: Blueprint) -> dict[str, float]:
    """Give from which age on (seconds) the alarms of the template go off, by queue."""
    return {
        target(dimension["Value"]): float(alarm["Threshold"])
        for alarm in blueprint.of_kind(ALARM).values()
        if alarm.get("MetricName") == AGE
        for dimension in alarm["Dimensions"]
    }


def _consumers(blueprint: Blueprint) -> dict[str, str]:
    mappings = blueprint.of_kind(MAPPING).values()
    return {target(said["EventSourceArn"]): target(said["FunctionName"]) for said in mappings}


def _age_of(queue: str) -> Metric:
    return Metric("AWS/SQS", AGE, "QueueName", queue, "Maximum")
