"""Surveys, scores, keys, queues, the bus and the CRM, each against something that answers for real."""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from earshot.adapters.crm import HttpCrm
from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
from earshot.adapters.dynamodb.scores import DynamoDBScores
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.eventbridge import EventBridgeBus
from earshot.adapters.sqs import SqsSubmissionQueue, SqsTaskQueue
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.api_key import ApiKey
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.identity_claims import TokenRules
from earshot.domain.sqs_submissions import unpack
from earshot.domain.widget import Widget
from earshot.ports.messaging import UnsentError
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.keys import InMemoryKeys
from tests.fakes.scores import InMemoryScores
from tests.fakes.surveys import InMemorySurveys


class Metered:
    """A client that counts updates, and fails at them if it is to."""

    def __init__(self, client: Any, error: Exception | None = None) -> None:
        self._client, self._error, self.writes = client, error, 0

    def update_item(self, **request: Any) -> Any:
        self.writes += 1
        if self._error:
            raise self._error
        return self._client.update_item(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture(params=["fake", "dynamodb"])
def surveys(request: pytest.FixtureRequest) -> Any:
    return (
        InMemorySurveys()
        if request.param == "fake"
        else DynamoDBSurveys(request.getfixturevalue("dynamodb"), "earshot")
    )


@pytest.fixture(params=["fake", "dynamodb"])
def scores(request: pytest.FixtureRequest) -> Any:
    return (
        InMemoryScores() if request.param == "fake" else DynamoDBScores(request.getfixturevalue("dynamodb"), "earshot")
    )


@pytest.fixture(params=["fake", "dynamodb"])
def keys(request: pytest.FixtureRequest) -> Any:
    return (
        InMemoryKeys() if request.param == "fake" else DynamoDBApiKeys(request.getfixturevalue("dynamodb"), "earshot")
    )


def test_a_survey_is_kept_as_it_is(surveys: Any) -> None:
    survey = make_survey(segments=("plan",), zone_is_fixed=False)
    assert surveys.get("demo") is None
    assert surveys.is_open("demo") is None
    assert surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.list() == [survey]
    assert surveys.is_open("demo")
    policy = surveys.submission_policy("demo")
    assert (policy.segments, policy.timezone) == (("plan",), survey.timezone)


@pytest.mark.parametrize("bands", [None, "agency", ((-100, "cold"), (20, "warm"))])
def test_what_a_survey_says_of_alerts_is_kept(surveys: Any, bands: Any) -> None:
    survey = make_survey(alerts=AlertSettings(7, 0.1, 50), target=ScoreTarget(50, -10, 90), bands=bands)
    surveys.put(survey, None)
    assert surveys.get("demo") == survey


@pytest.mark.parametrize("days", [None, 730])
def test_how_long_a_survey_keeps_words_is_kept(surveys: Any, days: int | None) -> None:
    survey = make_survey(retention_days=days)
    surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.list() == [survey]


def test_which_tokens_of_people_are_good_is_kept_and_read_by_the_intake(surveys: Any) -> None:
    survey = make_survey(widget=Widget(longest_token_hours=24))
    surveys.put(survey, None)
    assert surveys.get("demo") == survey
    assert surveys.submission_policy("demo").token_rules == TokenRules(longest=24)
    turned = replace(survey, identity=survey.identity.turned(NOON, 1), revision=survey.revision + 1)
    assert surveys.put(turned, survey)
    assert surveys.get("demo") == turned
    assert surveys.list() == [turned]
    assert surveys.submission_policy("demo").token_rules == TokenRules(2, NOON + 3_600_000, 24)


def test_a_survey_kept_before_there_were_alerts_has_the_defaults(dynamodb: Any) -> None:
    surveys = DynamoDBSurveys(dynamodb, "earshot")
    surveys.put(make_survey(target=ScoreTarget(50)), None)
    key = {"pk": {"S": "SURVEY#demo"}, "sk": {"S": "META"}}
    dynamodb.update_item(TableName="earshot", Key=key, UpdateExpression="REMOVE alerting")
    assert surveys.get("demo") == make_survey()


def test_of_two_writers_the_slower_is_told(surveys: Any) -> None:
    survey = make_survey()
    surveys.put(survey, None)
    assert not surveys.put(survey, None)
    assert surveys.put(replace(survey, state="closed", revision=2), survey)
    assert not surveys.put(replace(survey, name="late", revision=2), survey)
    assert surveys.is_open("demo") is False


def test_a_survey_without_responses_is_deleted_unless_someone_was_faster(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    assert not surveys.delete(replace(survey, revision=2))
    assert surveys.delete(survey)
    assert (surveys.get("demo"), surveys.list()) == (None, [])
    assert not surveys.delete(survey)
    assert surveys.put(survey, None)


def test_a_survey_that_was_answered_meanwhile_is_not_deleted(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    answered = surveys.fix_zone("demo")
    assert not surveys.delete(survey)
    assert not surveys.delete(answered)
    assert surveys.get("demo") == answered


def test_fixing_the_zone_is_a_write_that_others_notice(surveys: Any) -> None:
    survey = make_survey(zone_is_fixed=False)
    surveys.put(survey, None)
    assert surveys.fix_zone("demo").zone_is_fixed
    assert surveys.fix_zone("demo").revision == 2
    assert not surveys.put(replace(survey, timezone="Asia/Tokyo", revision=2), survey)


def test_a_segment_is_complete_when_its_past_is_counted(surveys: Any) -> None:
    surveys.put(make_survey(segments=("a", "b"), incomplete=("a", "b")), None)
    assert not surveys.complete("demo", ["a"], 7)
    assert surveys.complete("demo", ["a", "x"], 1)
    assert surveys.get("demo").incomplete == ("b",)


def test_a_later_score_is_never_overwritten_by_an_earlier_one(scores: Any) -> None:
    scores.put("demo", "all", NOON, {"7d": {"nps": 1}})
    scores.put("demo", "all", NOON - 1, {"7d": {"nps": 2}})
    assert scores.computed_at("demo", ["all", "plan=pro"]) == {"all": NOON}


def test_the_last_day_of_a_keys_use_is_noted_and_never_goes_back(keys: Any) -> None:
    assert keys.last_used([]) == {}
    for day in ("2026-11-21", "2026-11-21", "2026-11-23"):
        keys.note_use("0" * 12, day)
    keys.note_use("1" * 12, "2026-11-20")
    assert keys.last_used(["0" * 12, "1" * 12, "2" * 12]) == {"0" * 12: "2026-11-23", "1" * 12: "2026-11-20"}
    assert keys.list() == []


def test_containers_note_a_keys_use_once_a_day_each_and_the_later_day_stays(dynamodb: Any) -> None:
    metered, other = Metered(dynamodb), DynamoDBApiKeys(dynamodb, "earshot")
    here = DynamoDBApiKeys(metered, "earshot")
    other.note_use("0" * 12, "2026-11-22")
    for _ in range(3):
        here.note_use("0" * 12, "2026-11-21")
    assert (metered.writes, here.last_used(["0" * 12])) == (1, {"0" * 12: "2026-11-22"})
    here.note_use("0" * 12, "2026-11-23")
    here.note_use("1" * 12, "2026-11-23")
    assert (metered.writes, here.last_used(["0" * 12])) == (3, {"0" * 12: "2026-11-23"})


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "UpdateItem"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "UpdateItem"),
        EndpointConnectionError(endpoint_url="https://dynamodb"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_use_that_cannot_be_noted_costs_no_request_and_is_tried_once(dynamodb: Any, error: Exception) -> None:
    metered = Metered(dynamodb, error)
    keys = DynamoDBApiKeys(metered, "earshot")
    for _ in range(3):
        keys.note_use("0" * 12, "2026-11-21")
    assert metered.writes == 1


@pytest.mark.parametrize("expires", [None, 1_795_294_800_000])
def test_a_key_is_kept_and_revoked_for_good(keys: Any, expires: int | None) -> None:
    key = ApiKey("0" * 12, "ci", "hash", ("keys", "scores:read"), "2026-11-21T12:00:00.000Z", expires=expires)
    assert keys.get(key.id) is None
    assert not keys.revoke(key.id, "now")
    keys.put(key)
    assert keys.get(key.id) == key
    assert keys.revoke(key.id, "now")
    assert keys.revoke(key.id, "later")
    assert keys.list() == [replace(key, revoked="now")]


def test_submissions_travel_through_sqs(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="responses")["QueueUrl"]
    said = [make_submission(comment="Grüße 💬", id=uuid7(seed=str(n))) for n in range(3)]
    SqsSubmissionQueue(client, url).send(said)
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert unpack(message["Body"]) == said


def test_tasks_travel_through_sqs_and_an_unreadable_message_comes_back_at_once(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="tasks", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    queue = SqsTaskQueue(client, url)
    queue.send([{"survey": "demo"}])
    (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"survey": "demo"}
    assert "Messages" not in client.receive_message(QueueUrl=url)
    queue.hurry(message["ReceiptHandle"])
    assert client.receive_message(QueueUrl=url)["Messages"]


def event(name: str, text: str = "") -> Event:
    return Event("ResponseRecorded", {"metadata": {"id": name}, "data": {"text": text}})


class ScriptedEvents:
    """An EventBridge that answers by script: 200 with a code for some entries, as the real one does."""

    def __init__(self, *codes: dict[str, str]) -> None:
        self.codes = list(codes)
        self.batches: list[list[str]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        names = [json.loads(entry["Detail"])["metadata"]["id"] for entry in Entries]
        self.batches.append(names)
        codes = self.codes.pop(0) if self.codes else {}
        answers = [{"ErrorCode": codes[name]} if name in codes else {"EventId": name} for name in names]
        return {"FailedEntryCount": len(codes), "Entries": answers}


def test_a_bus_that_answers_200_and_loses_some_is_not_believed() -> None:
    events = ScriptedEvents({"b": "ThrottlingException", "c": "MalformedDetail"})
    with pytest.raises(UnsentError) as lost:
        EventBridgeBus(events, "earshot").put([event("a"), event("b"), event("c")])
    assert [each.id for each in lost.value.unsent] == ["b"]
    assert [each.id for each in lost.value.refused] == ["c"]


def test_events_go_out_ten_at_a_time_and_never_too_large() -> None:
    events = ScriptedEvents()
    EventBridgeBus(events, "earshot").put([event(str(n)) for n in range(23)])
    assert [len(batch) for batch in events.batches] == [10, 10, 3]
    events = ScriptedEvents()
    EventBridgeBus(events, "earshot").put([event(str(n), "x" * 100_000) for n in range(5)])
    assert [len(batch) for batch in events.batches] == [2, 2, 1]


def test_events_reach_a_real_bus(aws: None) -> None:
    client = boto3.client("events")
    client.create_event_bus(Name="earshot")
    assert EventBridgeBus(client, "earshot").put([event("a")]) == []


class Endpoint(BaseHTTPRequestHandler):
    status = 200
    seen: list[tuple[dict[str, str], Any]] = []  # noqa: RUF012 - shared on purpose, cleared by the fixture

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((dict(self.headers), json.loads(body)))
        self.send_response(self.status)
        self.send_header("location", "http://169.254.169.254/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Endpoint.seen.clear()
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/crm"
    server.shutdown()
    server.server_close()


def test_the_crm_gets_the_payload_under_its_key(endpoint: str) -> None:
    Endpoint.status = 201
    HttpCrm(endpoint, loopback=True).deliver("key-1", {"comment": "Grüße"})
    ((headers, body),) = Endpoint.seen
    assert headers["idempotency-key"] == "key-1"
    assert body == {"comment": "Grüße"}


def test_the_crm_gets_the_correlation_id_in_a_header_too(endpoint: str) -> None:
    Endpoint.status = 200
    HttpCrm(endpoint, loopback=True).deliver("key-1", {"correlation_id": "JKJaXmPLvHcESHA="})
    ((headers, _),) = Endpoint.seen
    assert headers["x-correlation-id"] == "JKJaXmPLvHcESHA="


@pytest.mark.parametrize("broken", ["", "a\r\nset-cookie: b", "ü", "a b", "x" * 129])
def test_what_fits_no_header_is_told_in_the_body_alone(endpoint: str, broken: str) -> None:
    Endpoint.status = 200
    HttpCrm(endpoint, loopback=True).deliver("key-1", {"correlation_id": broken})
    ((headers, body),) = Endpoint.seen
    assert "x-correlation-id" not in headers
    assert body["correlation_id"] == broken


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500])
def test_whatever_is_no_success_is_tried_again_and_no_redirect_is_followed(endpoint: str, status: int) -> None:
    Endpoint.status = status
    with pytest.raises(BusyError, match=str(status)):
        HttpCrm(endpoint, loopback=True).deliver("key-1", {})
    assert len(Endpoint.seen) == 1


def test_a_crm_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(BusyError, match="did not answer"):
        HttpCrm("http://127.0.0.1:9", loopback=True).deliver("key-1", {})


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://127.0.0.1.example.com/", "ftp://x", "crm", "http://10.0.0.1/"]
)
def test_only_https_leaves_the_account(url: str) -> None:
    for loopback in (True, False):
        with pytest.raises(ValueError, match="https"):
            HttpCrm(url, loopback=loopback)


def test_plain_http_to_this_machine_is_for_make_run_alone() -> None:
    HttpCrm("http://127.0.0.1:9/", loopback=True)
    with pytest.raises(ValueError, match="https"):
        HttpCrm("http://127.0.0.1:9/", loopback=False)
