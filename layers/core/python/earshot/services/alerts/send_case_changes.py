"""Send changes of cases to the destinations that ask for them, each under an id that is made of the change."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from earshot.domain.alerts import delivery_id
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination
from earshot.domain.events import Event
from earshot.domain.inbound_calls import actor_of
from earshot.domain.iso_time import instant
from earshot.domain.message_types import OF_CASES
from earshot.ports.destinations import Destinations
from earshot.ports.messaging import DeliveryQueue
from earshot.services.alerts.deliver import first_task

_UTC = ZoneInfo("UTC")


def send_case_changes(changes: Iterable[Event], *, destinations: Destinations, queue: DeliveryQueue) -> None:
    """Queue a delivery of each change for each destination that asks for its type, but for the one that made it.

    A change that comes again makes the same deliveries. Raises BusyError if the table or the queue is away.
    """
    kept = destinations.list()
    made = (_delivery(change, each) for change in changes for each in kept if _is_for(each, change))
    queue.send([(first_task(delivery), 0) for delivery in made])


def _is_for(destination: Destination, change: Event) -> bool:
    """Return whether a destination asks for a change; what it reported itself would come back to it as an echo."""
    is_asked_for = OF_CASES[change.detail_type] in destination.settings.get("types", ())
    return is_asked_for and change.detail["data"]["actor"] != actor_of(destination.id)


def _delivery(change: Event, destination: Destination) -> Delivery:
    data, kind = change.detail["data"], OF_CASES[change.detail_type]
    return Delivery(
        id=delivery_id(f"{data['case']}/{data['revision']}", destination.id, kind),
        destination=destination.id,
        alert="",
        rule="",
        survey=data["survey"],
        subject=data["case"],
        type=kind,
        alerted_at=instant(data["changed_at"], _UTC),
        revision=data["revision"],
        case=data["case"],
    )
