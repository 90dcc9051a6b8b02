"""Backfill queue: walk through a survey's responses, some pages at a time.

Give older ones the series of a segment tracked since; once a day, anonymise those kept long enough, and delete people
who had no contact for long.
"""

from time import monotonic
from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.domain.errors import BusyError
from earshot.observability import logger
from earshot.services.people import expire_people
from earshot.services.responses import apply_retention
from earshot.services.surveys.backfill_segments import Task, backfill

# Seconds after which a walk leaves the rest to the next message; the function has 60.
TURN = 35


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not done(record))


def read_task(body: dict[str, Any]) -> Task:
    segments = tuple(body["segments"])
    if not all(isinstance(text, str) for text in (body["survey"], *segments)):
        raise ValueError("the task has no survey or no segments")
    return Task(body["survey"], segments, body.get("revision", 0), body.get("below"), body.get("second", False))


def retain(wanted: dict[str, Any], correlation: str) -> None:
    queue, began = bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"), monotonic()
    if not wanted:
        surveys = apply_retention.begin(bootstrap.now(), surveys=bootstrap.surveys(), queue=queue)
        days = bootstrap.people_retention_days()
        expire_people.begin(days, bootstrap.now(), queue=queue)
        logger.info("retention started", surveys=surveys, people_days=days)
        return
    if "people" in wanted:
        expire(wanted["people"], correlation)
        return
    task = apply_retention.Task(str(wanted["survey"]), int(wanted["before"]), wanted.get("below"))
    deps = bootstrap.apply_retention_deps()
    done = apply_retention.apply(task, bootstrap.now(), correlation, lambda: monotonic() - began < TURN, deps)
    logger.info("retention applied", survey=task.survey, responses=done)


def expire(wanted: dict[str, Any], correlation: str) -> None:
    began = monotonic()
    task = expire_people.Task(int(wanted["before"]), str(wanted.get("after", "")))
    deps = bootstrap.expire_people_deps()
    gone = expire_people.apply(task, bootstrap.now(), correlation, lambda: monotonic() - began < TURN, deps)
    logger.info("people deleted", people=gone)


def done(record: dict[str, Any]) -> bool:
    try:
        body = json_body(record)
        if "retention" in body:
            retain(body["retention"], record["messageId"])
            return True
        task = read_task(body)
        outcome = backfill(
            task,
            surveys=bootstrap.tracking_surveys(),
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
