"""How many submissions came from somewhere, against the table and the fake."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.rate_limits import DynamoDBRateLimits
from earshot.domain.submission_policy import Period
from tests.factories import NOON
from tests.fakes.widget import InMemoryRateLimits

MINUTE, NEXT = Period("29921580", NOON + 60_000), Period("29921581", NOON + 120_000)


@pytest.fixture(params=["fake", "dynamodb"])
def limits(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryRateLimits()
    return DynamoDBRateLimits(request.getfixturevalue("dynamodb"), "earshot")


def test_a_source_is_counted_up_to_its_limit(limits: Any) -> None:
    assert [limits.take("shop", "a", MINUTE, 1, 3) for _ in range(5)] == [1, 2, 3, None, None]
    assert limits.take("shop", "a", NEXT, 1, 3) == 1
    assert limits.take("shop", "b", MINUTE, 1, 3) == 1
    assert limits.take("other", "a", MINUTE, 1, 3) == 1


def test_what_weighs_more_counts_more_and_never_crosses_the_limit(limits: Any) -> None:
    assert [limits.take("shop", "a", MINUTE, 4, 10) for _ in range(3)] == [4, 8, None]
    assert limits.take("shop", "a", MINUTE, 2, 10) == 10
    assert limits.take("shop", "b", MINUTE, 10, 10) == 10


def test_without_a_limit_all_is_counted(limits: Any) -> None:
    assert [limits.take("shop", "all", MINUTE, 20) for _ in range(3)] == [20, 40, 60]


def test_the_item_is_small_and_expires_ten_minutes_after_its_period(dynamodb: Any) -> None:
    DynamoDBRateLimits(dynamodb, "earshot").take("shop", "0123abcd", MINUTE, 1, 3)
    (item,) = dynamodb.scan(TableName="earshot")["Items"]
    assert item == {
        "pk": {"S": "RL#shop#0123abcd"},
        "sk": {"S": MINUTE.name},
        "submissions": {"N": "1"},
        "expires": {"N": str(MINUTE.end // 1000 + 600)},
    }
