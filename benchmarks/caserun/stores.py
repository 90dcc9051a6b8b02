"""Where a run keeps things: in this process, or in a table through the real adapters."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from benchmarks.caserun.staff import CALENDARS, survey
from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.alerts import DynamoDBAlertLimits, DynamoDBAlerts
from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.members import DynamoDBMembers
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.stored_responses import DynamoDBStoredResponses
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.turns import DynamoDBTurns
from earshot.domain.case_facts import CaseFact
from earshot.domain.cases import Case
from earshot.domain.deliveries import Delivery
from earshot.domain.members import Member
from earshot.ports.cases import Raised
from earshot.ports.destinations import Due
from tests.fakes.alerts import InMemoryAlertLimits, InMemoryAlerts, InMemoryDeliveries, InMemoryDestinations
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns

if TYPE_CHECKING:
    from earshot.domain.deliveries import DeliveryKey


@dataclass(frozen=True, slots=True)
class Stores:
    """The ports that the services keep things in."""

    alerts: Any
    cases: Any
    members: Any
    turns: Any
    accounts: Any
    calendars: Any
    surveys: Any
    people: Any
    responses: Any
    deliveries: Any
    limits: Any

    def but(self, **others: Any) -> "Stores":
        """Return the stores with some in another's place."""
        return replace(self, **others)


class ManyDeliveries(InMemoryDeliveries):
    """The fake for tens of thousands: it looks for what is due among what waits."""

    def __init__(self) -> None:
        super().__init__(InMemoryDestinations())
        self._waits: dict[DeliveryKey, Delivery] = {}

    def put(self, delivery: Delivery, replaces: Delivery | None) -> bool:
        """Write a delivery, and note whether it waits."""
        is_written = super().put(delivery, replaces)
        if is_written:
            self._waits.pop(delivery.key, None)
            if delivery.is_in_the_index or delivery.waits_for_breaker:
                self._waits[delivery.key] = delivery
        return is_written

    def due(self, now: int, limit: int, after: str = "") -> Due:
        """Look at those that wait."""
        few = InMemoryDeliveries(InMemoryDestinations())
        few.kept, few.breakers, few.due_cases = self._waits, self.breakers, self.due_cases
        return few.due(now, limit, after)


class ManyCases(InMemoryCases):
    """The fake cases, which keep the index of the deliveries up to date."""

    def __init__(self, alerts: InMemoryAlerts, deliveries: ManyDeliveries) -> None:
        super().__init__(alerts)
        self._due = deliveries.due_cases

    def open(self, alert: Any, case: Case) -> Raised:
        """Open a case, which has a first step."""
        raised = super().open(alert, case)
        if raised.is_made:
            self._note(case)
        return raised

    def change(self, old: Case, new: Case, fact: CaseFact) -> bool:
        """Change a case, which may have another next step."""
        return super().change(old, new, fact) and self._note(new)

    def note_steps(self, old: Case, new: Case) -> bool:
        """Note steps, behind which another one comes."""
        return super().note_steps(old, new) and self._note(new)

    def _note(self, case: Case) -> bool:
        self._due.pop(case.id, None)
        if case.next_step_at is not None:
            self._due[case.id] = case.next_step_at
        return True


def in_process(team: list[Member]) -> Stores:
    """Make the stores of a run inside this process."""
    alerts, deliveries, ledger = InMemoryAlerts(), ManyDeliveries(), InMemoryLedger()
    return Stores(
        alerts=alerts,
        cases=ManyCases(alerts, deliveries),
        members=InMemoryMembers(*team),
        turns=InMemoryTurns(),
        accounts=InMemoryAccounts(),
        calendars=InMemoryCalendars(*CALENDARS),
        surveys=InMemorySurveys(survey()),
        people=InMemoryPeople(ledger),
        responses=ledger,
        deliveries=deliveries,
        limits=InMemoryAlertLimits(),
    )


def in_a_table(team: list[Member], client: Any, table: str) -> Stores:
    """Make the stores of a run in a table, through the real adapters."""
    at = (client, table)
    stores = Stores(
        alerts=DynamoDBAlerts(*at),
        cases=DynamoDBCases(*at),
        members=DynamoDBMembers(*at),
        turns=DynamoDBTurns(*at),
        accounts=DynamoDBAccounts(*at),
        calendars=DynamoDBCalendars(*at),
        surveys=DynamoDBSurveys(*at),
        people=DynamoDBPeople(*at),
        responses=DynamoDBStoredResponses(*at),
        deliveries=DynamoDBDeliveries(*at),
        limits=DynamoDBAlertLimits(*at),
    )
    stores.surveys.put(survey(), None)
    for member in team:
        assert stores.members.put(member, None)
    for calendar in CALENDARS:
        assert stores.calendars.put(calendar, None)
    return stores
