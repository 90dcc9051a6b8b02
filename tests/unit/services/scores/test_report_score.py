"""A score comes with its window before and what changed."""

from datetime import date

import pytest

from earshot.domain.errors import InvalidError
from earshot.domain.segment_values import Places, Value, ValueStatus
from earshot.domain.window import rolling
from earshot.services.scores.report_score import ScoreScope, report
from tests.factories import make_survey
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.surveys import InMemorySurveys

TODAY = date(2026, 11, 21)


def test_a_score_comes_with_the_window_before_and_what_changed(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    found = report(ScoreScope((surveys.surveys["demo"],)), rolling("7d", TODAY), counts=ledger)
    assert found.previous is not None
    assert found.change is not None
    assert (found.histogram.responses, found.previous.responses) == (3, 2)
    assert found.change.points == pytest.approx(100 / 3 + 50)
    assert found.population.is_complete


def test_all_begins_with_the_first_response_and_is_compared_with_nothing(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    found = report(ScoreScope((surveys.surveys["demo"],)), rolling("all", TODAY), counts=ledger)
    assert (found.histogram.responses, found.previous, found.change) == (6, None, None)
    assert found.window.start == date(2026, 8, 13)


def test_a_segment_has_a_score_of_its_own(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    def responses_of(name: str, value: str) -> int:
        population = ScoreScope((surveys.surveys["demo"],), (name, value))
        return report(population, rolling("all", TODAY), counts=ledger).histogram.responses

    assert (responses_of("plan", "pro"), responses_of("plan", "free")) == (6, 0)
    with pytest.raises(InvalidError, match="not tracked by the survey 'demo'"):
        responses_of("age", "7")


def test_a_value_without_a_series_names_where_it_went() -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"7"})}, places={"plan": Places(1)})
    assert ScoreScope((survey,), ("plan", "7")).counted_as == {}
    # As long as every value is known that there is, one that nobody named has no response.
    assert ScoreScope((survey,), ("plan", "new")).counted_as == {}
    candidate = survey.with_known([Value("plan", "gold", ValueStatus.CANDIDATE, number=1)])
    assert ScoreScope((candidate,), ("plan", "gold")).counted_as == {"demo": "plan=(other)"}
    crowded = make_survey(segments=("plan",), places={"plan": Places(is_unlisted=True)})
    assert ScoreScope((crowded,), ("plan", "new")).counted_as == {"demo": "plan=(other)"}
    assert ScoreScope((crowded,), ("plan", "(other)")).counted_as == {}
