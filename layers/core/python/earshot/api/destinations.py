"""Destinations and deliveries as they are sent, checked field by field, and as they are shown."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.alert_rules import DESTINATION_ID, REVISION, TIME
from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.fields import EMAIL
from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    Checked,
    Context,
    Line,
    ListOf,
    NoOthers,
    Nullable,
    Object,
    OneOf,
    Optional,
    Required,
    Text,
)
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import INCLUDES, KINDS, OWNER, Destination, DestinationState
from earshot.domain.events import iso
from earshot.domain.message_types import TYPES
from earshot.services.alerts.manage_destinations import Draft, Health, Made

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Positive, Time, words
    from earshot.domain.circuit_breaker import BreakerState

    class _HealthView(TypedDict):
        breaker: Annotated[str, words(*(state.value for state in BreakerState))]
        pending: Count
        parked: Count
        oldest_seconds: Annotated[Count | None, "The age of the oldest alert that still waits."]
        delivered_at: Time | None

    class DestinationView(TypedDict):
        """A destination, without its credentials."""

        id: str
        revision: Positive
        kind: Annotated[str, words(*KINDS)]
        name: str
        settings: dict[str, Any]
        include: list[Annotated[str, words(*INCLUDES)]]
        contact: str | None
        inbound: Annotated[bool, "Whether its signed calls to `POST /v1/inbound/{destination}` are taken."]
        state: Annotated[str, words(*(state.value for state in DestinationState))]
        reason: str | None
        health: _HealthView

    class NewDestinationView(DestinationView):
        """A destination that was made; its secrets are shown this once."""

        secret: str | None
        inbound_secret: Annotated[str | None, "What it signs its calls with; only with `inbound`."]

    class DestinationList(TypedDict):
        """All destinations."""

        destinations: list[DestinationView]
        cursor: str | None

    class SecretView(TypedDict):
        """A new secret to sign with, shown this once."""

        secret: Annotated[str | None, "What we sign with; null if the other one was asked for."]
        inbound_secret: Annotated[str | None, "What it signs its calls with; only with `inbound`."]

    class QueuedView(TypedDict):
        """A delivery that was queued."""

        delivery: str

    class QueuedCount(TypedDict):
        """How many deliveries were queued."""

        deliveries: Count

    class _AttemptView(TypedDict):
        at: Time
        outcome: str
        status: int | None

    class DeliveryView(TypedDict):
        """A delivery of an alert to a destination."""

        id: str
        destination: str
        alert: str | None
        rule: str | None
        survey: str | None
        response: str | None
        case: Annotated[str | None, "The case that the alert opened or joined, or that has changed."]
        type: str
        state: Annotated[str, words(*(state.value for state in DeliveryState))]
        reason: str | None
        attempts: list[_AttemptView]
        next_attempt_at: Time | None
        vendor_id: str | None
        maybe_doubled: Annotated[bool, "Whether an attempt of unknown outcome was repeated, so that it may be twice."]

    class DeliveryList(TypedDict):
        """Deliveries, the newest of each destination first."""

        deliveries: list[DeliveryView]
        cursor: str | None


LONGEST_SETTING, MOST_RECIPIENTS, MOST_LISTED = 2_048, 20, 100
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+", re.ASCII)
REFUSED = "it is not a cursor of this list: take it unchanged from the page before, with the same filters"


def read_destination(body: Mapping[str, Any]) -> Draft:
    """Read a destination that is to be made."""
    return Draft(**DESTINATION.read(body))


def read_change(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read the fields of a destination that are to change."""
    return CHANGE.read(body, Context(partial=True))


def read_rotation(body: Mapping[str, Any]) -> bool:
    """Read whether the secret is to be new that a destination signs its calls with."""
    return bool(ROTATION.read(body)["inbound"])


def read_since(body: Mapping[str, Any]) -> int:
    """Read since when to deliver again (Unix milliseconds)."""
    return int(REPLAY.read(body)["since"])


def read_deliveries(query: Mapping[str, str]) -> dict[str, Any]:
    """Read what deliveries are filtered by, and where their page begins."""
    return DELIVERIES.read(query)


def wanted(filters: Mapping[str, Any]) -> Callable[[Delivery], bool]:
    """Return what a list of deliveries is filtered by."""

    def is_wanted(delivery: Delivery) -> bool:
        found = {
            "destination": delivery.destination,
            "survey": delivery.survey,
            "response": delivery.subject,
            "state": delivery.state.value,
        }
        return all(found[name] == filters[name] for name in found if name in filters)

    return is_wanted


def write_place(place: tuple[str, str] | None) -> str | None:
    """Return where the next page of deliveries begins, as a cursor."""
    return None if place is None else write_cursor("\n".join(place))


def destination_view(destination: Destination, health: Health, now: int) -> "DestinationView":
    """Show a destination without its credentials; the address of a webhook is shown whole, as scripts change it."""
    return {
        "id": destination.id,
        "revision": destination.revision,
        "kind": destination.kind,
        "name": destination.name,
        "settings": dict(destination.settings),
        "include": list(destination.include),
        "contact": destination.contact,
        "inbound": destination.inbound,
        "state": destination.state.value,
        "reason": destination.reason,
        "health": {
            "breaker": health.breaker.value,
            "pending": health.pending,
            "parked": health.parked,
            "oldest_seconds": None if health.oldest is None else max(0, now - health.oldest) // 1000,
            "delivered_at": None if health.delivered_at is None else iso(health.delivered_at),
        },
    }


