"""Backfill queue: give older responses the series of a segment tracked since, some pages at a time."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, json_body
from earshot.domain.errors import BusyError
from earshot.observability import logger
from earshot.services.backfill_segments import Task, backfill


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not done(record))


def read_task(body: dict[str, Any]) -> Task:
    segments = tuple(body["segments"])
    if not all(isinstance(text, str) for text in (body["survey"], *segments)):
        raise ValueError("the task names no survey or no segments")
    return Task(body["survey"], segments, body.get("revision", 0), body.get("below"), body.get("second", False))


def done(record: dict[str, Any]) -> bool:
    try:
        body = json_body(record)
        task = read_task(body)
        outcome = backfill(
            task,
            surveys=bootstrap.surveys(),
            responses=bootstrap.responses(),
            ledger=bootstrap.ledger(),
            queue=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
            pause=bootstrap.pause,
        )
    except (BusyError, ValueError, KeyError, TypeError) as exc:
        logger.warning("backfill waits", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return False
    logger.info("backfilled", survey=task.survey, next=outcome)
    return True
