"""Alert queue: evaluate alert rules on what was published, and leave a message for each destination."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps, Evaluated, Task, evaluate, tasks_of


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    deps = bootstrap.evaluate_alerts_deps()
    return failures(record["messageId"] for record in event["Records"] if not evaluated(record, deps))


def evaluated(record: dict[str, Any], deps: EvaluateAlertsDeps) -> bool:
    try:
        for task in read_tasks(json_body(record)):
            done = evaluate(task, deps)
            bootstrap.delivery_queue().send([(message, 0) for message in done.deliveries])
            report(task, done)
    except (BusyError, ValueError, KeyError, TypeError, AttributeError) as exc:
        logger.warning("not evaluated", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return False
    return True


def read_tasks(body: dict[str, Any]) -> list[Task]:
    """Read what the publisher asks for, or an event from the bus that was published again."""
    return tasks_of([Event(body["detail-type"], body["detail"])]) if "detail-type" in body else [Task.of(body)]


def report(task: Task, done: Evaluated) -> None:
    """Count and log what was raised; most responses raise nothing, and leave no line."""
    about: dict[str, Any] = {
        "survey": task.survey,
        "muted": done.muted,
        "deliveries": len(done.deliveries),
        "correlation_ids": correlations(fact.correlation for fact in task.facts),
    }
    if done.raised:
        count("evaluated", about, AlertsRaised=done.raised)
    elif done.deliveries:
        logger.info("evaluated", **about)
