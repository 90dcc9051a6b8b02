"""Email queue: send the mail of each invitation once or never, and log which."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body, receives
from earshot.metrics import count
from earshot.observability import log_failure, logger
from earshot.ports.mail import PausedError, ThrottledError
from earshot.services.invitations.send_invitation import send
from earshot.services.invitations.send_rate import seconds_until_turn

SENT, FAILED, THROTTLED, HELD_BACK = "sent", "failed", "throttled", "held back"
CANCELLED = ("declined", "rejected", "stopped")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    outcomes = {record["messageId"]: process(record, context) for record in event["Records"]}
    words = list(outcomes.values())
    back = [message_id for message_id, word in outcomes.items() if word in (FAILED, THROTTLED)]
    return failures(back, waiting=words.count(THROTTLED))


def process(record: dict[str, Any], context: Any) -> str:
    """Send the mail of a message, if it may be sent; return what became of it, in a word."""
    about: dict[str, Any] = {"message_id": record["messageId"]}
    try:
        task = json_body(record)
        about["invitation"] = task.get("invitation")
        deps = bootstrap.send_invitation_deps(
            context.get_remaining_time_in_millis,
            noted=lambda invitation: about.update(correlation_id=invitation.correlation),
        )
        word = send({name: str(task[name]) for name in ("person", "invitation")}, deps)
    except ThrottledError as exc:
        return retry_later(record, exc, about)
    except PausedError as exc:
        # Still due: the planner brings it back. Nothing goes out until an engineer acts on this line.
        count(MailsPaused=1)
        logger.error("sending paused", reason=exc.detail, **about)
        return HELD_BACK
    except Exception as exc:  # noqa: BLE001 - one mail's failure must not fail the others
        log_failure("not sent", exc, **about)
        return FAILED
    del about["message_id"]
    if word == SENT or word in CANCELLED:
        count(word, about, MailsSent=word == SENT, MailsDeclined=word in CANCELLED)
    else:
        logger.info(word, **about)
    return word


def retry_later(record: dict[str, Any], exc: ThrottledError, about: dict[str, Any]) -> str:
    """Defer a mail until its turn may have come; after many tries leave it to the planner."""
    seconds = seconds_until_turn(receives(record), bootstrap.draw())
    logger.info("sending throttled", reason=exc.detail, seconds=seconds, **about)
    if seconds is None:
        return HELD_BACK
    bootstrap.task_queue("EARSHOT_EMAIL_QUEUE").defer(record["receiptHandle"], seconds)
    return THROTTLED
