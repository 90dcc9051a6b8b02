"""Email queue: send each invitation once, or never, and say which."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, json_body
from earshot.observability import logger
from earshot.services.send_invitation import Sender, send


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not settled(record))


def settled(record: dict[str, Any]) -> bool:
    try:
        task = json_body(record)
        outcome = send({name: str(task[name]) for name in ("person", "invitation")}, sender())
    except Exception as exc:  # noqa: BLE001 - one mail's trouble is none of its neighbours'
        logger.warning("not sent", message_id=record["messageId"], reason=type(exc).__name__)
        return False
    logger.info(outcome, invitation=task["invitation"])
    return True


def sender() -> Sender:
    composer = bootstrap.composer()
    return Sender(
        surveys=bootstrap.surveys(),
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        invitations=bootstrap.invitations(),
        budgets=bootstrap.budgets(),
        mailer=bootstrap.mailer(),
        compose=composer.compose,
        address=composer.address,
        clock=bootstrap.now,
    )
