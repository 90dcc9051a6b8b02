"""Campaign queue: every five minutes, work through the campaigns that are due."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body
from earshot.api.turns import take_turn
from earshot.domain.campaign import Campaign
from earshot.domain.turn import Turn
from earshot.observability import log_failure, logger
from earshot.services.campaigns.plan_campaigns import begin, work


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not done(record, context))


def done(record: dict[str, Any], context: Any) -> bool:
    try:
        task = json_body(record)
        if task.get("all_campaigns"):
            logger.info("campaigns started", campaigns=begin(bootstrap.plan_campaigns_deps()))
        else:
            take_turn(task, context, lambda turn: plan(task, turn), bootstrap.park)
    except Exception as exc:  # noqa: BLE001 - one campaign's failure must not stop the others
        log_failure("campaign not planned", exc, message_id=record["messageId"])
        return False
    return True


def plan(task: dict[str, Any], turn: Turn) -> None:
    took = work(task, turn, bootstrap.plan_campaigns_deps())
    logger.info("campaign planned", turn=turn.number, **(about(took) if took else {}))


def about(campaign: Campaign) -> dict[str, Any]:
    where = {"survey": campaign.survey, "campaign": campaign.id, "place": campaign.place}
    return where | {"correlation_id": campaign.correlation}
