"""Alerts that were raised on responses, with deliveries as far as each may be, all in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert, delivery_id
from earshot.domain.deliveries import Attempt, Delivery, DeliveryKey, DeliveryState
from earshot.domain.destinations import BY_DELIVERY, BY_RESPONSE, CRM, OWNER, Destination
from earshot.domain.events import response_event_id
from earshot.domain.response import IDENTIFIED, Response
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.cases.leave_cases import LeaveCases
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from tests.factories import NOON
from tests.fakes.alerts import InMemoryAlerts, InMemoryDeliveries, InMemoryDestinations
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause

# What became of the delivery to each destination.
DELIVERED, UNCERTAIN, WAITING, PARKED, GONE = "delivered", "uncertain", "waiting", "parked", "gone"
# Two that delete what they got: one that has it, and one of which that is not known.
TICKET, MESSAGE = "ticket", "message"
KEEPING, DELETING = (DELIVERED, UNCERTAIN, WAITING, PARKED), {TICKET: BY_RESPONSE, MESSAGE: BY_DELIVERY}
# Those that have something of the response, or may.
REACHED = {DELIVERED, UNCERTAIN, GONE, OWNER, *DELETING}


class RaisedAlerts:
    """Alerts on responses; `calls` names each call, and `hook` comes before and after it."""

    def __init__(self) -> None:
        self.destinations = InMemoryDestinations(
            *(Destination(name, "webhook", name) for name in KEEPING),
            Destination(TICKET, "hubspot", TICKET, {"object": "ticket"}),
            Destination(MESSAGE, "slack", MESSAGE, {"channel": "C1"}),
        )
        self.alerts = InMemoryAlerts()
        self.cases = InMemoryCases(self.alerts)
        self.deliveries = InMemoryDeliveries(self.destinations)
        self.calls: list[str] = []
        self.hook: Callable[[str], None] = lambda _: None
        alerts, deliveries, cases = (_Watched(port, self) for port in (self.alerts, self.deliveries, self.cases))
        self.withdraw = WithdrawAlerts(alerts, deliveries, LeaveCases(alerts, cases, no_pause), no_pause, lambda: NOON)

    def raise_on(self, response: Response) -> None:
        """Raise an alert on a response, with a case of its person, and bring a delivery of it to each state."""
        at = response.responded_at + 5
        names = (*KEEPING, GONE, OWNER, *DELETING)
        alert = Alert(response.survey, "late", response.id, at, names, revision=response.revision)
        raise_in_case(alert, CaseBy.PERSON, response.person, OpenCasesDeps(self.alerts, self.cases, no_pause))
        for name in names:
            started = _started(alert, name, delivery_id(alert.id, name), response)
            self._keep(
                {
                    UNCERTAIN: started,
                    MESSAGE: started,
                    TICKET: started.delivered(at, "ticket/1,contact/2", 200),
                    WAITING: started.failed(Attempt(at, "down"), "it is away", lambda: 0.5, None),
                    PARKED: started.parked("it refuses the contents", Attempt(at, "rejected", 422)),
                }.get(name, started.delivered(at, None, 200))
            )

    def update(self, response: Response) -> None:
        """Send a later revision of a response to a webhook, which does not reply."""
        (alert,) = self.alerts.of_response(response.survey, response.id)
        made = delivery_id(alert.id, WAITING, str(response.revision))
        self._keep(replace(_started(alert, WAITING, made, response), type="response.updated"))

    def send_to_the_crm(self, response: Response, revision: int) -> None:
        """Send a detractor to the CRM of the deployment, which is away, as of a revision."""
        event = response_event_id(response.survey, response.id, revision, IDENTIFIED)
        alert = Alert(response.survey, "default", response.id, response.responded_at)
        started = _started(alert, CRM, event, response)
        self._keep(started.failed(Attempt(1, "down"), "it is away", lambda: 0.5, None))

    def leading_to(self, response: str) -> list[Delivery]:
        """Return the deliveries that hold anything of a response, but for what deletes it."""
        kept = self.deliveries.kept.values()
        return [each for each in kept if response in repr(each) and not each.is_deletion]

    def deletions(self) -> dict[str, list[Delivery]]:
        """Return what is asked to be deleted, by its destination."""
        found: dict[str, list[Delivery]] = {}
        for each in self.deliveries.kept.values():
            if each.is_deletion:
                found.setdefault(each.destination, []).append(each)
        return found

    def cases_with(self, name: str) -> list[str]:
        """Return the cases that lead to a person or a response."""
        return [
            case
            for case, each in self.cases.kept.items()
            if name in (each.person, each.response) or name in {fact.response for fact in self.cases.joined(case, 100)}
        ]

    def states(self) -> dict[str, DeliveryState]:
        """Return what became of the delivery to each destination."""
        return {each.destination: each.state for each in self.deliveries.kept.values() if not each.is_deletion}

    def _keep(self, delivery: Delivery) -> None:
        self.deliveries.kept[DeliveryKey(*delivery.key)] = delivery


def _started(alert: Alert, destination: str, made: str, response: Response) -> Delivery:
    waits = Delivery(
        made, destination, alert.id, alert.rule, alert.survey, alert.subject, "response.detractor", alert.raised_at
    )
    asked = replace(waits, correlation=f"for {response.id}")
    return asked.started(alert.raised_at, f"{response.id}: {response}", DELETING.get(destination, ""))


class _Watched:
    """A port whose calls are named to its world, before and after."""

    def __init__(self, port: object, world: RaisedAlerts) -> None:
        self._port, self._world = port, world

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self._world.calls.append(name)
            self._world.hook(f"before {name}")
            found = getattr(self._port, name)(*arguments)
            self._world.hook(f"after {name}")
            return found

        return call
