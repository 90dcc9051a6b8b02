"""Summaries of many surveys: as they were computed, and counted where they were not yet."""

from datetime import date

from earshot.domain.score import Histogram
from earshot.domain.score_snapshot import scored
from earshot.domain.score_summary import Camps, ScoreHistory
from earshot.domain.window import rolling
from earshot.services.responses.record_responses import record
from earshot.services.scores.summarize_scores import MOST_COUNTED, summarize
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.scores import InMemoryScores
from tests.fakes.surveys import InMemorySurveys

HISTORY = ScoreHistory(Camps(1, 0, 0), (Camps(0, 0, 0),) * 13)


def test_what_was_computed_is_taken_and_what_was_not_is_counted() -> None:
    surveys = [make_survey(), make_survey(id="fresh")]
    scores, ledger = InMemoryScores(), InMemoryLedger()
    windows = {"90d": scored(rolling("90d", date(2026, 11, 21)), Histogram.of([9, 9, 3]))}
    scores.put("demo", "all", NOON - 1, windows, HISTORY)
    for number, (score, days_ago) in enumerate([(10, 0), (3, 89), (0, 90)]):
        time = NOON - days_ago * DAY
        given = make_submission(score, survey="fresh", id=uuid7(time, f"{number}"), first_received=time)
        people = InMemoryPeople(ledger)
        assert not record([given], surveys=InMemorySurveys(*surveys), ledger=ledger, people=people, pause=no_pause)
    found = summarize(surveys, None, NOON, scores=scores, counts=ledger)
    assert (found["demo"].computed_at, found["demo"].now) == (NOON - 1, Camps(2, 0, 1))
    assert (found["fresh"].computed_at, found["fresh"].now) == (NOON, Camps(1, 0, 1))
    assert found["fresh"].history.before == Camps(0, 0, 1)


def test_only_some_new_surveys_are_counted_at_once() -> None:
    surveys = [make_survey(id=f"s-{number}") for number in range(MOST_COUNTED + 2)]
    found = summarize(surveys, None, NOON, scores=InMemoryScores(), counts=InMemoryLedger())
    assert len(found) == MOST_COUNTED


def test_a_survey_that_does_not_track_the_segment_has_no_summary() -> None:
    surveys = [make_survey(segments=("plan",)), make_survey(id="fresh")]
    found = summarize(surveys, ("plan", "pro"), NOON, scores=InMemoryScores(), counts=InMemoryLedger())
    assert set(found) == {"demo"}
