"""What keeps erasings that have begun, the fake one and the one in DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.bulk_erasures import DynamoDBBulkErasures
from earshot.domain.bulk_erasure import KEPT, BulkErasure
from tests.factories import NOON
from tests.fakes.erasings import InMemoryErasings

BEGUN = BulkErasure("demo", "f1", 731, NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def erasings(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryErasings()
    return DynamoDBBulkErasures(request.getfixturevalue("dynamodb"), "earshot")


def test_an_erasing_is_kept_with_how_far_it_came_until_it_is_over(erasings: Any) -> None:
    assert erasings.get("demo", "f1") is None
    erasings.begin(BEGUN)
    assert erasings.get("demo", "f1") == BEGUN
    further = replace(BEGUN, erased=200, below="x")
    assert erasings.keep_place(further)
    assert erasings.get("demo", "f1") == further
    assert erasings.get("demo", "f2") is None
    assert erasings.get("other", "f1") is None
    erasings.finish("demo", "f1")
    erasings.finish("demo", "f1")
    assert erasings.get("demo", "f1") is None


def test_no_place_is_kept_of_an_erasing_that_is_over_or_began_again(erasings: Any) -> None:
    assert not erasings.keep_place(BEGUN)
    assert erasings.get("demo", "f1") is None
    again = replace(BEGUN, confirmed=5, started_at=NOON + 1)
    for one in (BEGUN, again):
        erasings.begin(one)
    assert not erasings.keep_place(replace(BEGUN, erased=3))
    assert erasings.get("demo", "f1") == again


def test_an_unfinished_bulk_erasure_expires_after_a_day(dynamodb: Any) -> None:
    DynamoDBBulkErasures(dynamodb, "earshot").begin(BEGUN)
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert int(item["expires"]["N"]) == (NOON + KEPT) // 1000
