"""Email queue: send each invitation once, or never, and say which."""

from typing import Any

from earshot import bootstrap, bootstrap_mail
from earshot.api.queue import failures, json_body
from earshot.asking_ports import PausedError, ThrottledError
from earshot.observability import logger
from earshot.services.pace_mails import seconds_until_turn
from earshot.services.send_invitation import Sender, send


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not settled(record, context))


def settled(record: dict[str, Any], context: Any) -> bool:
    task: dict[str, Any] = {}
    try:
        task = json_body(record)
        outcome = send({name: str(task[name]) for name in ("person", "invitation")}, sender(context))
    except ThrottledError as exc:
        return waits_for_the_planner(record, exc)
    except PausedError as exc:
        # Still due: the planner brings it back. Until somebody acts on this line nothing goes out.
        logger.error("waits", invitation=task["invitation"], reason=exc.detail)
        return True
    except Exception as exc:  # noqa: BLE001 - one mail's trouble is none of its neighbours'
        about = {"message_id": record["messageId"], "invitation": task.get("invitation")}
        logger.warning("not sent", reason=type(exc).__name__, **about)
        return False
    logger.info(outcome, invitation=task["invitation"])
    return True


def waits_for_the_planner(record: dict[str, Any], exc: ThrottledError) -> bool:
    """Let a mail try again when its turn may have come; True once it did so often enough: it is due all the same."""
    seconds = seconds_until_turn(int(record["attributes"]["ApproximateReceiveCount"]), bootstrap_mail.draw())
    logger.info("waits", message_id=record["messageId"], reason=exc.detail, seconds=seconds)
    if seconds is not None:
        bootstrap.task_queue("EARSHOT_EMAIL_QUEUE").defer(record["receiptHandle"], seconds)
    return seconds is None


def sender(context: Any) -> Sender:
    composer = bootstrap.composer()
    return Sender(
        surveys=bootstrap.surveys(),
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        invitations=bootstrap.invitations(),
        ledger=bootstrap.ledger(),
        budgets=bootstrap.budgets(),
        mailer=bootstrap.mailer(),
        compose=composer.compose,
        address=composer.address,
        pace=bootstrap_mail.pace(),
        time_left=context.get_remaining_time_in_millis,
        clock=bootstrap.now,
    )
