"""The scores' adapter and its fake keep the same contract."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.scores import DynamoDBScores
from tests.factories import NOON
from tests.fakes.scores import InMemoryScores


@pytest.fixture(params=["fake", "dynamodb"])
def scores(request: pytest.FixtureRequest) -> Any:
    return (
        InMemoryScores() if request.param == "fake" else DynamoDBScores(request.getfixturevalue("dynamodb"), "earshot")
    )


def test_a_later_score_is_never_overwritten_by_an_earlier_one(scores: Any) -> None:
    scores.put("demo", "all", NOON, {"7d": {"nps": 1}})
    scores.put("demo", "all", NOON - 1, {"7d": {"nps": 2}})
    assert scores.computed_at("demo", ["all", "plan=pro"]) == {"all": NOON}
