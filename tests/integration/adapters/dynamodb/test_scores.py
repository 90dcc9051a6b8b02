"""The scores' adapter and its fake keep the same contract."""

from datetime import date
from typing import Any

import pytest

from earshot.adapters.dynamodb.scores import DynamoDBScores
from earshot.domain.score import Histogram
from earshot.domain.score_snapshot import scored
from earshot.domain.score_summary import Camps, ScoreHistory, ScoreSummary
from earshot.domain.window import rolling
from tests.factories import NOON
from tests.fakes.scores import InMemoryScores


@pytest.fixture(params=["fake", "dynamodb"])
def scores(request: pytest.FixtureRequest) -> Any:
    return (
        InMemoryScores() if request.param == "fake" else DynamoDBScores(request.getfixturevalue("dynamodb"), "earshot")
    )


HISTORY = ScoreHistory(Camps(3, 2, 1), (Camps(0, 0, 0), Camps(12, 0, 5)))
WINDOWS = {"90d": scored(rolling("90d", date(2026, 11, 28)), Histogram.of([9, 10, 7, 3]))}


def test_a_later_score_is_never_overwritten_by_an_earlier_one(scores: Any) -> None:
    scores.put("demo", "all", NOON, {"7d": {"nps": 1}}, HISTORY)
    scores.put("demo", "all", NOON - 1, {"7d": {"nps": 2}}, HISTORY)
    assert scores.computed_at("demo", ["all", "plan=pro"]) == {"all": NOON}


def test_the_summaries_of_many_surveys_are_read_at_once(scores: Any) -> None:
    scores.put("demo", "all", NOON, WINDOWS, HISTORY)
    long = f"plan={'x' * 1100}"
    scores.put("other", long, NOON + 1, WINDOWS, HISTORY)
    found = scores.summaries([("demo", "all"), ("other", long), ("other", "all")])
    assert found == {
        ("demo", "all"): ScoreSummary(NOON, date(2026, 11, 28), Camps(2, 1, 1), HISTORY),
        ("other", long): ScoreSummary(NOON + 1, date(2026, 11, 28), Camps(2, 1, 1), HISTORY),
    }
