"""The samples under events/ are what AWS sends and what our functions understand."""

import base64
import json
from typing import Any

import pytest

from earshot.adapters.dynamodb.stream import read_record, read_tally
from earshot.adapters.sqs_submissions import pack, unpack
from earshot.api.all_paths import PATHS
from earshot.api.sqs_batch import read_submissions
from earshot.domain.submission_queues import LINK_QUEUE, RESPONSE_QUEUE
from tests.aws_events import (
    EVENTS,
    bus_event,
    http_event,
    load_event,
    path_parameters,
    route_of,
    samples,
    sqs_event,
    stream_event,
)
from tests.integration.contracts import faults
from tests.integration.template import handlers

OVER_HTTP = [name for name in handlers.FUNCTIONS if hasattr(handlers.load(name), "ROUTES")]
HTTP = [name for function in OVER_HTTP for name in samples(function) if name != "manage_keys/first_key"]
QUEUED = [
    name
    for function in (
        "record_responses",
        "evaluate_alerts",
        "sync_crm",
        "recompute_scores",
        "backfill_segments",
        "receive_touchpoints",
        "receive_feedback",
        "plan_reminders",
        "plan_campaigns",
        "send_emails",
    )
    for name in samples(function)
]
STREAMED = samples("publish_events")
BUS = samples("bus")

REFUSED = {"record_responses/poison": 5, "record_responses/poison_among_good": 1, "record_responses/not_carried": 1}
RESPONSES = {"ResponseQueue": RESPONSE_QUEUE, "LinkQueue": LINK_QUEUE}
GARBAGE = {"publish_events/garbage": 3, "publish_events/garbage_among_good": 1}


def test_every_folder_belongs_to_a_function_or_to_the_contract() -> None:
    folders = {path.name for path in EVENTS.iterdir() if path.is_dir()}

    assert folders == {*handlers.FUNCTIONS, "bus", "schemas", "webhooks"}


@pytest.mark.parametrize("sample", HTTP)
def test_a_request_comes_under_the_route_that_api_gateway_would_find(sample: str) -> None:
    event = load_event(sample)
    http = event["requestContext"]["http"]
    template = event["routeKey"].partition(" ")[2]

    assert event["version"] == "2.0"
    assert event["rawPath"] == http["path"]
    assert event["routeKey"] == event["requestContext"]["routeKey"] == route_of(http["method"], http["path"])
    assert event.get("pathParameters", {}) == path_parameters(template, event["rawPath"])


@pytest.mark.parametrize("sample", HTTP)
def test_a_request_is_for_its_function(sample: str) -> None:
    function = sample.partition("/")[0]

    assert load_event(sample)["routeKey"] in handlers.load(function).ROUTES


@pytest.mark.parametrize("sample", HTTP)
def test_a_request_has_headers_in_lower_case_and_a_body_of_its_content_length(sample: str) -> None:
    event = load_event(sample)
    body = event.get("body", "")
    raw = base64.b64decode(body, validate=True) if event["isBase64Encoded"] else body.encode()

    assert all(name == name.lower() for name in event["headers"])
    assert int(event["headers"].get("content-length", 0)) == len(raw)


def test_every_route_has_a_sample() -> None:
    known = {f"{method} {path}" for path, methods in PATHS.items() for method in methods}

    assert {load_event(sample)["routeKey"] for sample in HTTP} == known | {"$default"}


@pytest.mark.parametrize("sample", QUEUED)
def test_a_batch_names_each_message_once(sample: str) -> None:
    records = load_event(sample)["Records"]

    assert records
    assert len({record["messageId"] for record in records}) == len(records)
    assert all(record["eventSource"] == "aws:sqs" for record in records)


@pytest.mark.parametrize("sample", samples("record_responses"))
def test_every_message_but_the_poison_is_taken(sample: str) -> None:
    batch = read_submissions(load_event(sample)["Records"], RESPONSES, unpack)

    assert len(batch.refused) == REFUSED.get(sample, 0)


@pytest.mark.parametrize("sample", samples("record_responses"))
def test_a_message_is_written_as_the_intake_writes_it(sample: str) -> None:
    records = load_event(sample)["Records"]
    refused = [record["messageId"] for record in read_submissions(records, RESPONSES, unpack).refused]
    for record in records:
        if record["messageId"] not in refused:
            assert list(pack(unpack(record["body"]))) == [record["body"]]


@pytest.mark.parametrize("sample", samples("evaluate_alerts"))
def test_an_event_in_a_queue_keeps_its_contract(sample: str) -> None:
    bodies = [record["body"] for record in load_event(sample)["Records"]]
    events = [json.loads(body) for body in bodies if '"detail-type"' in body]
    for event in events:
        assert faults(event["detail-type"], event["detail"]) == []


