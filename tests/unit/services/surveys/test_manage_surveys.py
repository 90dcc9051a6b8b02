"""Surveys are created, replaced and changed."""

from typing import Any

import pytest

from earshot.domain.errors import ConflictError, NotFoundError
from earshot.domain.survey import Survey
from earshot.services.surveys.manage_surveys import put, update
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys

NOW = "2026-11-21T12:00:00.000Z"


@pytest.fixture
def surveys() -> InMemorySurveys:
    return InMemorySurveys()


@pytest.fixture
def queue() -> InMemoryQueue:
    return InMemoryQueue()


def put_demo(surveys: InMemorySurveys, queue: InMemoryQueue, **settings: Any) -> tuple[Survey, bool]:
    return put("demo", {"name": "Demo"} | settings, NOW, surveys=surveys, backfills=queue)


def test_a_survey_is_created_once_and_then_replaced(surveys: InMemorySurveys, queue: InMemoryQueue) -> None:
    created, is_new = put_demo(surveys, queue, question="Why?")
    assert (is_new, created.timezone, created.state) == (True, "UTC", "open")
    replaced, is_new = put_demo(surveys, queue)
    assert (is_new, replaced.question != "Why?", replaced.created_at) == (False, True, NOW)


def test_replacing_a_survey_opens_no_closed_one_and_moves_no_zone(
    surveys: InMemorySurveys, queue: InMemoryQueue
) -> None:
    put_demo(surveys, queue, state="closed", timezone="Europe/Berlin")
    replaced, _ = put_demo(surveys, queue)
    assert (replaced.state, replaced.timezone) == ("closed", "Europe/Berlin")


def test_the_zone_cannot_change_after_the_first_response(surveys: InMemorySurveys, queue: InMemoryQueue) -> None:
    put_demo(surveys, queue)
    update("demo", {"timezone": "Asia/Tokyo"}, NOW, surveys=surveys, backfills=queue)
    surveys.fix_zone("demo")
    with pytest.raises(ConflictError, match="Asia/Tokyo"):
        update("demo", {"timezone": "UTC"}, NOW, surveys=surveys, backfills=queue)
    update("demo", {"timezone": "Asia/Tokyo", "name": "New"}, NOW, surveys=surveys, backfills=queue)


def test_a_survey_that_is_not_there_cannot_be_updated(surveys: InMemorySurveys, queue: InMemoryQueue) -> None:
    with pytest.raises(NotFoundError):
        update("demo", {"name": "x"}, NOW, surveys=surveys, backfills=queue)


def test_a_new_survey_has_no_past_to_count(surveys: InMemorySurveys, queue: InMemoryQueue) -> None:
    created, _ = put_demo(surveys, queue, segments=("plan",))
    assert created.incomplete == ()
    assert queue.take() == []
