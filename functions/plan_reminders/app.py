"""Plan queue: every five minutes, hand the mails that are due to the sender: reminders, and first ones that waited.

The deliveries of alerts that are due go to their queue at the same time, and so do the open cases of a calendar after
it was changed.

It is the only function that runs often whatever happens, so it also looks at the queues of dead letters.
"""

from contextlib import ExitStack
from functools import partial
from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.api.turns import take_turn
from earshot.domain.sending_quota import why_held_back
from earshot.domain.turn import Turn
from earshot.metrics import count
from earshot.observability import log_failure, logger
from earshot.services.alerts.follow_deliveries import follow
from earshot.services.invitations.plan_reminders import begin, plan


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not planned(record, context))


def planned(record: dict[str, Any], context: Any) -> bool:
    try:
        task = json_body(record)
        if task.get("all_shards"):
            # Each is done whatever becomes of the others; an error brings the message back. The longest comes last.
            with ExitStack() as stack:
                stack.callback(take_turn, task, context, partial(follow_deliveries, task), bootstrap.park)
                stack.callback(report_dead_letters)
                begin_all()
        elif "follow_deliveries" in task:
            take_turn(task, context, partial(follow_deliveries, task), bootstrap.park)
        elif "hand_over" in task:
            hand_over_cases(task)
        elif "calendar_changed" in task:
            take_turn(task, context, lambda turn: follow_calendar(task, turn), bootstrap.park)
        else:
            take_turn(task, context, lambda turn: plan_shard(task, turn), bootstrap.park)
    except Exception as exc:  # noqa: BLE001 - one task's failure must not fail the others
        log_failure("not planned", exc, message_id=record["messageId"])
        return False
    return True


def plan_shard(task: dict[str, Any], turn: Turn) -> None:
    queued = plan(task, turn, bootstrap.plan_reminders_deps())
    logger.info("planned", shard=task["shard"], invitations=queued)


def follow_calendar(task: dict[str, Any], turn: Turn) -> None:
    """Queue the open cases of a calendar that was changed: what is due of them moves."""
    from earshot.services.cases import follow_calendars  # noqa: PLC0415 - a calendar changes a few times a year

    queued = follow_calendars.follow_calendar(task, turn, bootstrap.follow_calendars_deps())
    logger.info("calendar changed", calendar=task["calendar_changed"], cases=queued)


def follow_deliveries(task: dict[str, Any], turn: Turn) -> None:
    """Queue the deliveries of alerts that are due, whose wait was longer than a queue keeps a message."""
    deliveries, queue, after = bootstrap.deliveries(), bootstrap.delivery_queue(), str(task.get("after", ""))
    done = follow(bootstrap.now(), deliveries=deliveries, queue=queue, after=after, turn=turn)
    if done.more is not None:
        rest = turn.next({"follow_deliveries": True, "after": done.more})
        bootstrap.task_queue("EARSHOT_PLAN_QUEUE").send([rest])
    if done.queued:
        logger.info("deliveries followed up", deliveries=done.queued)


def hand_over_cases(message: dict[str, Any]) -> None:
    """Queue the cases of a member who was removed, a page a message, to be handed over."""
    from earshot.services.cases.hand_over import HandOverTask, plan_hand_over  # noqa: PLC0415 - members seldom leave

    task = HandOverTask.of(message)
    cases, rest = plan_hand_over(task, bootstrap.cases(), bootstrap.delivery_queue())
    if rest is not None:
        bootstrap.task_queue("EARSHOT_PLAN_QUEUE").send([rest.to_json()])
    logger.info("cases to hand over", member=task.member, cases=cases)


def report_dead_letters() -> None:
    """Count what could not be processed, in all queues together; the log names the queues."""
    waiting = {name: found for name, backlog in bootstrap.dead_letters().items() if (found := backlog())}
    count(DeadLetters=sum(waiting.values()))
    for name, found in waiting.items():
        logger.error("dead letters wait", queue=name, messages=found)


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
