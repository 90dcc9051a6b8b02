"""CRM queue: tell the CRM of each detractor, always under the same idempotency key."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, json_body
from earshot.domain.errors import BusyError
from earshot.observability import logger
from earshot.services.sync_crm import sync


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not delivered(record))


def delivered(record: dict[str, Any]) -> bool:
    try:
        detail = json_body(record)["detail"]
        outcome = sync(detail, ledger=bootstrap.ledger(), crm=bootstrap.crm())
    except (BusyError, ValueError, KeyError, TypeError, AttributeError) as exc:
        logger.warning("not delivered", message_id=record["messageId"], reason=f"{type(exc).__name__}: {exc}")
        return False
    logger.info(outcome, event_id=detail["metadata"]["id"], survey=detail["data"]["survey"])
    return True