@pytest.mark.parametrize("sample", STREAMED)
def test_a_change_of_the_table_publishes_what_it_always_did(sample: str) -> None:
    """What a sample on the bus says of this change, its event says still; it may say more, but nothing else."""
    made, garbage = [], 0
    for record in load_event(sample)["Records"]:
        try:
            made += read_record(record)
        except (KeyError, TypeError, ValueError):
            garbage += 1
    case = sample.removeprefix("publish_events/")
    expected = {
        load_event(name)["detail-type"]: load_event(name)["detail"] for name in BUS if name.endswith(f".{case}")
    }

    assert garbage == GARBAGE.get(sample, 0)
    if not garbage:
        assert {event.detail_type for event in made} == set(expected)
        for event in made:
            assert _states(event.detail, expected[event.detail_type]), event.detail_type


@pytest.mark.parametrize("sample", samples("count_funnel"))
def test_a_change_of_an_invitation_moves_the_funnel(sample: str) -> None:
    garbage, moved = 0, 0
    for record in load_event(sample)["Records"]:
        try:
            tally = read_tally(record)
        except (KeyError, TypeError, ValueError):
            garbage += 1
            continue
        garbage += not tally.is_whole
        moved += bool(tally.moves)

    assert garbage == (2 if sample == "count_funnel/garbage_among_good" else 0)
    assert bool(moved) is (sample != "count_funnel/nothing_to_count")


@pytest.mark.parametrize("sample", BUS)
def test_an_event_on_the_bus_belongs_to_a_change_of_the_table(sample: str) -> None:
    assert f"publish_events/{sample.partition('.')[2]}" in STREAMED


@pytest.mark.parametrize(
    "case",
    [
        "alias",
        "backfilled",
        "budget",
        "campaign_started",
        "campaign_stopped",
        "campaign_went_on",
        "count",
        "erased_before_it_came",
        "evaluated_quiet",
        "imported_quietly",
        "invitation_claimed",
        "invitation_submitted",
        "invitation_scheduled",
        "person",
        "removed",
        "score_unchanged",
        "superseded",
        "suppressed_for_another_reason",
        "survey",
    ],
)
def test_an_internal_change_publishes_nothing(case: str) -> None:
    (record,) = load_event(f"publish_events/{case}")["Records"]

    assert read_record(record) == []


@pytest.mark.parametrize("route", [f"{method} {path}" for path, methods in PATHS.items() for method in methods])
def test_a_request_made_for_a_test_looks_like_the_samples(route: str) -> None:
    sample = next(event for name in HTTP if (event := load_event(name))["routeKey"] == route)
    query, cookies = sample["rawQueryString"], sample.get("cookies", ())
    made = http_event(route, sample["rawPath"], sample.get("body"), query=query, cookies=cookies)

    assert set(sample) - {"queryStringParameters", "cookies"} == set(made) - {"cookies"}
    assert set(sample["requestContext"]) == set(made["requestContext"])
    assert set(sample["requestContext"]["http"]) == set(made["requestContext"]["http"])
    assert sample.get("pathParameters") == made.get("pathParameters")


def test_bytes_travel_as_base64() -> None:
    event = http_event("POST /v1/keys", body=b"\xff")

    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff"


def test_a_request_that_no_route_matched_keeps_its_method() -> None:
    event = http_event("$default", "/nowhere", method="PUT")

    assert event["requestContext"]["http"]["method"] == "PUT"
    assert "pathParameters" not in event


def test_a_batch_made_for_a_test_looks_like_the_samples() -> None:
    sample = load_event("record_responses/single")["Records"][0]
    (made,) = sqs_event([{"version": 1}])["Records"]

    assert set(sample) == set(made)
    assert set(sample["attributes"]) == set(made["attributes"])


def test_a_stream_made_for_a_test_looks_like_the_samples() -> None:
    sample = load_event("publish_events/erased")["Records"][0]
    change = sample["dynamodb"]
    (made,) = stream_event((change["OldImage"], change["NewImage"]))["Records"]

    assert set(sample) == set(made)
    assert set(change) == set(made["dynamodb"])
    assert (sample["eventName"], change["Keys"]) == (made["eventName"], made["dynamodb"]["Keys"])


def test_an_event_made_for_a_test_looks_like_the_samples() -> None:
    sample = load_event(BUS[0])

    assert set(bus_event(sample["detail-type"], sample["detail"])) == set(sample)


def _states(new: Any, old: Any) -> bool:
    """Check whether an event still holds all that an older one held."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and _states(new[name], old[name]) for name in old)
    return bool(new == old)
