"""Withdraw the alerts on a response that is erased: nothing more of it is sent, and where it may be is named."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from earshot.domain.alerts import Alert, delivery_id
from earshot.domain.deliveries import Delivery, DeliveryKey
from earshot.domain.destinations import BUILT_IN, CRM, Destination, crm_destination, owner_destination
from earshot.domain.errors import BusyError
from earshot.domain.events import response_event_id
from earshot.domain.response import IDENTIFIED, Response
from earshot.ports.alerts import Alerts
from earshot.ports.destinations import Deliveries, Destinations

ATTEMPTS = 12
GONE = "the destination was deleted; ask who had it to erase what it got"


@dataclass(frozen=True, slots=True)
class WithdrawAlerts:
    """What an erasure does with the alerts on a response, before the response is erased and after it."""

    alerts: Alerts
    deliveries: Deliveries
    pause: Callable[[int], None]

    def withdraw(self, response: Response) -> set[str]:
        """Withdraw the deliveries of a response, and return the destinations that have it, or may.

        This comes before the response is erased: an erasure that is interrupted finds the response again, and with it
        all of this. The alerts stay, as only they lead to the deliveries.
        """
        keys = list(_keys_of(response, self.alerts.of_response(response.survey, response.id)))
        reached = set()
        for delivery in self.deliveries.find_many(keys) if keys else ():
            if self._anonymize(delivery).may_be_there:
                reached.add(delivery.destination)
        return reached

    def delete(self, response: Response) -> set[str]:
        """Withdraw what was raised since, and delete the alerts; return the destinations that have it, or may.

        This comes once the response is erased: no rule fires on it any more.
        """
        reached = self.withdraw(response)
        self.alerts.delete_of_response(response.survey, response.id)
        return reached

    def _anonymize(self, delivery: Delivery) -> Delivery:
        """Take out of a delivery what leads to its response; BusyError if others write it all the while."""
        found: Delivery | None = delivery
        for attempt in range(ATTEMPTS):
            if found is None or found.is_anonymized or self.deliveries.put(found.anonymized(), found):
                return found or delivery
            self.pause(attempt)
            found = next(iter(self.deliveries.find_many([delivery.key])), None)
        raise BusyError("the response is being delivered right now; try again")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A destination that got something of an erased person, its kind (None if it was deleted), and why it stays."""

    destination: str
    kind: str | None
    why: str


def still_elsewhere(reached: Iterable[str], destinations: Destinations) -> list[Elsewhere]:
    """Return what cannot be erased at the destinations that were reached."""
    found = ((name, _destination(name, destinations)) for name in sorted(reached))
    return [
        Elsewhere(name, None, GONE) if known is None else Elsewhere(name, known.kind, known.rules.why_it_stays)
        for name, known in found
    ]


def _destination(name: str, destinations: Destinations) -> Destination | None:
    if name in BUILT_IN:
        return crm_destination("") if name == CRM else owner_destination()
    return destinations.get(name)


def _keys_of(response: Response, alerts: Sequence[Alert]) -> Iterator[DeliveryKey]:
    """Yield the keys that deliveries of a response may have: of its alerts, of each later change, and to the CRM."""
    for alert in alerts:
        later = range(alert.revision + 1, response.revision + 1)
        for destination in alert.destinations:
            for part in ("", *map(str, later)):
                yield DeliveryKey(destination, alert.raised_at, delivery_id(alert.id, destination, part))
    if response.last_event is not None:
        for revision in range(1, response.revision + 1):
            event = response_event_id(response.survey, response.id, revision, IDENTIFIED)
            yield DeliveryKey(CRM, response.responded_at, event)
