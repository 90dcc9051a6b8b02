"""CRM queue: report each detractor to the CRM, always under the same idempotency key."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import correlation_of, failures, json_body
from earshot.domain.errors import BusyError
from earshot.metrics import count
from earshot.observability import logger
from earshot.services.events.sync_crm import sync


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return failures(record["messageId"] for record in event["Records"] if not delivered(record))


def delivered(record: dict[str, Any]) -> bool:
    about = correlation_of(record)
    try:
        detail = json_body(record)["detail"]
        outcome, received = sync(detail, ledger=bootstrap.ledger(), crm=bootstrap.crm())
    except (BusyError, ValueError, KeyError, TypeError, AttributeError) as exc:
        reason = f"{type(exc).__name__}: {exc}"
        logger.warning("not delivered", message_id=record["messageId"], reason=reason, correlation_id=about)
        return False
    named = {"event_id": detail["metadata"]["id"], "survey": detail["data"]["survey"], "correlation_id": about}
    if received is None:
        logger.info(outcome, **named)
    else:
        count(outcome, named, DetractorsDelivered=1, SecondsToCrm=max(0, bootstrap.now() - received) / 1000)
    return True
