"""Deliver a detractor to the CRM with its current comment, so that nothing erased is sent."""

from collections.abc import Mapping
from typing import Any

from earshot.domain import ids
from earshot.domain.events import iso
from earshot.domain.response import Response
from earshot.domain.score import category
from earshot.ports.ledger import Ledger
from earshot.ports.messaging import Crm


def sync(event: Mapping[str, Any], *, ledger: Ledger, crm: Crm | None) -> tuple[str, int | None]:
    """Deliver a DetractorIdentified event (its `detail`); return the outcome in a word.

    With it, return when the response that was delivered had been received (Unix milliseconds), None if none was.

    The event's id is the idempotency key: however often the event comes, the key is the same.
    Raises BusyError if the CRM did not take it.
    """
    data, key = event["data"], str(event["metadata"]["id"])
    if not data["survey"] or ids.canonical(data["response"]) is None:
        raise ValueError("the event belongs to no response")
    found = ledger.find(data["survey"], data["response"])
    if found is None or not found.counts or found.score is None or found.score > 6:
        return "withdrawn", None
    if crm is None:
        return "no-crm", None
    crm.deliver(key, payload(found, key, event["metadata"]))
    return "delivered", found.statement.received_at


def payload(response: Response, key: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a CRM needs to act: who, how unhappy, in which words."""
    score = response.score if response.score is not None else 0
    return {
        "id": key,
        "type": "DetractorIdentified",
        "time": metadata["time"],
        "correlation_id": metadata["correlation_id"],
        "survey": response.survey,
        "response": response.id,
        "revision": response.revision,
        "person": response.person,
        "score": score,
        "category": category(score),
        "comment": response.statement.comment,
        "comment_score": response.statement.comment_score,
        "properties": dict(response.statement.properties),
        "channel": response.statement.channel,
        "responded_at": iso(response.responded_at),
    }
