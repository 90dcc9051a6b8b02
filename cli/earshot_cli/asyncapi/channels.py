"""The channels of the document: the bus, and the webhooks once they have contracts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from earshot.domain.events import SOURCE

Schema = dict[str, Any]


def _domain() -> str:
    """Return the domain of AWS outside China, as the clients know it."""
    region = "us-east-1"
    events = boto3.client("events", region_name=region, config=Config(ignore_configured_endpoint_urls=True))
    return str(events.meta.endpoint_url).partition(f"{region}.")[2]


_NAME_OF_ENVELOPE = "EventBridgeEvent"
# What EventBridge puts around each event.
ENVELOPE: Schema = {
    "type": "object",
    "description": "An event as a rule of EventBridge sees it, and as it arrives in a queue.",
    "properties": {
        "version": {"type": "string", "const": "0", "description": "The version of this envelope."},
        "id": {"type": "string", "description": "EventBridge's own id, which a repeat does not keep."},
        "detail-type": {"type": "string", "description": "The type of the event."},
        "source": {"type": "string", "description": "Who put the event on the bus."},
        "account": {"type": "string", "description": "The AWS account of the bus."},
        "time": {"type": "string", "format": "date-time", "description": "When it was put on the bus, to the second."},
        "region": {"type": "string", "description": "The AWS region of the bus."},
        "resources": {"type": "array", "items": {"type": "string"}, "description": "Always empty."},
        "detail": {"type": "object", "description": "The event itself."},
    },
    "required": ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"],
}
HEADERS: Schema = {
    "type": "object",
    "properties": {
        "webhook-id": {"type": "string", "description": "The same for each attempt: drop repeats by it."},
        "webhook-timestamp": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "When this attempt was made, in Unix seconds.",
        },
        "webhook-signature": {
            "type": "string",
            "description": "`v1,` and the signature of Standard Webhooks; two while the secret is rotated.",
        },
        "idempotency-key": {"type": "string", "description": "The same as `webhook-id`."},
        "x-correlation-id": {"type": "string", "description": "Ties the message to its cause."},
    },
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
}


@dataclass(frozen=True)
class Channel:
    """A way that messages take: how the document describes it, and the payload of a type on it."""

    name: str
    schemas: str
    samples: str
    operation: str
    definition: Schema
    server: tuple[str, Schema]
    correlation: Schema
    payload: Callable[[str], Schema]
    components: dict[str, Schema]
    headers: Schema | None = None
    bindings: Schema | None = None
    incoming_operation: str = ""


def _on_the_bus(detail_type: str) -> Schema:
    return _event(detail_type, {"const": SOURCE})


def incoming_event(detail_type: str) -> Schema:
    """Return the payload of an event that others put on the bus, under a source of their own."""
    return _event(detail_type, {"not": {"const": SOURCE}})


def _event(detail_type: str, source: Schema) -> Schema:
    own = {
        "detail-type": {"const": detail_type},
        "source": source,
        "detail": {"$ref": f"#/components/schemas/{detail_type}"},
    }
    return {"allOf": [{"$ref": f"#/components/schemas/{_NAME_OF_ENVELOPE}"}, {"type": "object", "properties": own}]}


BUS = Channel(
    name="bus",
    schemas="schemas",
    samples="bus",
    operation="publishEvents",
    incoming_operation="receiveEvents",
    definition={
        "address": "{bus}",
        "title": "The bus",
        "description": "A bus of EventBridge. An event of Earshot arrives at least once, may arrive late, and in any "
        "order. Drop repeats by `detail.metadata.id`: a repeat has the same, while EventBridge's `id` differs. "
        "`detail.data` is the full state: of one response keep the greatest `revision`. Fields may be added, so "
        "ignore those you do not know. No event of Earshot holds a comment, a person or an address.",
        "parameters": {"bus": {"default": "earshot", "description": "The stack's name, or its parameter `BusName`."}},
    },
    server=(
        "eventbridge",
        {
            "host": "events.{region}." + _domain(),
            "protocol": "eventbridge",
            "description": "Amazon EventBridge, in the account and region of the stack.",
            "variables": {"region": {"description": "The stack's region.", "examples": ["eu-central-1"]}},
        },
    ),
    correlation={
        "location": "$message.payload#/detail/metadata/correlation_id",
        "description": "Ties the event to its cause; empty where that is not known.",
    },
    payload=_on_the_bus,
    components={_NAME_OF_ENVELOPE: ENVELOPE},
)
WEBHOOKS = Channel(
    name="webhooks",
    schemas="webhooks/schemas",
    samples="webhooks",
    operation="sendWebhooks",
    definition={
        "address": None,
        "title": "Webhooks",
        "description": "Requests (POST) to the address of a destination, signed as Standard Webhooks. A message "
        "arrives at least once and in any order. Drop repeats by `webhook-id`.",
    },
    server=(
        "receiver",
        {
            "host": "{receiver}",
            "protocol": "https",
            "description": "Your server.",
            "variables": {"receiver": {"description": "The host of a destination's address."}},
        },
    ),
    correlation={"location": "$message.header#/x-correlation-id", "description": "Ties the message to its cause."},
    payload=lambda name: {"$ref": f"#/components/schemas/{name}"},
    components={},
    headers=HEADERS,
    bindings={"http": {"method": "POST", "bindingVersion": "0.3.0"}},
)
CHANNELS = (BUS, WEBHOOKS)
