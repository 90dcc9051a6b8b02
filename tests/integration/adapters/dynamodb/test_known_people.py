"""What a page learns of somebody it knows is what the people's own adapter knows of it, and nothing else."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.known_people import DynamoDBKnownPeople
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.person import ErasedPerson, Person
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_person, make_response, uuid7


@pytest.fixture
def both(dynamodb: Any) -> tuple[DynamoDBKnownPeople, DynamoDBPeople, Any]:
    return DynamoDBKnownPeople(dynamodb, "earshot"), DynamoDBPeople(dynamodb, "earshot"), dynamodb


def ask(client: Any, pk: str, at: int) -> None:
    """Note that a mailbox, or a person without one, was asked."""
    client.update_item(
        TableName="earshot",
        Key={"pk": {"S": pk}, "sk": {"S": "META"}},
        UpdateExpression="SET last_invited_at = :at, v = if_not_exists(v, :one)",
        ExpressionAttributeValues={":at": {"N": str(at)}, ":one": {"N": "1"}},
    )


def test_of_the_living_it_is_known_when_they_were_asked_and_nothing_else(both: Any) -> None:
    known, people, client = both
    full = make_person(account="ACME", name="Ann", properties={"plan": "pro"}, mailbox="box")
    bare = Person("bare")
    assert known.get("ann") is None
    people.put([PersonChange(None, full), PersonChange(None, bare)])
    assert known.get("ann") == Person("ann", mailbox="box")
    assert known.get("bare") == Person("bare")
    ask(client, "M#box", NOON)
    ask(client, "P#bare", NOON + 1)
    assert known.get("ann") == Person("ann", mailbox="box", last_invited_at=NOON)
    assert known.get("ann", asked=False) == Person("ann", mailbox="box")
    assert known.get("bare") == Person("bare", last_invited_at=NOON + 1)
    assert people.get("ann").last_invited_at == NOON


def test_of_the_erased_it_is_known_that_they_were(both: Any) -> None:
    known, people, _ = both
    people.put([PersonChange(None, make_person())])
    people.put_tombstone(ErasedPerson("ann", NOON, subtract=True), people.get("ann"))
    found = known.get("ann")
    assert isinstance(found, ErasedPerson)
    assert found.erased_at == NOON


def test_whether_people_responded_is_found_as_people_find_it(both: Any) -> None:
    known, people, client = both
    ledger = DynamoDBLedger(client, "earshot")
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=NOON + n, person="ann") for n in range(3)]
    made.append(make_response(3, id=uuid7(seed="else"), responded_at=NOON, person="ann", survey="demo-2"))
    ledger.commit([Change(None, response) for response in made])
    for survey, since in (("demo", NOON), ("demo", NOON + 1), ("demo", NOON + 3), ("demo-2", 0), ("other", 0)):
        assert known.has_response_since("ann", survey, since) == people.has_response_since("ann", survey, since)
    assert not known.has_response_since("ben", "demo", 0)
