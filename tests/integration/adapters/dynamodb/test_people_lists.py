"""What lists people by id and by name, the fake one and the real adapter alike."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.people_lists import DynamoDBPeopleLists
from earshot.domain.person import ErasedPerson, Person
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_person
from tests.fakes.people import InMemoryPeople, InMemoryPeopleLists

Page = Callable[..., tuple[list[str], str | None]]


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Return people, and their lists."""
    if request.param == "fake":
        people = InMemoryPeople()
        return people, InMemoryPeopleLists(people)
    client = request.getfixturevalue("dynamodb")
    return DynamoDBPeople(client, "earshot"), DynamoDBPeopleLists(client, "earshot")


def kept(people: Any, *everyone: Person) -> None:
    for person in everyone:
        assert people.put([PersonChange(None, person)])


def walked(read: Page, prefix: str, limit: int) -> list[str]:
    """Read all pages; none but the last may be shorter than its limit, and none longer."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = read(prefix, limit, after)
        assert len(page) == limit or after is None
        found += page
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_everybody_is_listed_once_in_the_order_of_their_ids(store: tuple[Any, Any], limit: int) -> None:
    people, lists = store
    ids = ["zoe", "c-1", "c-10", "c-2", "Ä", "ä", "💬", "a b", "#", "\uffee"]
    kept(people, *(make_person(id=name, name=None) for name in ids))
    assert walked(lists.by_id, "", limit) == sorted(ids, key=str.encode)
    assert walked(lists.by_id, "c-1", limit) == ["c-1", "c-10"]
    assert walked(lists.by_id, "nobody", limit) == []
    assert walked(lists.by_name, "zoe", limit) == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_names_are_found_by_their_beginning_and_two_of_one_name_both(store: tuple[Any, Any], limit: int) -> None:
    people, lists = store
    names = {"1": "Ann", "2": "ANN", "3": "Änne", "4": "Anna B.", "5": "Ben", "6": None, "7": "ann#1"}
    kept(people, *(make_person(id=person, name=name) for person, name in names.items()))
    assert sorted(walked(lists.by_name, "ann", limit)) == ["1", "2", "3", "4", "7"]
    assert walked(lists.by_name, "anna", limit) == ["4"]
    assert walked(lists.by_name, "ANN\u00adE", limit) == ["3"]


def test_a_cursor_stays_good_though_its_person_is_gone(store: tuple[Any, Any]) -> None:
    people, lists = store
    ann, ben, cem = (make_person(id=name, name=name) for name in ("ann", "ben", "cem"))
    kept(people, ann, ben, cem)
    assert lists.by_name("b", 2)[0] == ["ben"]
    page, after = lists.by_id("", 2)
    assert page == ["ann", "ben"]
    assert people.put_tombstone(ErasedPerson("ben", NOON, subtract=False, revision=2), ben)
    assert lists.by_id("", 2, after) == (["cem"], None)
    assert lists.by_name("b", 2) == ([], None)


def test_a_name_that_changes_moves_and_one_that_goes_is_found_no_more(store: tuple[Any, Any]) -> None:
    people, lists = store
    ann = make_person(id="1", name="Ann")
    kept(people, ann)
    renamed = replace(ann, name="Zoe", revision=2)
    assert people.put([PersonChange(ann, renamed)])
    assert (lists.by_name("ann", 9)[0], lists.by_name("zoe", 9)[0]) == ([], ["1"])
    assert people.put([PersonChange(renamed, replace(renamed, name=None, revision=3))])
    assert lists.by_name("zoe", 9) == ([], None)
    assert lists.by_id("", 9) == (["1"], None)
