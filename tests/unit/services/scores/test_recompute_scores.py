"""Scores are recomputed once for responses that came together."""

from earshot.services.scores.recompute_scores import Ask, Recomputed, fan_out, merge_asks, recompute
from tests.factories import NOON
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.scores import InMemoryDailyEvaluations, InMemoryScores
from tests.fakes.surveys import InMemorySurveys


def test_scores_are_computed_once_for_responses_that_came_together(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    scores = InMemoryScores()
    ask = Ask("demo", ("all",), NOON)
    assert recompute(
        ask, NOON + 30_000, surveys=surveys, counts=ledger, scores=scores, evaluations=InMemoryDailyEvaluations()
    ) == Recomputed(1)
    assert recompute(
        ask, NOON + 30_001, surveys=surveys, counts=ledger, scores=scores, evaluations=InMemoryDailyEvaluations()
    ) == Recomputed(0)
    windows = scores.kept["demo", "all"][1]
    assert [windows[length]["responses"] for length in ("7d", "30d", "90d", "365d")] == [3, 5, 5, 6]


def test_an_hour_passing_recomputes_every_series(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    scores, queue = InMemoryScores(), InMemoryQueue()
    assert fan_out(surveys=surveys, queue=queue) == 1
    assert queue.take() == [{"survey": "demo"}]
    recompute(
        Ask("demo", None, NOON),
        NOON,
        surveys=surveys,
        counts=ledger,
        scores=scores,
        evaluations=InMemoryDailyEvaluations(),
    )
    assert {series for _, series in scores.kept} == {"all", "plan=pro"}


def test_wishes_for_the_same_survey_are_joined() -> None:
    asks = [Ask("a", ("all", "x=1"), 5), Ask("a", ("all",), 9), Ask("b", None, 1), Ask("b", ("all",), 2)]
    assert merge_asks(asks) == [Ask("a", ("all", "x=1"), 9), Ask("b", None, 2)]


def test_a_survey_that_is_gone_needs_no_score(ledger: InMemoryLedger) -> None:
    assert recompute(
        Ask("gone", None, 0),
        NOON,
        surveys=InMemorySurveys(),
        counts=ledger,
        scores=InMemoryScores(),
        evaluations=InMemoryDailyEvaluations(),
    ) == Recomputed(0)
