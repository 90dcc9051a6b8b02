"""Backfill queue: walk through a survey's responses, some pages at a time.

Give older ones the series of a segment tracked since; once a day, anonymise those kept long enough, and delete people
who had no contact for long.
"""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.api.turns import take_turn
from earshot.domain.errors import BusyError
from earshot.domain.turn import Turn
from earshot.observability import logger
from earshot.services.people import expire_people
from earshot.services.responses import apply_retention
from earshot.services.surveys.backfill_segments import Task, backfill


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not done(record, context))


def read_task(body: dict[str, Any]) -> Task:
    segments = tuple(body["segments"])
    if not all(isinstance(text, str) for text in (body["survey"], *segments)):
        raise ValueError("the task has no survey or no segments")
    second, rounds = body.get("second", False), body.get("rounds", 1)
    return Task(body["survey"], segments, body.get("revision", 0), body.get("below"), second, rounds)


def retain(wanted: dict[str, Any], correlation: str, turn: Turn) -> None:
    queue = bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE")
    if not wanted:
        surveys = apply_retention.begin(bootstrap.now(), surveys=bootstrap.surveys(), queue=queue)
        days = bootstrap.people_retention_days()
        expire_people.begin(days, bootstrap.now(), queue=queue)
        logger.info("retention started", surveys=surveys, people_days=days)
        return
    if "people" in wanted:
        expire(wanted["people"], correlation, turn)
        return
    task = apply_retention.Task(str(wanted["survey"]), int(wanted["before"]), wanted.get("below"))
    deps = bootstrap.apply_retention_deps()
    done = apply_retention.apply(task, bootstrap.now(), correlation, turn, deps)
    logger.info("retention applied", survey=task.survey, responses=done)


def expire(wanted: dict[str, Any], correlation: str, turn: Turn) -> None:
    before = int(wanted["before"])
    task = expire_people.Task(before, str(wanted.get("after", "")), str(wanted.get("person", "")))
    deps = bootstrap.expire_people_deps()
    gone = expire_people.apply(task, bootstrap.now(), correlation, turn, deps)
    logger.info("people deleted", people=gone)


def fill(body: dict[str, Any], turn: Turn) -> None:
    task = read_task(body)
    outcome = backfill(
        task,
        turn,
        surveys=bootstrap.tracking_surveys(),
        responses=bootstrap.responses(),
        ledger=bootstrap.ledger(),
        queue=bootstrap.task_queue("EARSHOT_BACKFILL_QUEUE"),
        pause=bootstrap.pause,
    )
    logger.info("backfilled", survey=task.survey, turn=turn.number, next=outcome)


def done(record: dict[str, Any], context: Any) -> bool:
    try:
        body = json_body(record)

        def work(turn: Turn) -> None:
            if "retention" in body:
                retain(body["retention"], record["messageId"], turn)
            else:
                fill(body, turn)

        take_turn(body, context, work, bootstrap.park)
    except (BusyError, ValueError, KeyError, TypeError) as exc:
        logger.warning("backfill waits", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return False
    return True
