"""What rules may fire on is read from the events that are published."""

from typing import Any

import pytest

from earshot.domain.alerts import AlertTask, ResponseFact, ScoreFact, alert_id, delivery_id, facts_of, tasks_of
from earshot.domain.events import Event, repeated_events, response_events
from earshot.domain.response import Response
from tests.factories import NOON, make_response, revised, uuid7

TIME = "2026-11-21T12:00:00.000Z"


def facts(old: Response | None, new: Response) -> list[object]:
    return list(facts_of(response_events(old, new, TIME)).get("demo", ()))


def test_a_detractor_is_one_fact_with_the_id_of_its_detractor_event() -> None:
    (fact,) = facts(None, make_response(3))
    assert isinstance(fact, ResponseFact)
    recorded, identified = response_events(None, make_response(3), TIME)
    assert (fact.score, fact.event, fact.detractor_event) == (3, recorded.id, identified.id)
    assert ResponseFact(**fact.to_json()) == fact


@pytest.mark.parametrize("score", range(11))
def test_a_fact_arrives_with_its_score_as_it_travels(score: int) -> None:
    (fact,) = facts(None, make_response(score))
    assert isinstance(fact, ResponseFact)
    assert ResponseFact(**fact.to_json()) == fact
    assert fact.score == score


def test_a_promoter_has_no_detractor_event_and_a_change_has_its_previous_category() -> None:
    first = make_response(9)
    (fact,) = facts(None, first)
    assert isinstance(fact, ResponseFact)
    assert (fact.detractor_event, fact.previous) == (None, None)
    (change,) = facts(first, revised(first, score=2))
    assert isinstance(change, ResponseFact)
    assert (change.score, change.previous, change.revision) == (2, "promoter", 2)


def test_what_counts_no_more_is_no_fact() -> None:
    first = make_response(3)
    assert facts(first, revised(first, excluded=True)) == []


def test_a_replay_has_a_fact_for_each_event_and_says_so() -> None:
    found = [facts_of([event]) for event in repeated_events(make_response(3))]
    replayed = [fact for each in found for fact in each["demo"]]
    assert [isinstance(fact, ResponseFact) and fact.replayed for fact in replayed] == [True, True]


def test_events_about_the_score_are_facts_with_their_data() -> None:
    data = {"survey": "demo", "series": "all", "day": "2026-11-20"}
    detail = {"metadata": {"id": "e1", "time": TIME, "correlation_id": "c"}, "data": data}
    (fact,) = facts_of([Event("TargetMissed", detail), Event("ScoreRecomputed", detail)])["demo"]
    assert fact == ScoreFact("e1", "TargetMissed", data, TIME, "c")
    assert isinstance(fact, ScoreFact)
    assert ScoreFact(**fact.to_json()) == fact


def test_the_same_alert_and_delivery_have_the_same_ids() -> None:
    alert = alert_id("demo", "default", "r1")
    assert alert == alert_id("demo", "default", "r1") != alert_id("demo", "other", "r1")
    ids = {delivery_id(alert, "hook"), delivery_id(alert, "mail"), delivery_id(alert, "hook", "2")}
    assert len(ids) == 3


def test_what_was_published_is_one_task_a_survey_and_travels_unchanged() -> None:
    responses = [make_response(score, id=uuid7(NOON, f"{score}")) for score in (2, 9)]
    responses.append(make_response(0, survey="other"))
    tasks = tasks_of(event for response in responses for event in response_events(None, response, TIME))
    assert [(task.survey, len(task.responses)) for task in tasks] == [("demo", 2), ("other", 1)]
    assert [AlertTask.of(task.to_json()).facts for task in tasks] == [task.facts for task in tasks]


def test_what_a_task_lacks_does_not_travel() -> None:
    assert AlertTask("demo", again=["r-1"]).to_json() == {"survey": "demo", "again": ["r-1"]}


@pytest.mark.parametrize("body", [{}, {"survey": 5}, {"survey": "demo", "responses": [{"nope": 1}]}])
def test_a_task_that_is_none_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        AlertTask.of(body)
