"""Plan queue: every five minutes, hand the mails that are due to the sender: reminders, and first ones that waited."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.metrics import count
from earshot.observability import log_failure, logger
from earshot.services.invitations.plan_reminders import begin, plan


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not planned(record))


def planned(record: dict[str, Any]) -> bool:
    try:
        task = json_body(record)
        if task.get("all_shards"):
            begin_all()
        else:
            logger.info("planned", shard=task["shard"], invitations=plan(task, bootstrap.plan_reminders_deps()))
    except Exception as exc:  # noqa: BLE001 - one task's failure must not fail the others
        log_failure("not planned", exc, message_id=record["messageId"])
        return False
    return True


def begin_all() -> None:
    allowance = bootstrap.mail_account().allowance()
    count(MailsHeldBack=allowance.is_spent)
    if allowance.note:
        logger.error("mails wait" if allowance.is_spent else "mails go out slowly", reason=allowance.note)
    shards = begin(bootstrap.plan_reminders_deps(), allowance)
    logger.info("planning started", shards=shards, mails_a_second=allowance.rate, mails_left=allowance.left)
