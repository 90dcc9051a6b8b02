"""What keeps bulk erasures that have begun, the fake one and the one in DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.bulk_erasures import DynamoDBBulkErasures
from earshot.domain.bulk_erasure import KEPT, BulkErasure
from tests.factories import NOON
from tests.fakes.bulk_erasures import InMemoryBulkErasures

BEGUN = BulkErasure("demo", "f1", 731, NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def bulk_erasures(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryBulkErasures()
    return DynamoDBBulkErasures(request.getfixturevalue("dynamodb"), "earshot")


def test_a_bulk_erasure_is_kept_with_how_far_it_came_until_it_is_over(bulk_erasures: Any) -> None:
    assert bulk_erasures.get("demo", "f1") is None
    bulk_erasures.begin(BEGUN)
    assert bulk_erasures.get("demo", "f1") == BEGUN
    further = replace(BEGUN, erased=200, below="x")
    assert bulk_erasures.keep_place(further)
    assert bulk_erasures.get("demo", "f1") == further
    assert bulk_erasures.get("demo", "f2") is None
    assert bulk_erasures.get("other", "f1") is None
    bulk_erasures.finish("demo", "f1")
    bulk_erasures.finish("demo", "f1")
    assert bulk_erasures.get("demo", "f1") is None


def test_no_place_is_kept_of_a_bulk_erasure_that_is_over_or_began_again(bulk_erasures: Any) -> None:
    assert not bulk_erasures.keep_place(BEGUN)
    assert bulk_erasures.get("demo", "f1") is None
    again = replace(BEGUN, confirmed=5, started_at=NOON + 1)
    for one in (BEGUN, again):
        bulk_erasures.begin(one)
    assert not bulk_erasures.keep_place(replace(BEGUN, erased=3))
    assert bulk_erasures.get("demo", "f1") == again


def test_an_unfinished_bulk_erasure_expires_after_a_day(dynamodb: Any) -> None:
    DynamoDBBulkErasures(dynamodb, "earshot").begin(BEGUN)
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert int(item["expires"]["N"]) == (NOON + KEPT) // 1000
