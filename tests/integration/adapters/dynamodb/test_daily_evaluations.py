"""What the fake and the real judgements have in common."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.daily_evaluations import ALERTS_AN_ITEM, DynamoDBDailyEvaluations, judgement_items
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.alerts import Alert, DailyEvaluation, EmittedTargetStatus, TargetStatus
from earshot.domain.score import Histogram
from tests.fakes.scores import InMemoryDailyEvaluations

GOOD, BAD = Histogram.of([9] * 40), Histogram.of([3] * 40)
TOLD = EmittedTargetStatus("2026-11-19", ScoreTarget(50, 20, 28), TargetStatus.NOT_REACHED, BAD)
JUDGED = DailyEvaluation("demo", "2026-11-20", AlertSettings(28, 0.01, 40), (Alert("plan=prö", GOOD, BAD),), TOLD)


@pytest.fixture(params=["fake", "dynamodb"])
def judgements(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryDailyEvaluations()
    return DynamoDBDailyEvaluations(request.getfixturevalue("dynamodb"), "earshot")


def test_an_evaluation_is_stored_unchanged(judgements: Any) -> None:
    assert judgements.latest("demo") is None
    assert judgements.put(JUDGED)
    assert judgements.latest("demo") == JUDGED
    assert judgements.between("demo", "2026-11-20", "2026-11-21") == [JUDGED]


def test_a_day_is_evaluated_once(judgements: Any) -> None:
    assert judgements.put(JUDGED)
    assert not judgements.put(replace(JUDGED, alerts=(), emitted_status=None))
    assert judgements.latest("demo") == JUDGED


def test_the_latest_day_is_found_and_days_are_half_open_and_of_one_survey(judgements: Any) -> None:
    days = [replace(JUDGED, day=f"2026-11-{number}") for number in (20, 9 + 10, 18, 21)]
    for evaluation in days:
        assert judgements.put(evaluation)
    assert judgements.put(replace(JUDGED, survey="demo-2", day="2026-12-01"))
    assert judgements.latest("demo").day == "2026-11-21"
    found = judgements.between("demo", "2026-11-18", "2026-11-21")
    assert [one.day for one in found] == ["2026-11-18", "2026-11-19", "2026-11-20"]


def test_so_many_alerts_that_one_item_cannot_hold_them_are_kept_together(judgements: Any) -> None:
    alerts = tuple(Alert(f"plan={'ö' * 256}{number}", GOOD, BAD) for number in range(2 * ALERTS_AN_ITEM + 1))
    many = replace(JUDGED, alerts=alerts)
    assert len(judgement_items(many)) == 3
    assert judgements.put(many)
    assert not judgements.put(replace(JUDGED, alerts=()))
    assert judgements.latest("demo").day == JUDGED.day
    assert judgements.between("demo", "2026-11-01", "2026-11-21") == [many]
    assert judgements.put(replace(JUDGED, day="2026-11-21"))
    assert [found.day for found in judgements.between("demo", "2026-11-20", "2026-11-21")] == ["2026-11-20"]
    assert judgements.latest("demo").day == "2026-11-21"


def test_no_part_of_an_evaluation_outgrows_an_item() -> None:
    full = Histogram((10**6,) * 11)
    longest = f"{'s' * 64}={'𐍈' * 256}"
    (item,) = judgement_items(replace(JUDGED, alerts=(Alert(longest, full, full),) * ALERTS_AN_ITEM))
    assert sum(len(name) + len(str(value).encode()) for name, value in item.items()) < 400_000
