"""The event that a delivery was parked: somebody has to look, as nothing is tried any more."""

from typing import Any

from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.events import Event, iso, make_event
from earshot.domain.message_types import TO_STAFF

# The types of what is sent of a response begin so; other deliveries have no response.
_OF_A_RESPONSE = "response."


def parked_events(old: Delivery | None, new: Delivery, time: str) -> list[Event]:
    """Return the event of a delivery that was parked; `time` is the ISO 8601 time at which it was.

    One that is tried again and parked again has another id, as each write of a delivery has a version of its own.
    """
    if new.state is not DeliveryState.PARKED or (old is not None and old.state is new.state):
        return []
    data: dict[str, Any] = {
        "destination": new.destination,
        "delivery": new.id,
        "survey": new.survey or None,
        "response": (new.subject or None) if new.type.startswith(_OF_A_RESPONSE) else None,
        "rule": new.rule or None,
        # What members of staff are sent about a case has the name of its step there.
        "alert": (new.alert or None) if new.type not in TO_STAFF else None,
        "type": new.type,
        "reason": new.reason,
        "attempts": len(new.attempts),
        "alerted_at": iso(new.alerted_at),
    }
    subject = f"{new.destination}/{new.id}/{new.version}"
    return [make_event("DeliveryParked", subject, time, new.correlation, data)]
