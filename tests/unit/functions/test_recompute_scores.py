"""The score's handler: wishes from responses and from the clock."""

import logging
from datetime import date, timedelta

import pytest

from earshot.domain.events import response_events
from earshot.services.events.publish_events import score_tasks
from earshot.services.responses.record_responses import record
from tests.aws_events import sqs_event
from tests.factories import NOON, make_submission, make_survey
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, load

TODAY = date(2026, 11, 21)


def test_a_response_recomputes_the_series_it_counts_in(world: World) -> None:
    world.surveys.surveys["demo"] = make_survey(segments=("plan",), open_segments=("plan",))
    submission = make_submission(2, properties={"plan": "pro"})
    record([submission], surveys=world.surveys, ledger=world.ledger, people=InMemoryPeople(), pause=no_pause)
    tasks = list(score_tasks(response_events(*world.ledger.history[-1], "2026-11-21T12:00:00.000Z")))
    event = sqs_event(tasks, "ScoreQueue", sent=NOON - 30_000)
    assert load("recompute_scores").lambda_handler(event, None) == {"batchItemFailures": []}
    assert set(world.scores.kept) == {("demo", "all"), ("demo", "plan=pro")}
    assert world.scores.kept["demo", "all"][1]["7d"]["nps"] == -100


def test_the_clock_asks_for_every_survey(world: World) -> None:
    load("recompute_scores").lambda_handler(sqs_event(['{"all_surveys": true}'], "ScoreQueue"), None)
    asked = world.score_tasks.take()
    assert asked == [{"survey": "closed"}, {"survey": "demo"}]
    load("recompute_scores").lambda_handler(sqs_event(asked, "ScoreQueue", sent=NOON), None)
    assert set(world.scores.kept) == {("demo", "all"), ("closed", "all")}
    assert world.score_tasks.take() == []  # what it asks itself for asks for nothing more: its loop has two turns


def test_the_clock_has_the_last_day_evaluated_once_and_logs_it_under_the_id_of_its_events(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for age in range(1, 61):
        day = (TODAY - timedelta(age)).isoformat()
        world.ledger.sums["demo", "all", day] = [0] * 9 + [4, 0] if age > 30 else [4, *[0] * 10]
    for _ in range(2):
        load("recompute_scores").lambda_handler(sqs_event(['{"survey": "demo"}'], "ScoreQueue", sent=NOON), None)
    ((key, evaluated),) = world.evaluations.kept.items()
    assert key == ("demo", "2026-11-20")
    assert [(change.series, change.direction) for change in evaluated.changes] == [("all", "fall")]
    found = [vars(record) for record in caplog.records if record.getMessage() == "evaluated"]
    assert [(line["correlation_id"], line["changed"]) for line in found] == [("demo/2026-11-20", 1)]


def test_a_poison_message_fails_alone(world: World) -> None:
    bodies = ["nope", "{}", '{"survey": "demo"}', '{"survey": 1}', '{"survey": "demo", "series": [1]}']
    failed = load("recompute_scores").lambda_handler(sqs_event(bodies, "ScoreQueue"), None)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["message-0", "message-1", "message-3", "message-4"]
    assert set(world.scores.kept) == {("demo", "all")}
