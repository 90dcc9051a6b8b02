"""Alert queue: evaluate alert rules on what was published, and leave a message for each destination."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body, receives
from earshot.domain.alerts import AlertTask, tasks_of
from earshot.domain.errors import BusyError, EarshotError
from earshot.domain.events import Event
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps, Evaluated, evaluate


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    deps = bootstrap.evaluate_alerts_deps()
    found = {record["messageId"]: evaluated(record, deps) for record in event["Records"]}
    # Together, as a call takes ten. If they are not taken, what asked for them comes again and finds its alerts.
    is_sent = sent([each for deliveries in found.values() for each in deliveries or ()])
    return failures(name for name, deliveries in found.items() if deliveries is None or (deliveries and not is_sent))


def evaluated(record: dict[str, Any], deps: EvaluateAlertsDeps) -> list[dict[str, Any]] | None:
    """Return the messages to destinations; None if the record is to come again."""
    deliveries: list[dict[str, Any]] = []
    is_repeat = receives(record) > 1
    try:
        for task in read_tasks(json_body(record)):
            done = Evaluated()
            try:
                evaluate(task, deps, done, is_repeat=is_repeat)
            finally:
                # What was raised before an error is not new when the record comes again.
                report(task, done)
            deliveries += done.deliveries
            note(task, done)
    except (EarshotError, ValueError, KeyError, TypeError, AttributeError) as exc:
        logger.warning("not evaluated", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return None
    return deliveries


def note(task: AlertTask, done: Evaluated) -> None:
    """Note on cases that responses in them were corrected, or that their people responded again."""
    if not (task.again or done.revised):
        return
    from earshot.services.cases.note_responses import note_next_responses, note_revised  # noqa: PLC0415 - rare

    deps = bootstrap.note_responses_deps()
    note_revised(task.survey, done.revised, deps)
    note_next_responses(task.survey, task.again, deps)


def sent(deliveries: list[dict[str, Any]]) -> bool:
    try:
        bootstrap.delivery_queue().send([(message, 0) for message in deliveries])
    except BusyError as exc:
        logger.warning("not queued", reason=str(exc), deliveries=len(deliveries))
        return False
    return True


def read_tasks(body: dict[str, Any]) -> list[AlertTask]:
    """Read what the publisher asks for, or an event from the bus that was published again."""
    return tasks_of([Event(body["detail-type"], body["detail"])]) if "detail-type" in body else [AlertTask.of(body)]


def report(task: AlertTask, done: Evaluated) -> None:
    """Count and log what was raised; most responses raise nothing, and leave no line."""
    about: dict[str, Any] = {
        "survey": task.survey,
        "muted": done.muted,
        "deliveries": len(done.deliveries),
        "correlation_ids": correlations(fact.correlation for fact in task.facts),
    }
    if done.raised or done.unowned:
        count(
            "evaluated",
            about,
            AlertsRaised=done.raised,
            CasesCollected=done.collected,
            CasesUnowned=done.unowned,
        )
    elif done.deliveries:
        logger.info("evaluated", **about)
