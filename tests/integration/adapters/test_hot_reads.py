"""What is read on each visit of a page: the survey's settings, one unit however many values its segments have."""

import importlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from benchmarks.capacity import item_bytes
from benchmarks.metering import WRITES, Call, metered
from earshot import bootstrap
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.segment_values import CANDIDATES, VALUES_PER_SEGMENT, Source
from earshot.domain.statement import Rank
from earshot.services.responses.record_responses import record
from tests.aws_events import http_event
from tests.factories import make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.queues_and_bus import InMemoryQueue

SEGMENTS = tuple(f"segment-{number}" for number in range(10))
ONE_SURVEY = "/v1/surveys/demo"


@pytest.fixture
def stack(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the client that the functions use, and a survey whose segments have all the values they may."""
    sqs = boto3.client("sqs")
    clients = {"dynamodb": dynamodb, "sqs": sqs}
    monkeypatch.setattr(bootstrap, "client", clients.__getitem__)
    monkeypatch.setenv("EARSHOT_TABLE", "earshot")
    monkeypatch.setenv("EARSHOT_SALT", "salt")
    monkeypatch.setenv("EARSHOT_CDN_SECRET", "")
    monkeypatch.setenv("EARSHOT_RESPONSE_QUEUE", sqs.create_queue(QueueName="responses")["QueueUrl"])
    policies = (bootstrap.submission_policies, bootstrap.recent_policies)
    made = (bootstrap.surveys, *policies, bootstrap.submission_queue, bootstrap.rate_limits)
    for port in made:
        port.cache_clear()
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    surveys.put(make_survey(segments=SEGMENTS), None)
    fill(dynamodb)
    yield dynamodb
    for port in made:
        port.cache_clear()


def fill(dynamodb: Any) -> None:
    """Add all the values that each segment may have, each as long as one may be."""
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    for segment in SEGMENTS[:2]:
        names = [f"{number:03}" + "\N{GRINNING FACE}" * 61 for number in range(VALUES_PER_SEGMENT)]
        assert len(surveys.admit("demo", segment, names, Source.KEY)) == VALUES_PER_SEGMENT


def of_surveys(calls: list[Call]) -> list[Call]:
    """Return the reads of surveys and of their values."""
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


def test_further_responses_of_five_seconds_read_no_survey(stack: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    handler, began = importlib.import_module("functions.submit_response.app").lambda_handler, bootstrap.now()
    event = http_event("POST /v1/surveys/{survey}/responses", f"{ONE_SURVEY}/responses", {"score": 9})
    reads = []
    for later in (0, 10, 4_990, 5_000, 5_010):
        monkeypatch.setattr(bootstrap, "now", lambda later=later: began + later)
        with metered(stack) as meter:
            assert handler(event, None)["statusCode"] == 202
        reads.append(sum(call.read_units for call in of_surveys(meter.reads)))
    assert reads == [1, 0, 0, 1, 0]


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


def recorded(dynamodb: Any, plan: str, rank: Rank = Rank.ANONYMOUS) -> list[Call]:
    """Record a response with the real adapters; give every call to the table."""
    surveys = DynamoDBSurveys(dynamodb, "earshot", InMemoryQueue())
    submission = make_submission(9, id=uuid7(seed=f"{plan}{rank}"), properties={SEGMENTS[0]: plan}, rank=rank)
    ports: dict[str, Any] = {"people": DynamoDBPeople(dynamodb, "earshot"), "pause": no_pause}
    with metered(dynamodb) as meter:
        assert record([submission], surveys=surveys, ledger=DynamoDBLedger(dynamodb, "earshot"), **ports) == set()
    return meter.calls


def test_a_strangers_response_costs_the_same_whatever_was_stored_before(stack: Any) -> None:
    surveys = DynamoDBSurveys(stack, "earshot", InMemoryQueue())
    recorded(stack, "the day's first")
    names = [f"c{number:03}" + "\N{GRINNING FACE}" * 60 for number in range(CANDIDATES)]
    surveys.propose("demo", SEGMENTS[0], [*names, "of which nobody knows"])
    for plan in ("one more", "c007" + "\N{GRINNING FACE}" * 60):
        calls = recorded(stack, plan)
        reads = [call for call in calls if call.operation not in WRITES]
        assert sum(call.read_units for call in reads) <= 5, plan
        (written,) = [call for call in calls if call.operation in WRITES]
        kinds = [str((action.get("Item") or action["Key"])["pk"]["S"]) for _, action in written.actions]
        # The response, the count of all, and that of the values without a series: nothing for who keeps candidates.
        assert sorted(kind.partition("#")[0] for kind in kinds) == ["C", "C", "R"]
        counted = [kind for kind in kinds if kind.endswith("=(other)")]
        items = stack.query(
            TableName="earshot",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": counted[0]}},
        )["Items"]
        assert max(map(item_bytes, items)) < 1024


def test_a_new_candidate_costs_one_transaction_of_small_items(stack: Any) -> None:
    recorded(stack, "the day's first")
    calls = [call for call in recorded(stack, "another") if call.operation in WRITES]
    proposed, written = calls
    assert [len(call.actions) for call in calls] == [2, 3]
    assert proposed.actions[0][1]["Item"]["status"] == {"S": "candidate"}
    sizes = [item_bytes(action["Item"]) for _, action in (*proposed.actions, *written.actions) if "Item" in action]
    assert max(sizes) < 1024
