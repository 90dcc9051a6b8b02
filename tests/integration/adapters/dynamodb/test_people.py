"""What people, suppressions and secrets keep, the fake ones and the real adapters alike."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.anonymization import anonymized
from earshot.domain.merge import merge
from earshot.domain.person import Asked, ErasedPerson, Person
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.ledger import Change
from earshot.ports.people import LatestOf, PersonChange, PersonResponse
from tests.factories import NOON, make_person, make_response, uuid7
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople

FULL = make_person(account="ACME", locale="de-AT", timezone="Europe/Vienna", properties={"plan": "pro", "Größe": "💬"})


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Return people, and the ledger that points to their responses."""
    if request.param == "fake":
        ledger = InMemoryLedger()
        return InMemoryPeople(ledger), ledger
    client = request.getfixturevalue("dynamodb")
    return DynamoDBPeople(client, "earshot"), DynamoDBLedger(client, "earshot")


@pytest.fixture
def people(store: tuple[Any, Any]) -> Any:
    return store[0]


def test_a_person_is_kept_as_they_are(people: Any) -> None:
    assert people.get("ann") is None
    assert people.put([PersonChange(None, FULL)])
    assert people.get("ann") == FULL
    bare = Person("ann", revision=2)
    assert people.put([PersonChange(FULL, bare)])
    assert people.get("ann") == bare


@pytest.mark.parametrize("person_id", ["a#b", "META", "with space/slash", "💬" * 256])
def test_an_id_is_the_callers_own(people: Any, person_id: str) -> None:
    person = make_person(id=person_id)
    assert people.put([PersonChange(None, person)])
    assert people.get(person_id) == person
    assert people.get_many([person_id]) == {person_id: person}


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(people: Any) -> None:
    assert people.put([PersonChange(None, FULL)])
    assert not people.put([PersonChange(None, FULL)])
    newer, other = replace(FULL, name="Ann B.", revision=2), make_person(id="ben")
    assert people.put([PersonChange(FULL, newer)])
    assert not people.put([PersonChange(FULL, replace(FULL, name="late", revision=2))])
    assert not people.put([PersonChange(None, other), PersonChange(FULL, replace(FULL, name="late", revision=2))])
    assert (people.get("ann"), people.get("ben")) == (newer, None)


def test_a_hundred_people_are_written_and_read_at_once(people: Any) -> None:
    many = [make_person(id=f"{number}") for number in range(250)]
    for start in range(0, 250, 100):
        assert people.put([PersonChange(None, person) for person in many[start : start + 100]])
    ids = [person.id for person in many]
    assert people.get_many([*ids, "nobody", "7"]) == {person.id: person for person in many}
    assert people.get_many([]) == {}
    assert people.put([])


def test_a_tombstone_takes_the_place_of_the_person_it_was_made_for(people: Any) -> None:
    people.put([PersonChange(None, FULL)])
    assert not people.put_tombstone(ErasedPerson("ann", NOON, subtract=False), None)
    tombstone = ErasedPerson("ann", NOON, subtract=True, revision=2)
    assert people.put_tombstone(tombstone, FULL)
    assert people.get("ann") == tombstone
    assert not people.put([PersonChange(FULL, replace(FULL, revision=2))])
    assert not people.put([PersonChange(None, FULL)])
    assert people.put_tombstone(ErasedPerson("never there", NOON, subtract=False), None)


def test_a_persons_responses_come_page_by_page_until_they_are_deleted(store: tuple[Any, Any]) -> None:
    people, ledger = store
    people.put([PersonChange(None, FULL)])
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=NOON + n, person="ann") for n in range(5)]
    ledger.commit([Change(None, response) for response in made])
    ledger.commit([Change(None, make_response(3, id=uuid7(seed="ben"), person="ben"))])
    found: list[PersonResponse] = []
    after = None
    for _ in range(10):
        page, after = people.responses("ann", 2, after)
        found += page
        if after is None:
            break
    assert found == [PersonResponse("demo", response.id) for response in made]
    for response in made:
        ledger.commit([Change(response, merge(response, anonymized(response, NOON + 9, subtract=False)))])
    assert people.responses("ann", 2) == ([], None)
    left = ledger.find("demo", made[0].id)
    assert (left.kind, left.score, left.person) == (StatementKind.ANONYMISED, 3, None)


