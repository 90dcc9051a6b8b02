"""Feedback queue: delivery events of our mails from SES, and once a day its suppression list."""

from typing import Any

from earshot import bootstrap
from earshot.adapters.ses_events import read_feedback
from earshot.api.sqs_batch import failures, json_body
from earshot.api.turns import take_turn
from earshot.domain.turn import Turn
from earshot.observability import log_failure, logger
from earshot.services.invitations.receive_feedback import receive
from earshot.services.people.reconcile_suppressions import reconcile


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not taken(record, context))


def taken(record: dict[str, Any], context: Any) -> bool:
    try:
        body = json_body(record)
        if "reconcile" in body:
            take_turn(body, context, lambda turn: reconcile_list(body["reconcile"], turn), bootstrap.park)
        else:
            take(body)
    except Exception as exc:  # noqa: BLE001 - one message's failure must not fail the others
        log_failure("feedback not taken", exc, message_id=record["messageId"])
        return False
    return True


def reconcile_list(task: dict[str, Any], turn: Turn) -> None:
    logger.info("reconciled", addresses=reconcile(task, turn, bootstrap.reconcile_suppressions_deps()))


def take(body: dict[str, Any]) -> None:
    feedback = read_feedback(body)
    outcome = receive(feedback, bootstrap.receive_feedback_deps())
    of = feedback.origin.invitation if feedback.origin else None
    logger.info(outcome, event_id=feedback.event, kind=feedback.kind.value, mail=feedback.message_id, invitation=of)
