"""Reporting and recomputing scores, and telling the CRM."""

from datetime import date

import pytest

from earshot.domain.errors import BusyError, InvalidError
from earshot.domain.events import response_events
from earshot.domain.segment_values import Places, Value, ValueStatus
from earshot.domain.statement import StatementKind
from earshot.domain.window import rolling
from earshot.services.events.sync_crm import sync
from earshot.services.responses.record_responses import record
from earshot.services.scores.read_counts import ScoreScope
from earshot.services.scores.recompute_scores import Ask, Recomputed, fan_out, merge_asks, recompute
from earshot.services.scores.report_score import report
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.queues_and_bus import InMemoryCrm, InMemoryQueue
from tests.fakes.scores import InMemoryJudgements, InMemoryScores
from tests.fakes.surveys import InMemorySurveys

TODAY = date(2026, 11, 21)


@pytest.fixture
def surveys() -> InMemorySurveys:
    return InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))


@pytest.fixture
def ledger(surveys: InMemorySurveys) -> InMemoryLedger:
    ledger = InMemoryLedger()
    batch = [
        make_submission(
            score, id=uuid7(NOON - age * DAY, f"{score}"), received=NOON - age * DAY, properties={"plan": "pro"}
        )
        for score, age in ((9, 0), (3, 1), (10, 6), (0, 7), (8, 13), (9, 100))
    ]
    record(batch, surveys=surveys, ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger


def test_a_score_comes_with_the_window_before_and_what_changed(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    found = report(ScoreScope((surveys.surveys["demo"],)), rolling("7d", TODAY), counts=ledger)
    assert found.previous is not None
    assert found.change is not None
    assert (found.histogram.responses, found.previous.responses) == (3, 2)
    assert found.change.points == pytest.approx(100 / 3 + 50)
    assert found.population.is_complete


def test_all_begins_with_the_first_answer_and_is_compared_with_nothing(
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


def test_a_value_without_a_series_says_where_it_went() -> None:
    survey = make_survey(segments=("plan",), values={"plan": frozenset({"7"})}, places={"plan": Places(1)})
    assert ScoreScope((survey,), ("plan", "7")).folded_into == {}
    # As long as every value is known that there is, one that nobody named has no response.
    assert ScoreScope((survey,), ("plan", "new")).folded_into == {}
    candidate = survey.with_known([Value("plan", "gold", ValueStatus.CANDIDATE, number=1)])
    assert ScoreScope((candidate,), ("plan", "gold")).folded_into == {"demo": "plan=(other)"}
    crowded = make_survey(segments=("plan",), places={"plan": Places(is_unlisted=True)})
    assert ScoreScope((crowded,), ("plan", "new")).folded_into == {"demo": "plan=(other)"}
    assert ScoreScope((crowded,), ("plan", "(other)")).folded_into == {}


def test_scores_are_computed_once_for_answers_that_came_together(
    ledger: InMemoryLedger, surveys: InMemorySurveys
) -> None:
    scores = InMemoryScores()
    ask = Ask("demo", ("all",), NOON)
    assert recompute(
        ask, NOON + 30_000, surveys=surveys, counts=ledger, scores=scores, judgements=InMemoryJudgements()
    ) == Recomputed(1)
    assert recompute(
        ask, NOON + 30_001, surveys=surveys, counts=ledger, scores=scores, judgements=InMemoryJudgements()
    ) == Recomputed(0)
    windows = scores.kept["demo", "all"][1]
    assert [windows[length]["responses"] for length in ("7d", "30d", "90d", "365d")] == [3, 5, 5, 6]


def test_an_hour_passing_recomputes_every_series(ledger: InMemoryLedger, surveys: InMemorySurveys) -> None:
    scores, queue = InMemoryScores(), InMemoryQueue()
    assert fan_out(surveys=surveys, queue=queue) == 1
    assert queue.take() == [{"survey": "demo"}]
    recompute(
        Ask("demo", None, NOON), NOON, surveys=surveys, counts=ledger, scores=scores, judgements=InMemoryJudgements()
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
        judgements=InMemoryJudgements(),
    ) == Recomputed(0)


@pytest.fixture
def unhappy() -> InMemoryLedger:
    ledger = InMemoryLedger()
    said = make_submission(2, comment="late", person="ann", properties={"plan": "pro"})
    record([said], surveys=InMemorySurveys(make_survey()), ledger=ledger, people=InMemoryPeople(), pause=no_pause)
    return ledger


def detail(ledger: InMemoryLedger) -> dict[str, object]:
    old, new = ledger.history[0]
    return dict(response_events(old, new, "2026-11-21T12:00:00.000Z")[1].detail)


def test_the_crm_is_told_with_the_words_under_the_events_own_key(unhappy: InMemoryLedger) -> None:
    crm = InMemoryCrm()
    for _ in range(2):
        assert sync(detail(unhappy), ledger=unhappy, crm=crm) == ("delivered", NOON)
    (key, payload), (again, _) = crm.told
    assert key == again == payload["id"]
    assert (payload["score"], payload["comment"], payload["person"]) == (2, "late", "ann")


def test_nothing_erased_or_withdrawn_reaches_the_crm(unhappy: InMemoryLedger) -> None:
    crm, announced = InMemoryCrm(), detail(unhappy)
    erased = make_submission(None, kind=StatementKind.ERASED, received=NOON + 1)
    record([erased], surveys=InMemorySurveys(make_survey()), ledger=unhappy, people=InMemoryPeople(), pause=no_pause)
    assert sync(announced, ledger=unhappy, crm=crm) == ("withdrawn", None)
    assert crm.told == []


def test_without_a_crm_the_event_is_acknowledged(unhappy: InMemoryLedger) -> None:
    assert sync(detail(unhappy), ledger=unhappy, crm=None) == ("no-crm", None)


def test_a_crm_that_is_away_is_told_later(unhappy: InMemoryLedger) -> None:
    crm = InMemoryCrm()
    crm.is_away = True
    with pytest.raises(BusyError):
        sync(detail(unhappy), ledger=unhappy, crm=crm)
