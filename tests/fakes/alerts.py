"""Alert rules, alerts, destinations and deliveries in memory, and a destination that a test directs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from earshot.domain.alert_rules import MOST_PER_HOUR, AlertRule
from earshot.domain.alerts import Alert
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Delivery, DeliveryKey, Reached
from earshot.domain.delivery_outcome import Delivered, Outcome
from earshot.domain.destinations import Destination
from earshot.domain.events import Event
from earshot.domain.response import Key, Response
from earshot.ports.alerts import Limited
from earshot.ports.destinations import Credentials, Due, Message, Standing, Target
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from tests.fakes.cases import InMemoryCases, no_cases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger


class InMemoryAlertRules:
    """Alert rules in a dictionary."""

    def __init__(self, *rules: AlertRule) -> None:
        self.kept = {(rule.survey, rule.id): rule for rule in rules}

    def of_survey(self, survey: str) -> list[AlertRule]:
        return [rule for (owner, _), rule in sorted(self.kept.items()) if owner == survey]

    def get(self, survey: str, rule: str) -> AlertRule | None:
        return self.kept.get((survey, rule))

    def put(self, rule: AlertRule, replaces: AlertRule | None) -> bool:
        if not _has(self.kept.get((rule.survey, rule.id)), replaces):
            return False
        self.kept[rule.survey, rule.id] = rule
        return True

    def delete(self, rule: AlertRule) -> bool:
        if not _has(self.kept.get((rule.survey, rule.id)), rule):
            return False
        del self.kept[rule.survey, rule.id]
        return True


class InMemoryAlerts:
    """Alerts in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Alert] = {}

    def raise_once(self, alert: Alert) -> Alert | None:
        earlier = self.kept.setdefault((alert.survey, alert.subject, alert.rule), alert)
        return None if earlier is alert else earlier

    def of_response(self, survey: str, response: str) -> list[Alert]:
        return [
            alert for (owner, subject, _), alert in sorted(self.kept.items()) if (owner, subject) == (survey, response)
        ]

    def of_event(self, survey: str, event: str) -> list[Alert]:
        return self.of_response(survey, event)

    def get(self, survey: str, subject: str, rule: str) -> Alert | None:
        return self.kept.get((survey, subject, rule))

    def delete_of_response(self, survey: str, response: str) -> None:
        for alert in self.of_response(survey, response):
            del self.kept[survey, response, alert.rule]