def test_the_neighbours_of_a_response_come_nearest_first_by_time_and_id(store: tuple[Any, Any]) -> None:
    people, ledger = store
    times = [NOON + n // 2 for n in range(24)]
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=time, person="ann") for n, time in enumerate(times)]
    others = [
        make_response(3, id=uuid7(seed="ben"), responded_at=NOON, person="ben"),
        make_response(3, id=uuid7(seed="other"), survey="demo2", responded_at=NOON, person="ann"),
    ]
    ledger.commit([Change(None, response) for response in [*made, *others]])
    in_order = [response.id for response in sorted(made, key=lambda response: (response.responded_at, response.id))]
    for place in made:
        at = in_order.index(place.id)
        assert list(people.responses_before(place)) == in_order[:at][::-1]
        assert list(people.responses_after(place)) == in_order[at + 1 :]
    assert list(people.responses_before(others[0])) == list(people.responses_after(others[1])) == []
    wished = [LatestOf("ann", "demo", 25), LatestOf("ann", "demo", 5), LatestOf("ben", "demo", 5)]
    wished += [LatestOf("nobody", "demo", 5)] * 20
    found = [(in_order, True), (in_order[-5:], False), ([others[0].id], True), *[([], True)] * 20]
    assert people.latest_responses(wished) == found
    assert [people.latest_responses([each]) for each in wished[:4]] == [[each] for each in found[:4]]
    assert people.latest_responses([]) == []


def test_a_position_needs_no_response_at_it(store: tuple[Any, Any]) -> None:
    people, ledger = store
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=NOON + n, person="ann") for n in range(3)]
    ledger.commit([Change(None, response) for response in made])
    ledger.commit([Change(made[1], merge(made[1], Statement(StatementKind.ERASED, NOON + 9)))])
    assert list(people.responses_before(made[1])) == [made[0].id]
    assert list(people.responses_after(made[1])) == [made[2].id]


def test_a_persons_responses_are_found_by_survey_and_time(store: tuple[Any, Any]) -> None:
    people, ledger = store
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=NOON + n, person="ann") for n in range(3)]
    others = (
        make_response(3, id=uuid7(seed="ben"), responded_at=NOON + 9, person="ben"),
        make_response(3, id=uuid7(seed="longer"), responded_at=NOON + 9, person="ann", survey="demo-2"),
        make_response(3, id=uuid7(seed="nobody"), responded_at=NOON + 9),
    )
    ledger.commit([Change(None, response) for response in (*made, *others)])
    ids = [response.id for response in made]
    assert people.responses_since("ann", "demo", NOON) == ids
    assert people.responses_since("ann", "demo", NOON + 1) == ids[1:]
    assert people.responses_since("ann", "demo", NOON + 3) == []
    assert people.responses_since("ann", "demo-2", NOON) == [others[1].id]
    assert people.responses_since("nobody", "demo", 0) == []
    since = [("ann", NOON), ("ann", NOON + 2), ("ann", NOON + 3), ("nobody", 0)]
    assert [people.has_response_since(who, "demo", when) for who, when in since] == [True, True, False, False]
    ledger.commit([Change(made[2], merge(made[2], anonymized(made[2], NOON + 9, subtract=False)))])
    assert people.responses_since("ann", "demo", NOON + 1) == ids[1:2]


def test_a_persons_last_response_is_the_latest_of_all_surveys_and_of_their_mailbox(store: tuple[Any, Any]) -> None:
    people, ledger = store
    assert people.last_response_at("ann", "box") is None
    made = [make_response(3, id=uuid7(seed=str(n)), responded_at=NOON + n, person="ann") for n in range(2)]
    made.append(make_response(3, id=uuid7(seed="other"), responded_at=NOON + 7, person="ann", survey="a-survey"))
    made.append(make_response(3, id=uuid7(seed="ben"), responded_at=NOON + 99, person="ben"))
    ledger.commit([Change(None, response) for response in made])
    assert (people.last_response_at("ann", None), people.last_response_at("ann", "box")) == (NOON + 7, NOON + 7)
    unsigned = make_response(
        3, id=uuid7(seed="x"), responded_at=NOON + 8, unverified_email="a@b.example", email_hash="box"
    )
    ledger.commit([Change(None, unsigned)])
    assert (people.last_response_at("ann", None), people.last_response_at("ann", "box")) == (NOON + 7, NOON + 8)


def test_when_a_person_was_written_is_kept_and_is_no_part_of_who_they_are(people: Any) -> None:
    people.put([PersonChange(None, replace(FULL, written_at=NOON))])
    assert people.get("ann") == FULL
    assert people.get("ann").written_at == NOON
    people.put([PersonChange(FULL, replace(FULL, written_at=NOON + 1))])
    assert people.get("ann").written_at == NOON + 1


def test_a_person_is_deleted_without_a_trace_unless_they_changed(people: Any) -> None:
    bare = Person("ben")
    people.put([PersonChange(None, bare), PersonChange(None, replace(FULL, mailbox="box"))])
    assert not people.delete(replace(bare, revision=7), with_mailbox=False)
    assert people.delete(bare, with_mailbox=False)
    assert people.delete(people.get("ann"), with_mailbox=True)
    assert people.get_many(["ann", "ben"]) == {}
    assert people.put([PersonChange(None, FULL)])


