"""Plan queue: every five minutes, hand the mails that are due to the sender: reminders, and first ones that waited."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.domain.sending_quota import why_held_back
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
    deps, allowance = bootstrap.plan_reminders_deps(), bootstrap.mail_account().allowance()
    latest = bootstrap.sending_pauses().latest()
    pause = latest if latest is not None and latest.lasts_at(deps.now) else None
    reason = why_held_back(allowance, pause, is_production=bootstrap.is_production())
    count(MailsHeldBack=bool(reason))
    if reason:
        logger.error("mails wait", reason=reason)
    elif allowance.note:
        logger.error("mails go out slowly", reason=allowance.note)
    shards = begin(deps, allowance, pause)
    logger.info("planning started", shards=shards, mails_a_second=allowance.rate, mails_left=allowance.left)
