"""Plan queue: every five minutes, hand the invitations that are due to the sender."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, json_body
from earshot.domain.errors import BusyError
from earshot.observability import logger
from earshot.services.plan_invitations import Planner, begin, plan


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not planned(record))


def planned(record: dict[str, Any]) -> bool:
    try:
        task = json_body(record)
        if task.get("all_shards"):
            logger.info("begun", shards=begin(planner()))
        else:
            logger.info("planned", shard=task["shard"], invitations=plan(task, planner()))
    except (BusyError, ValueError, KeyError, TypeError) as exc:
        logger.warning("not planned", message_id=record["messageId"], reason=type(exc).__name__)
        return False
    return True


def planner() -> Planner:
    mails = bootstrap.task_queue("EARSHOT_EMAIL_QUEUE")
    return Planner(
        invitations=bootstrap.invitations(),
        mails=mails,
        plans=bootstrap.task_queue("EARSHOT_PLAN_QUEUE"),
        backlog=mails.backlog,
        now=bootstrap.now(),
    )