def one_by_one(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make calls one after the other."""
    return [call() for call in calls]


class InMemoryAlertLimits:
    """Deliveries of a rule to a destination, in the order in which they came, by hour."""

    def __init__(self) -> None:
        self.kept: dict[Limited, list[str]] = {}

    def take(self, of: Limited, delivery: str) -> int:
        places = self.kept.setdefault(of, [])
        if delivery not in places[:MOST_PER_HOUR]:
            places.append(delivery)
            return len(places)
        return places.index(delivery) + 1

    def taken(self, of: Limited) -> int:
        return len(self.kept.get(of, ()))


class InMemoryDestinations:
    """Destinations in a dictionary."""

    def __init__(self, *destinations: Destination) -> None:
        self.kept = {destination.id: destination for destination in destinations}
        self.gone: list[str] = []

    def get(self, destination: str) -> Destination | None:
        return self.kept.get(destination)

    def list(self) -> list[Destination]:
        return [self.kept[name] for name in sorted(self.kept)]

    def put(self, destination: Destination, replaces: Destination | None) -> bool:
        if not _has(self.kept.get(destination.id), replaces):
            return False
        self.kept[destination.id] = destination
        return True

    def delete(self, destination: Destination, _now: int) -> bool:
        if not _has(self.kept.get(destination.id), destination):
            return False
        del self.kept[destination.id]
        self.gone.append(destination.id)
        return True

    def deleted(self) -> Sequence[str]:
        return self.gone


class InMemoryDeliveries:
    """Deliveries and breakers in dictionaries, next to destinations and the responses of a ledger."""

    def __init__(self, destinations: InMemoryDestinations, ledger: InMemoryLedger | None = None) -> None:
        self._destinations = destinations
        self.ledger = ledger or InMemoryLedger()
        self.kept: dict[DeliveryKey, Delivery] = {}
        self.breakers: dict[str, Breaker] = {}
        # By their ids, when they are due.
        self.due_cases: dict[str, int] = {}
        self.due_digests: dict[str, int] = {}

    def standing(self, key: DeliveryKey, response: Key | None = None) -> Standing:
        destination, breaker = self._destinations.get(key.destination), self.breaker(key.destination)
        found = self.ledger.items.get(response) if response else None
        return Standing(destination, breaker, self.kept.get(key), found if isinstance(found, Response) else None)

    def put(self, delivery: Delivery, replaces: Delivery | None) -> bool:
        found = self.kept.get(delivery.key)
        if (found and found.version) != (replaces and replaces.version):
            return False
        self.kept[delivery.key] = delivery
        return True

    def put_breaker(self, breaker: Breaker) -> bool:
        if self.breaker(breaker.destination).revision != breaker.revision - 1:
            return False
        self.breakers[breaker.destination] = breaker
        return True

    def breaker(self, destination: str) -> Breaker:
        return self.breakers.get(destination, Breaker(destination))

    def find(self, key: DeliveryKey) -> Delivery | None:
        return self.kept.get(key)

    def find_many(self, keys: Sequence[DeliveryKey]) -> list[Delivery]:
        return [self.kept[key] for key in keys if key in self.kept]

    def of_destination(self, destination: str, limit: int, before: str = "") -> tuple[list[Delivery], str | None]:
        found = sorted((f"{key[1]:014d}#{key[2]}", each) for key, each in self.kept.items() if key[0] == destination)
        page = [one for one in reversed(found) if not before or one[0] < before]
        return [each for _, each in page[:limit]], page[limit - 1][0] if len(page) > limit else None

    def due(self, now: int, limit: int, after: str = "") -> Due:
        found: list[tuple[str, DeliveryKey | str]] = [
            (f"{each.next_attempt_at:014d}#{each.id}", key)
            for key, each in self.kept.items()
            if each.is_in_the_index and each.next_attempt_at is not None and each.next_attempt_at <= now
        ]
        for name, breaker in self.breakers.items():
            if (due_at := breaker.due_at()) is not None and due_at <= now:
                found.append((f"{due_at:014d}#{name}", name))
        page = sorted(one for one in found if one[0] > after)
        keys = [key for _, key in page[:limit]]
        return Due(
            [key for key in keys if isinstance(key, DeliveryKey)],
            [key for key in keys if isinstance(key, str)],
            page[limit - 1][0] if len(page) > limit else None,
            *(
                [] if after else sorted(each for each, at in dated.items() if at <= now)
                for dated in (self.due_cases, self.due_digests)
            ),
        )

    def waiting(self, destination: str, limit: int) -> list[DeliveryKey]:
        found = [key for key, each in self.kept.items() if key.destination == destination and each.waits_for_breaker]
        return sorted(found)[:limit]


class InMemoryCredentials:
    """Credentials in a dictionary; a reader may still have `remembered` those from before they were changed."""

    def __init__(self) -> None:
        self.kept: dict[str, Credentials] = {}
        self.remembered: dict[str, tuple[int, Credentials]] = {}

    def read(self, destination: str, revision: int = 0, *, again: bool = False) -> Credentials:
        read_of, known = self.remembered.get(destination, (revision, None))
        if again or known is None or read_of != revision:
            known = self.kept.get(destination, Credentials())
            self.remembered[destination] = (revision, known)
        return known

    def write(self, destination: str, fields: Mapping[str, str], secret: str | None) -> None:
        former = self.kept.get(destination, Credentials()).secrets[:1] if secret else ()
        self.kept[destination] = Credentials(fields, (secret, *former) if secret else ())

    def delete(self, destination: str) -> None:
        self.kept.pop(destination, None)


def no_alerts() -> WithdrawAlerts:
    """Return what an erasure does with alerts where there are none."""
    alerts, deliveries = InMemoryAlerts(), InMemoryDeliveries(InMemoryDestinations())
    return WithdrawAlerts(alerts, deliveries, no_cases(alerts), no_pause, lambda: 0)


def no_alerts_on_people() -> dict[str, Any]:
    """Return what the erasure of a person does with alerts where there are none."""
    return {"alerts": no_alerts(), "places": InMemoryReachedPlaces()}


class InMemoryReachedPlaces:
    """What destinations had of erased people, in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, set[Reached]] = {}

    def note(self, person: str, reached: Iterable[Reached], _now: int) -> None:
        self.kept.setdefault(person, set()).update(reached)

    def of_person(self, person: str) -> list[Reached]:
        return sorted(self.kept.get(person, ()), key=repr)


class ObedientSender:
    """A receiver that replies as `outcomes` says, then takes everything; `taken` has each id as often as it came."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome | Callable[[], Outcome]] = []
        self.calls: list[tuple[str, str]] = []
        self.taken: list[str] = []
        self.erased: list[str] = []
        self.erasures: list[Outcome] = []

    def render(self, message: Message, _: Target) -> str:
        return f"{message.type} {message.id}"

    def send(self, delivery: Delivery, _body: str, target: Target, _now: int) -> Outcome:
        self.calls.append((target.destination.id, delivery.id))
        outcome = self.outcomes.pop(0) if self.outcomes else Delivered(None, 200)
        if callable(outcome):
            outcome = outcome()
        if isinstance(outcome, Delivered):
            self.taken.append(delivery.id)
        return outcome

    def probe(self, delivery: Delivery, _target: Target, _now: int) -> Outcome | None:
        return Delivered("found", 200) if delivery.id in self.taken else None

    def erase(self, delivery: Delivery, _target: Target, _now: int) -> Outcome:
        outcome = self.erasures.pop(0) if self.erasures else Delivered(None, 204)
        if isinstance(outcome, Delivered):
            self.erased.append(delivery.subject)
        return outcome


class DelayedQueue:
    """The queue of deliveries, with the delay of each message (seconds)."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Mapping[str, Any], int]] = []

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        self.tasks += tasks


def _has(found: Any, expected: Any) -> bool:
    """Return whether what is stored has the expected revision."""
    return bool((found and found.revision) == (expected and expected.revision))


def nothing_to_send(_: Sequence[Event]) -> None:
    """Fail: only changes of cases are sent on at once."""
    raise AssertionError


def nobody_s_cases() -> InMemoryCases:
    """Return cases of which there are none."""
    return InMemoryCases(InMemoryAlerts())