def test_who_has_an_address_is_found_by_its_mailbox(people: Any) -> None:
    others = (make_person(id="ben", email="ANN@example.com"), make_person(id="eve", email="eve@example.com"))
    people.put([PersonChange(None, person) for person in (FULL, *others)])
    assert people.sharing(str(FULL.mailbox)) == ["ann", "ben"]
    people.put([PersonChange(FULL, replace(FULL, email=None, mailbox=None, revision=2))])
    people.put_tombstone(ErasedPerson("ben", NOON, subtract=False, revision=2), others[0])
    assert people.sharing(str(FULL.mailbox)) == []
    assert people.sharing("hash of eve@example.com") == ["eve"]


def test_a_response_is_found_by_its_unverified_address_until_that_is_taken_off(store: tuple[Any, Any]) -> None:
    people, ledger = store
    nobodys = make_response(3, id=uuid7(seed="label"), email_hash="m-ann", unverified_email="ann@example.com")
    bobs = make_response(4, id=uuid7(seed="bob"), person="bob", email_hash="m-ann", unverified_email="Ann@example.com")
    ledger.commit([Change(None, nobodys), Change(None, bobs)])
    found, after = people.unsigned("m-ann", 9)
    assert ({pointer.response for pointer in found}, after) == ({nobodys.id, bobs.id}, None)
    assert people.unsigned_since("m-ann", "demo", NOON) == sorted([nobodys.id, bobs.id])
    assert people.unsigned_since("m-ann", "demo", NOON + 1) == people.unsigned_since("m-ben", "demo", 0) == []
    assert [pointer.response for pointer in people.responses("bob", 9)[0]] == [bobs.id]
    for response in (nobodys, bobs):
        ledger.commit([Change(response, merge(response, anonymized(response, NOON + 9, subtract=False)))])
    assert people.unsigned("m-ann", 9) == people.responses("bob", 9) == ([], None)
    assert ledger.find("demo", nobodys.id).statement.email_hash is None


def test_a_tombstone_knows_where_its_erasure_goes_on_until_it_is_done(people: Any) -> None:
    people.put([PersonChange(None, FULL)])
    tombstone = ErasedPerson("ann", NOON, subtract=True, revision=2, mailbox=FULL.mailbox, made=("p-1", "p-2"))
    assert people.put_tombstone(tombstone, FULL)
    assert people.get("ann") == tombstone
    assert people.mailboxes([FULL.mailbox])[FULL.mailbox].erased is True
    people.finish_erasure(tombstone)
    assert people.get("ann") == replace(tombstone, mailbox=None, made=())


def test_who_was_erased_is_read_without_the_others(people: Any) -> None:
    people.put([PersonChange(None, FULL)])
    tombstone = ErasedPerson("ben", NOON, subtract=True)
    people.put_tombstone(tombstone, None)
    for surely in (True, False):
        assert people.erased(["ann", "ben", "nobody"], surely=surely) == {"ben": tombstone}
    assert people.get("ben", asked=False) == people.get("ben") == tombstone


def test_nothing_is_kept_of_a_mailbox_nobody_asked(people: Any) -> None:
    people.put([PersonChange(None, FULL)])
    assert people.mailboxes(["hash of ann@example.com", "other"]) == {
        "hash of ann@example.com": Asked(),
        "other": Asked(),
    }


def test_when_a_person_was_asked_survives_every_update(dynamodb: Any) -> None:
    people = DynamoDBPeople(dynamodb, "earshot")
    people.put([PersonChange(None, FULL)])
    mailbox = {"pk": {"S": f"M#{FULL.mailbox}"}, "sk": {"S": "META"}}
    dynamodb.put_item(TableName="earshot", Item=mailbox | {"last_invited_at": {"N": str(NOON)}, "v": {"N": "1"}})
    renamed = replace(FULL, name="A", revision=2)
    assert people.put([PersonChange(FULL, renamed)])
    assert people.get("ann") == replace(renamed, last_invited_at=NOON, asked_revision=1)
    assert people.get("ann", asked=False) == renamed


def test_kinds_are_kept_by_their_numbers(dynamodb: Any) -> None:
    ledger = DynamoDBLedger(dynamodb, "earshot")
    response = make_response(3)
    ledger.commit([Change(None, response)])
    ledger.commit([Change(response, merge(response, Statement(StatementKind.ERASED, NOON + 1)))])
    (item,) = dynamodb.scan(TableName="earshot", FilterExpression="attribute_exists(kind)")["Items"]
    assert item["kind"] == {"N": str(StatementKind.ERASED.value)}
    assert ledger.find("demo", response.id).kind is StatementKind.ERASED  # type: ignore[union-attr]
