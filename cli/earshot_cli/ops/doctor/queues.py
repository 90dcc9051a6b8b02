"""The queues: dead letters, and work that waits too long."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot_cli.ops.dead_letters import PARKED, QUEUE, UNCOUNTED, UNDELIVERED
from earshot_cli.ops.doctor.consumers import MAPPING
from earshot_cli.ops.doctor.deployed_template import DeployedTemplate, logical_name
from earshot_cli.ops.doctor.metrics import Metric, last, read_metrics
from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted, span

ALARM = "AWS::CloudWatch::Alarm"
AGE = "ApproximateAgeOfOldestMessage"
# For queues without an alarm on their age; for all others the doctor uses the alarm's threshold.
TOO_OLD_SECONDS = 1800.0
# Queues that no other queue hands its failures to have runbooks of their own.
RUNBOOKS = {PARKED: "parked-records", UNCOUNTED: "uncounted-records", UNDELIVERED: "undelivered-events"}
NUMBERS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


@dataclass(frozen=True)
class Queue:
    """A queue as it is: its consumer (None: it is for dead letters), how much waits, and how long the oldest."""

    name: str
    consumer: str | None
    waiting: int
    in_flight: int = 0
    delayed: int = 0
    oldest_seconds: float | None = None
    exists: bool = True
    too_old_seconds: float = TOO_OLD_SECONDS


def check(stack: Stack, template: DeployedTemplate) -> CheckResult:
    """Check the numbers of every queue; no message is received."""
    queues = list(_read(stack, template))
    dead = sum(queue.waiting + queue.in_flight for queue in queues if queue.consumer is None)
    work = sum(queue.waiting for queue in queues if queue.consumer)
    seen = f"{counted(len(queues), 'queue')}, {counted(work, 'message')} due, {counted(dead, 'dead letter')}"
    return CheckResult("Queues", seen, [Finding(queue.name, *fault) for queue in queues for fault in faults(queue)])


def faults(queue: Queue) -> Iterator[tuple[str, str, str | None]]:
    """Yield each fault of a queue: it is gone, holds dead letters, or its work waits too long."""
    if not queue.exists:
        yield "it no longer exists.", "Deploy the stack again; its messages are lost.", None
    elif queue.consumer is None and (dead := queue.waiting + queue.in_flight + queue.delayed):
        waits = "waits" if dead == 1 else "wait"
        fault = f"{counted(dead, 'message')} failed and {waits} here for up to 14 days."
        fix = f"Fix the cause, which is in the log, then run `earshot redrive {queue.name}`."
        yield fault, fix, RUNBOOKS.get(queue.name, "dead-letters")
    elif queue.consumer and (queue.oldest_seconds or 0) >= queue.too_old_seconds:
        waited = f"its oldest message has waited {span(queue.oldest_seconds or 0)}"
        fault = f"{waited}; {queue.waiting:,} are due and {queue.in_flight:,} are in flight."
        fix = f"Find out why {queue.consumer} does not empty it: first its findings here, then its log."
        yield fault, fix, "queue-age"


def age_limits(template: DeployedTemplate) -> dict[str, float]:
    """Return the age (seconds) at which the template's alarms fire, by queue."""
    return {
        logical_name(dimension["Value"]): float(alarm["Threshold"])
        for alarm in template.of_kind(ALARM).values()
        if alarm.get("MetricName") == AGE
        for dimension in alarm["Dimensions"]
    }


def _read(stack: Stack, template: DeployedTemplate) -> Iterator[Queue]:
    mappings = template.of_kind(MAPPING).values()
    consumers = {logical_name(each["EventSourceArn"]): template.function(each["FunctionName"]) for each in mappings}
    urls = {logical: resource.physical for logical, resource in sorted(stack.of_kind(QUEUE).items())}
    ages = {
        logical: Metric("AWS/SQS", AGE, "QueueName", url.rsplit("/", 1)[-1], "Maximum") for logical, url in urls.items()
    }
    measured, limits = read_metrics(stack, ages.values()), age_limits(template)
    sqs = stack.client("sqs")
    for logical, url in urls.items():
        try:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(NUMBERS))["Attributes"]
        except sqs.exceptions.QueueDoesNotExist:
            yield Queue(logical, consumers.get(logical), 0, exists=False)
            continue
        waiting, in_flight, delayed = (int(found.get(name, 0)) for name in NUMBERS)
        oldest, limit = last(measured, ages[logical]), limits.get(logical, TOO_OLD_SECONDS)
        yield Queue(
            logical, consumers.get(logical), waiting, in_flight, delayed, oldest_seconds=oldest, too_old_seconds=limit
        )
