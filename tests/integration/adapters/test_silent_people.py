"""A clock moved on by more than people are kept: a scan of the table finds nobody, and the counts are as they were."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.people_lists import DynamoDBPeopleLists
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.invitation import InvitationState
from earshot.domain.person import PersonDraft, SaveOutcome
from earshot.domain.response import ALL
from earshot.domain.statement import Rank
from earshot.domain.turn import Turn
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.cases.leave_cases import LeaveCases
from earshot.services.people.expire_people import ExpirePeopleDeps, Task, apply, begin
from earshot.services.people.manage_people import NOTED_AGAIN, save
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.keys import hash_key
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.team import InMemoryAccounts

DAYS, PEOPLE = 90, 12


class World:
    """The real adapters over a table in which a dozen people responded, were asked, and fell silent."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.people = DynamoDBPeople(client, "earshot")
        self.ledger = DynamoDBLedger(client, "earshot")
        self.invitations = DynamoDBInvitations(client, "earshot")
        self.suppressions = DynamoDBSuppressions(client, "earshot", hash_key)
        self.surveys = DynamoDBSurveys(client, "earshot")
        alerts, cases = DynamoDBAlerts(client, "earshot"), DynamoDBCases(client, "earshot")
        self.cases = cases
        deliveries, leaving = DynamoDBDeliveries(client, "earshot"), LeaveCases(alerts, cases, no_pause)
        self.alerts = WithdrawAlerts(alerts, deliveries, leaving, no_pause, lambda: NOON)
        self.queue = InMemoryQueue()
        self.surveys.put(make_survey(), None)

    def save(self, name: str, now: int) -> SaveOutcome:
        fields = {"email": f"{name}@silent.example", "name": f"Mx {name}", "properties": {"plan": "pro"}}
        ports: Any = {"people": self.people, "accounts": InMemoryAccounts(), "suppressions": self.suppressions}
        (saved,) = save([PersonDraft(name, fields)], now, hash_key=hash_key, pause=no_pause, **ports)
        return saved.outcome

    def live(self, name: str, now: int) -> None:
        """Write, ask and respond."""
        assert self.save(name, now) is SaveOutcome.CREATED
        person = self.people.get(name)
        kept = make_invitation(id=f"i-{name}", person=name, decided_at=now, due_at=now, state=InvitationState.SCHEDULED)
        assert self.invitations.open(kept, person)  # type: ignore[arg-type]
        (opened,) = self.invitations.of_person(name)
        assert self.invitations.claim(opened, now)
        (claimed,) = self.invitations.of_person(name)
        assert self.invitations.record_sent(claimed, f"mail of {name}", now, None)
        fields = {"comment": f"{name} was here", "person": name, "received_at": now, "rank": Rank.SIGNED}
        submission = make_submission(len(name) % 11, id=uuid7(now, name), **fields)
        ports: Any = {"surveys": self.surveys, "ledger": self.ledger, "people": self.people}
        assert record([submission], pause=no_pause, **ports) == set()

    def look(self, now: int) -> int:
        """Do as the daily schedule does."""
        begin(DAYS, now, queue=self.queue)
        gone = 0
        while tasks := self.queue.take():
            for task in tasks:
                gone += apply(
                    Task(**task["retention"]["people"]),
                    now,
                    "c",
                    Turn(),
                    ExpirePeopleDeps(
                        lists=DynamoDBPeopleLists(self.client, "earshot"),
                        people=self.people,
                        hash_key=hash_key,
                        invitations=self.invitations,
                        ledger=self.ledger,
                        cases=self.cases,
                        alerts=self.alerts,
                        queue=self.queue,
                        pause=no_pause,
                    ),
                )
        return gone

    def scan(self) -> list[dict[str, Any]]:
        return [
            item for page in self.client.get_paginator("scan").paginate(TableName="earshot") for item in page["Items"]
        ]

    def counts(self) -> Any:
        return DynamoDBCounts(self.client, "earshot").days("demo", ALL, "0", "9")


@pytest.fixture
def world(dynamodb: Any) -> World:
    return World(dynamodb)


@contextmanager
def counted(client: Any) -> Iterator[Counter[str]]:
    """Listen to the calls of a client."""
    calls: Counter[str] = Counter()

    def note(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    client.meta.events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-call.dynamodb", note)


def test_after_so_many_days_without_contact_a_scan_finds_nobody_and_the_counts_are_equal(world: World) -> None:
    names = [f"silent-{number}" for number in range(PEOPLE)]
    for number, name in enumerate(names):
        world.live(name, NOON + number)
    world.live("lively", NOON)
    world.suppressions.add("silent-3@silent.example", "unsubscribed", NOON)
    before, later = world.counts(), NOON + DAYS * DAY + NOTED_AGAIN + DAY
    assert world.look(NOON + DAYS * DAY) == 0, "what was written is kept for a week more"
    assert world.save("lively", later - DAY) is SaveOutcome.UNCHANGED
    assert world.look(later) == PEOPLE
    items = world.scan()
    for name in names:
        words = (f"{name}@silent.example", f"Mx {name}", f"{name} was here", f"mail of {name}")
        assert [item for item in items if any(word in str(item) for word in words)] == []
        # The funnel's facts stay under the id, and nothing that says more.
        left = [item for item in items if item["pk"]["S"] == f"P#{name}"]
        assert [item["sk"]["S"] for item in left] == [f"I#i-{name}"]
        assert world.people.get(name) is None
    assert world.counts() == before
    assert world.suppressions.is_suppressed("silent-3@silent.example") == "unsubscribed"
    assert world.people.get("lively") is not None
    assert [item["pk"]["S"] for item in items if item["pk"]["S"].startswith("M#")] != []
    assert world.save("silent-0", later) is SaveOutcome.CREATED


def test_a_look_at_people_who_are_not_silent_costs_a_read_of_each_and_the_list(world: World) -> None:
    for number in range(PEOPLE):
        world.save(f"p{number}", NOON)
    with counted(world.client) as calls:
        assert world.look(NOON + DAY) == 0
    # Four parts of the list, and one batch of items for a hundred people; nothing of anybody is written.
    assert calls == {"Query": 4, "BatchGetItem": 1}
