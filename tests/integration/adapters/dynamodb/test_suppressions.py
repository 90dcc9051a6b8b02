"""What the fake and the real suppressions have in common."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressedHashes, DynamoDBSuppressions
from earshot.ports.suppressions import Suppression
from tests.factories import NOON
from tests.fakes.keys import hash_key
from tests.fakes.people import InMemorySuppressions


@pytest.fixture(params=["fake", "dynamodb"])
def suppressions(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemorySuppressions()
    return DynamoDBSuppressions(request.getfixturevalue("dynamodb"), "earshot", hash_key)


def test_a_suppression_is_found_by_its_address_in_any_case(suppressions: Any) -> None:
    assert suppressions.is_suppressed("ann@example.com") is None
    assert suppressions.add("Ann@example.com", "unsubscribed", NOON)
    assert suppressions.is_suppressed("ann@example.com") == "unsubscribed"
    assert suppressions.find(["ANN@example.com", "b@example.com"]) == {
        "ANN@example.com": Suppression("unsubscribed", NOON)
    }
    assert suppressions.find([]) == {}


def test_the_first_time_stands_and_nothing_takes_an_erasures_place(suppressions: Any) -> None:
    assert suppressions.add("ann@example.com", "unsubscribed", NOON)
    assert not suppressions.add("ann@example.com", "unsubscribed", NOON + 1)
    assert suppressions.add("ann@example.com", "erased", NOON + 2)
    assert not suppressions.add("ann@example.com", "bounced", NOON + 3)
    assert suppressions.find(["ann@example.com"]) == {"ann@example.com": Suppression("erased", NOON + 2)}


def test_an_address_nobody_knows_any_more_is_suppressed_by_its_hash(suppressions: Any) -> None:
    digest = suppressions.hash_of("Ann@example.com")
    assert digest == suppressions.hash_of("ann@example.com")
    assert suppressions.add_hash(digest, "unsubscribed", NOON)
    assert not suppressions.add_hash(digest, "unsubscribed", NOON + 1)
    assert suppressions.find(["ann@example.com"]) == {"ann@example.com": Suppression("unsubscribed", NOON)}
    suppressions.add("ann@example.com", "erased", NOON + 2)
    assert not suppressions.add_hash(digest, "unsubscribed", NOON + 3)


@pytest.mark.parametrize("before", [None, "bounced", "complained"])
def test_an_unsubscribe_is_undone_to_what_stood_before(suppressions: Any, before: str | None) -> None:
    digest = suppressions.hash_of("ann@example.com")
    if before:
        suppressions.add("ann@example.com", before, NOON - 5)
    assert suppressions.suppression_of(digest) == (Suppression(before, NOON - 5) if before else None)
    assert suppressions.unsubscribe(digest, NOON) == Suppression("unsubscribed", NOON)
    assert suppressions.suppression_of(digest) == Suppression("unsubscribed", NOON)
    assert suppressions.unsubscribe(digest, NOON + 1) == Suppression("unsubscribed", NOON)
    assert not suppressions.undo_unsubscribe(digest, NOON + 1)
    assert suppressions.undo_unsubscribe(digest, NOON)
    wanted = {"ann@example.com": Suppression(before, NOON - 5)} if before else {}
    assert suppressions.find(["ann@example.com"]) == wanted
    assert not suppressions.undo_unsubscribe(digest, NOON)


def test_no_undo_lifts_an_erasure(suppressions: Any) -> None:
    digest = suppressions.hash_of("ann@example.com")
    suppressions.unsubscribe(digest, NOON)
    suppressions.add("ann@example.com", "erased", NOON + 1)
    assert not suppressions.undo_unsubscribe(digest, NOON)
    assert suppressions.unsubscribe(digest, NOON + 2) == Suppression("erased", NOON + 1)
    assert suppressions.is_suppressed("ann@example.com") == "erased"


def test_a_lifted_suppression_is_gone_and_may_come_back_and_an_erasure_stays(suppressions: Any) -> None:
    suppressions.add("ann@example.com", "unsubscribed", NOON)
    suppressions.add("ben@example.com", "erased", NOON)
    assert suppressions.lift("ANN@example.com")
    assert suppressions.lift("ann@example.com")
    assert not suppressions.lift("ben@example.com")
    assert list(suppressions.find(["ann@example.com", "ben@example.com"])) == ["ben@example.com"]
    assert suppressions.add("ann@example.com", "bounced", NOON + 1)
    assert suppressions.find(["ann@example.com"]) == {"ann@example.com": Suppression("bounced", NOON + 1)}


def test_a_suppression_names_no_address(dynamodb: Any) -> None:
    DynamoDBSuppressions(dynamodb, "earshot", hash_key).add("ann@example.com", "erased", NOON)
    assert "ann" not in repr(dynamodb.scan(TableName="earshot")["Items"])


def test_hashes_of_suppressed_addresses_are_written_and_read_without_the_key(dynamodb: Any) -> None:
    everything = DynamoDBSuppressions(dynamodb, "earshot", hash_key)
    digest = everything.hash_of("ann@example.com")
    hashes = DynamoDBSuppressedHashes(dynamodb, "earshot")
    assert hashes.unsubscribe(digest, NOON) == hashes.suppression_of(digest) == Suppression("unsubscribed", NOON)
    assert everything.is_suppressed("Ann@example.com") == "unsubscribed"