def made_view(made: Made, shown: "DestinationView") -> "NewDestinationView":
    """Show a destination that was made, as it is `shown` later, with its secrets."""
    return {**shown, "secret": made.secret, "inbound_secret": made.inbound_secret}


def secret_view(secret: str, *, inbound: bool) -> "SecretView":
    """Show a new secret under its name."""
    return {"secret": None if inbound else secret, "inbound_secret": secret if inbound else None}


def delivery_view(delivery: Delivery) -> "DeliveryView":
    """Show a delivery, without what was sent."""
    is_of_response = delivery.type.startswith("response.")
    # While it waits for its destination to reply again it has no time.
    is_dated = delivery.next_attempt_at is not None and not delivery.waits_for_breaker
    next_attempt = iso(delivery.next_attempt_at) if is_dated and delivery.next_attempt_at is not None else None
    return {
        "id": delivery.id,
        "destination": delivery.destination,
        "alert": delivery.alert or None,
        "rule": delivery.rule or None,
        "survey": delivery.survey or None,
        "response": (delivery.subject or None) if is_of_response else None,
        "case": delivery.case,
        "type": delivery.type,
        "state": delivery.state.value,
        "reason": delivery.reason,
        "attempts": [
            {"at": iso(each.at), "outcome": each.outcome, "status": each.status} for each in delivery.attempts
        ],
        "next_attempt_at": next_attempt,
        "vendor_id": delivery.vendor_id,
        "maybe_doubled": delivery.maybe_doubled,
    }


def _read_recipient(text: str) -> str:
    if text == OWNER:
        return text
    try:
        return str(EMAIL.check(text))
    except ValueError as exc:
        raise ValueError(f"it is not `{OWNER}`, and {exc}") from exc


def _read_token(text: str) -> str:
    """Return a token as a header holds it; ValueError for one that none can hold, such as one cut short with "…"."""
    token = text.strip(" ")
    if not all("!" <= character <= "~" for character in token):
        raise ValueError("it holds a space, or a character that is not ASCII: copy the whole token")
    return token


def _read_channel(text: str) -> str:
    """Check the id of a channel: by its name Slack would post, and find nothing of it again."""
    if not _CHANNEL.fullmatch(text):
        raise ValueError("it is not the id of a channel, such as C0123456789: Slack shows it in the channel's details")
    return text


def _read_place(value: Any) -> tuple[str, str]:
    destination, sign, before = read_cursor(value, REFUSED).partition("\n")
    if not sign:
        raise ValueError(REFUSED)
    return destination, before


_SETTINGS = Object(
    Optional("url", Text(LONGEST_SETTING, blank=False)),
    Optional("types", ListOf(OneOf(*TYPES), len(TYPES), least=1)),
    Optional("to", ListOf(Text(254, blank=False).then(_read_recipient), MOST_RECIPIENTS, least=1)),
    Optional("channel", Text(80).then(_read_channel, pattern=f"^{_CHANNEL.pattern}$")),
    Optional("object", OneOf("ticket", "note")),
    Optional("pipeline", Line(80)),
    Optional("stage", Line(80)),
    NoOthers(NO_SUCH_FIELD),
)
_TOKEN = Line(LONGEST_SETTING).then(_read_token, pattern="^ *[!-~]+ *$")
_CREDENTIALS = Object(
    Optional("bot_token", _TOKEN),
    Optional("webhook_url", Text(LONGEST_SETTING, blank=False)),
    Optional("access_token", _TOKEN),
    NoOthers(NO_SUCH_FIELD),
    description="Stored in Secrets Manager, and never shown.",
)
_CHANGEABLE = (
    Optional("credentials", _CREDENTIALS),
    Optional("include", ListOf(OneOf(*INCLUDES), len(INCLUDES))),
    Optional("contact", Nullable(EMAIL)),
    Optional("state", OneOf("enabled", "disabled").then(DestinationState)),
    Optional("inbound", BOOLEAN),
    NoOthers(NO_SUCH_FIELD),
)
DESTINATION = Object(
    Required("kind", OneOf(*KINDS)),
    Required("name", Line(100)),
    Required("settings", _SETTINGS),
    *_CHANGEABLE,
    name="DestinationDraft",
)
CHANGE = Object(
    Optional("name", Line(100)),
    Optional("settings", _SETTINGS),
    REVISION,
    *_CHANGEABLE,
    name="DestinationChange",
)
ROTATION = Object(Optional("inbound", BOOLEAN, default=False), NoOthers(NO_SUCH_FIELD), name="SecretRotation")
REPLAY = Object(Required("since", TIME), NoOthers(NO_SUCH_FIELD), name="DestinationReplay")
DELIVERIES = Object(
    Optional("destination", DESTINATION_ID),
    Optional("survey", DESTINATION_ID),
    Optional("response", Text(64, blank=False)),
    Optional("state", OneOf(*(state.value for state in DeliveryState))),
    Optional("cursor", Checked(_read_place, type="string"), default=("", "")),
    NoOthers(NO_SUCH_PARAMETER),
)
