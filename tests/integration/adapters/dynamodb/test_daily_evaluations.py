"""What the fake and the real evaluations have in common."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.daily_evaluations import CHANGES_AN_ITEM, DynamoDBDailyEvaluations, evaluation_items
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.daily_evaluation import DailyEvaluation, EmittedTargetStatus, ScoreChange, TargetStatus
from earshot.domain.score import Histogram
from tests.fakes.scores import InMemoryDailyEvaluations

GOOD, BAD = Histogram.of([9] * 40), Histogram.of([3] * 40)
EMITTED = EmittedTargetStatus("2026-11-19", ScoreTarget(50, 20, 28), TargetStatus.NOT_REACHED, BAD)
EVALUATED = DailyEvaluation(
    "demo", "2026-11-20", AlertSettings(28, 0.01, 40), (ScoreChange("plan=prö", GOOD, BAD),), EMITTED
)


@pytest.fixture(params=["fake", "dynamodb"])
def evaluations(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryDailyEvaluations()
    return DynamoDBDailyEvaluations(request.getfixturevalue("dynamodb"), "earshot")


def test_an_evaluation_is_stored_unchanged(evaluations: Any) -> None:
    assert evaluations.latest("demo") is None
    assert evaluations.put(EVALUATED)
    assert evaluations.latest("demo") == EVALUATED
    assert evaluations.between("demo", "2026-11-20", "2026-11-21") == [EVALUATED]


def test_a_day_is_evaluated_once(evaluations: Any) -> None:
    assert evaluations.put(EVALUATED)
    assert not evaluations.put(replace(EVALUATED, changes=(), emitted_status=None))
    assert evaluations.latest("demo") == EVALUATED


def test_the_latest_day_is_found_and_days_are_half_open_and_of_one_survey(evaluations: Any) -> None:
    days = [replace(EVALUATED, day=f"2026-11-{number}") for number in (20, 9 + 10, 18, 21)]
    for evaluation in days:
        assert evaluations.put(evaluation)
    assert evaluations.put(replace(EVALUATED, survey="demo-2", day="2026-12-01"))
    assert evaluations.latest("demo").day == "2026-11-21"
    found = evaluations.between("demo", "2026-11-18", "2026-11-21")
    assert [one.day for one in found] == ["2026-11-18", "2026-11-19", "2026-11-20"]


def test_so_many_changes_that_one_item_cannot_hold_them_are_kept_together(evaluations: Any) -> None:
    changes = tuple(ScoreChange(f"plan={'ö' * 256}{number}", GOOD, BAD) for number in range(2 * CHANGES_AN_ITEM + 1))
    many = replace(EVALUATED, changes=changes)
    assert len(evaluation_items(many)) == 3
    assert evaluations.put(many)
    assert not evaluations.put(replace(EVALUATED, changes=()))
    assert evaluations.latest("demo").day == EVALUATED.day
    assert evaluations.between("demo", "2026-11-01", "2026-11-21") == [many]
    assert evaluations.put(replace(EVALUATED, day="2026-11-21"))
    assert [found.day for found in evaluations.between("demo", "2026-11-20", "2026-11-21")] == ["2026-11-20"]
    assert evaluations.latest("demo").day == "2026-11-21"


def test_no_part_of_an_evaluation_outgrows_an_item() -> None:
    full = Histogram((10**6,) * 11)
    longest = f"{'s' * 64}={'𐍈' * 256}"
    (item,) = evaluation_items(replace(EVALUATED, changes=(ScoreChange(longest, full, full),) * CHANGES_AN_ITEM))
    assert sum(len(name) + len(str(value).encode()) for name, value in item.items()) < 400_000
