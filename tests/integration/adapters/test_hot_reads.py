"""What is read on each visit of a page: the survey's settings, one unit however many values its segments have."""

import importlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from benchmarks.metering import Call, metered
from earshot import bootstrap, widget_bootstrap
from earshot.adapters.surveys import DynamoDBSurveys
from earshot.domain.survey import VALUES_PER_SEGMENT
from tests.aws_events import http_event
from tests.factories import make_survey

SEGMENTS = tuple(f"segment-{number}" for number in range(10))
ONE_SURVEY = "/v1/surveys/demo"


@pytest.fixture
def stack(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the client that the functions use, beside a survey whose segments have all the values they may."""
    sqs = boto3.client("sqs")
    clients = {"dynamodb": dynamodb, "sqs": sqs}
    monkeypatch.setattr(bootstrap, "client", clients.__getitem__)
    monkeypatch.setattr(widget_bootstrap, "client", clients.__getitem__)
    monkeypatch.setenv("EARSHOT_TABLE", "earshot")
    monkeypatch.setenv("EARSHOT_SALT", "salt")
    monkeypatch.setenv("EARSHOT_RESPONSE_QUEUE", sqs.create_queue(QueueName="responses")["QueueUrl"])
    made = (bootstrap.surveys, bootstrap.door, bootstrap.submission_queue, widget_bootstrap.rate_limits)
    for port in made:
        port.cache_clear()
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    surveys.put(make_survey(segments=SEGMENTS), None)
    fill(dynamodb)
    yield dynamodb
    for port in made:
        port.cache_clear()


def fill(dynamodb: Any) -> None:
    """Give every segment all the values it may have, each as long as one may be."""
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    for segment in SEGMENTS[:2]:
        for number in range(VALUES_PER_SEGMENT):
            assert surveys.add_value("demo", segment, f"{number:03}" + "\N{GRINNING FACE}" * 61)


def of_surveys(calls: list[Call]) -> list[Call]:
    """Give the reads of surveys and of their values."""
    return [call for call in calls if _partition(call).startswith(("SURVEY", "VALUES"))]


def _partition(call: Call) -> str:
    key = call.params.get("Key") or {"pk": call.params["ExpressionAttributeValues"][":pk"]}
    return str(key["pk"]["S"])


@pytest.mark.parametrize(
    ("function", "event", "status"),
    [
        ("serve_widget", http_event("GET /v1/surveys/{survey}/widget", f"{ONE_SURVEY}/widget"), 200),
        (
            "submit_response",
            http_event(
                "POST /v1/surveys/{survey}/responses", f"{ONE_SURVEY}/responses", {"score": 9}, headers={"origin": "x"}
            ),
            202,
        ),
    ],
)
def test_a_page_costs_one_read_of_the_survey_however_many_values_there_are(
    stack: Any, function: str, event: dict[str, Any], status: int
) -> None:
    handler = importlib.import_module(f"functions.{function}.app").lambda_handler
    with metered(stack) as meter:
        assert handler(event, None)["statusCode"] == status
    (read,) = of_surveys(meter.reads)
    assert (read.operation, read.read_units) == ("GetItem", 1)


def test_what_pages_and_mails_read_of_a_survey_is_one_unit(stack: Any) -> None:
    surveys = bootstrap.surveys()
    with metered(stack) as meter:
        survey = surveys.get("demo")
    (read,) = of_surveys(meter.reads)
    assert (read.operation, read.read_units) == ("GetItem", 1)
    assert survey is not None
    with metered(stack) as meter:
        whole = surveys.with_values(survey)
    assert len(whole.values[SEGMENTS[0]]) == VALUES_PER_SEGMENT
    assert sum(call.read_units for call in meter.reads) > 10
