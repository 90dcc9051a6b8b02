"""The directory of people, bucket by bucket, in memory and in DynamoDB."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.people_directory import DynamoDBPeopleDirectory
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.person_id import BUCKETS, bucket_of
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_invitation, make_person
from tests.fakes.campaigns import InMemoryDirectory
from tests.fakes.people import InMemoryPeople


@pytest.fixture(params=["fake", "dynamodb"])
def town(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Return people, and their directory."""
    if request.param == "fake":
        people = InMemoryPeople()
        return people, InMemoryDirectory(people)
    client = request.getfixturevalue("dynamodb")
    return DynamoDBPeople(client, "earshot"), DynamoDBPeopleDirectory(client, "earshot")


def test_everyone_alive_stands_in_the_directory_in_one_bucket(town: tuple[Any, Any]) -> None:
    people, directory = town
    everyone = [make_person(id=name) for name in ("ann", "META", "a#b", "WHO#1", "with space/slash", "💬" * 256)]
    assert people.put([PersonChange(None, person) for person in everyone])
    for person in everyone:
        ids, more = directory.page(bucket_of(person.id), 50)
        assert (person.id in ids, more) == (True, None)
    assert sum(len(directory.page(bucket, 50)[0]) for bucket in range(BUCKETS)) == len(everyone)


def test_a_bucket_comes_page_by_page_also_when_someone_is_erased_meanwhile(town: tuple[Any, Any]) -> None:
    people, directory = town
    crowd = sorted([name for name in (f"p{n}" for n in range(20_000)) if bucket_of(name) == 7][:7])
    people.put([PersonChange(None, make_person(id=name)) for name in crowd])
    first, after = directory.page(7, 3)
    assert (first, after) == (crowd[:3], crowd[2])
    assert people.put_tombstone(ErasedPerson(crowd[2], NOON, subtract=False, revision=2), make_person(id=crowd[2]))
    second, after = directory.page(7, 3, after)
    assert (second, after) == (crowd[3:6], crowd[5])
    assert directory.page(7, 3, after) == (crowd[6:], None)
    assert crowd[2] not in directory.page(7, 50)[0]


def test_an_updated_person_stays_in_the_directory_which_holds_no_personal_data(dynamodb: Any) -> None:
    people, directory = DynamoDBPeople(dynamodb, "earshot"), DynamoDBPeopleDirectory(dynamodb, "earshot")
    ann = make_person()
    people.put([PersonChange(None, ann)])
    people.put([PersonChange(ann, Person("ann", revision=2))])
    DynamoDBInvitations(dynamodb, "earshot").open(make_invitation(), Person("ann", revision=2))
    assert directory.page(bucket_of("ann"), 5) == (["ann"], None)
    (item,) = dynamodb.query(
        TableName="earshot",
        IndexName="DueIndex",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": f"WHO#{bucket_of('ann')}"}},
    )["Items"]
    assert set(item) == {"pk", "sk", "due_shard", "due_order"}
