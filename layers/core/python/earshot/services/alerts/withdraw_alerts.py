"""Withdraw the alerts on a response that is erased: nothing more of it is sent, and what was sent is deleted.

What a destination deletes is a delivery of its own, which the planner finds in the index: an erasure waits for nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from earshot.domain.alerts import Alert, ErasureOfPerson, deletion_of, delivery_id
from earshot.domain.deliveries import Delivery, DeliveryKey, Reached
from earshot.domain.destinations import CRM
from earshot.domain.errors import BusyError
from earshot.domain.events import response_event_id
from earshot.domain.response import IDENTIFIED, Response
from earshot.ports.alerts import Alerts
from earshot.ports.destinations import Deliveries
from earshot.services.cases.leave_cases import LeaveCases

ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class WithdrawAlerts:
    """What an erasure does with the alerts on a response, before the response is erased and after it."""

    alerts: Alerts
    deliveries: Deliveries
    cases: LeaveCases
    pause: Callable[[int], None]
    clock: Callable[[], int]

    def withdraw(
        self, response: Response, person: ErasureOfPerson | None = None, *, is_expired: bool = False
    ) -> set[Reached]:
        """Withdraw the deliveries of a response, and ask the destinations that have it, or may, to delete it.

        Return these; with a `person` nothing leads from them to the response. This comes before the response is erased:
        an erasure that is interrupted finds the response again, and with it all of this. The alerts stay, as only they
        lead to the deliveries, and to the cases, which lose the response. Of a response that `is_expired` nobody is to
        know any more who gave it: a case without another response loses the person, too.
        """
        alerts = self.alerts.of_response(response.survey, response.id)
        self.cases.leave_as(alerts, response.person if is_expired else None)
        keys = list(keys_of(response, alerts))
        reached = set()
        for delivery in self.deliveries.find_many(keys) if keys else ():
            left = self._anonymize(delivery)
            if left.may_be_there:
                deletion = self._delete(left, response, person) if left.erased_by else None
                reached.add(Reached(left.destination, deletion))
        return reached

    def delete(self, response: Response, person: ErasureOfPerson | None = None) -> set[Reached]:
        """Withdraw what was raised since, and delete the alerts; return where the response is, or may be.

        This comes once the response is erased: no rule fires on it any more.
        """
        reached = self.withdraw(response, person)
        self.alerts.delete_of_response(response.survey, response.id)
        return reached

    def _delete(self, delivery: Delivery, response: Response, person: ErasureOfPerson | None) -> DeliveryKey:
        """Ask to delete what a delivery wrote, once, and return what is asked for."""
        deletion = deletion_of(delivery, response.id, self.clock(), person)
        self.deliveries.put(deletion, None)
        return deletion.key

    def _anonymize(self, delivery: Delivery) -> Delivery:
        """Take out of a delivery what leads to its response; BusyError if others write it all the while."""
        found = delivery
        for attempt in range(ATTEMPTS):
            left = found if found.is_anonymized else found.anonymized()
            if left is found or self.deliveries.put(left, found):
                return left
            self.pause(attempt)
            again = next(iter(self.deliveries.find_many([delivery.key])), None)
            if again is None:
                return left
            found = again
        raise BusyError("the response is being delivered right now; try again")


def keys_of(response: Response, alerts: Sequence[Alert]) -> Iterator[DeliveryKey]:
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
