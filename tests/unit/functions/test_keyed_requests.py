"""What a browser may send by itself is not taken with an API key, by any route."""

import base64
import json
from typing import Any

import pytest

from tests.aws_events import EVENTS, http_event, load_event, samples
from tests.unit.functions.conftest import World, load


def keyed_samples() -> list[str]:
    """Name the samples of requests with an API key, to a route that there is."""
    names = [name for folder in sorted(EVENTS.iterdir()) if folder.is_dir() for name in samples(folder.name)]
    routes = {name: load_event(name).get("routeKey", "$default") for name in names}
    return [name for name in names if routes[name] != "$default" and "authorization" in load_event(name)["headers"]]


SAMPLES = keyed_samples()
WITH_BODY = [name for name in SAMPLES if load_event(name).get("body")]


def send(world: World, sample: str, **headers: str | None) -> tuple[int, Any]:
    """Send a sample with the key of the world, and headers that are other than its own; None for one left out."""
    event = load_event(sample)
    mine = {"authorization": f"Bearer {world.key}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    event["headers"] = {name: value for name, value in (event["headers"] | mine).items() if value is not None}
    reply = load(sample.partition("/")[0]).lambda_handler(event, None)
    return reply["statusCode"], json.loads(reply["body"])


def basic(world: World) -> str:
    return "Basic " + base64.b64encode(f"{world.key}:".encode()).decode()


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_page_of_another_site_uses_a_key(world: World, sample: str) -> None:
    status, problem = send(world, sample, sec_fetch_site="cross-site")
    assert (status, "a page may not send an API key" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://api.example.com"])
def test_no_page_at_all_uses_a_key_that_a_browser_keeps(world: World, sample: str, origin: str) -> None:
    status, problem = send(world, sample, authorization=basic(world), origin=origin)
    assert (status, "a page may not send an API key" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("sample", WITH_BODY)
@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", None]
)
def test_a_request_with_a_key_must_declare_json(world: World, sample: str, media: str | None) -> None:
    status, problem = send(world, sample, content_type=media)
    assert (status, problem["title"]) == (415, "Unsupported media type")
    assert "content-type: application/json" in problem["detail"]
    assert (media or "").partition(";")[0] in problem["detail"]


def test_there_are_samples_with_a_body_for_every_method_that_writes() -> None:
    methods = {load_event(name)["routeKey"].partition(" ")[0] for name in WITH_BODY}
    assert methods == {"POST", "PUT", "PATCH"}


@pytest.mark.parametrize("media", ["application/json", "Application/JSON ; charset=utf-8"])
def test_json_is_taken_however_it_is_named(world: World, media: str) -> None:
    path = "/v1/surveys/new"
    event = http_event(
        "PUT /v1/surveys/{survey}", path, {"name": "New"}, key=world.key, headers={"content-type": media}
    )
    assert load("manage_surveys").lambda_handler(event, None)["statusCode"] == 201


@pytest.mark.parametrize("site", ["none", "same-origin", "same-site"])
def test_who_types_an_address_or_runs_a_tool_uses_a_key(world: World, site: str) -> None:
    headers = {"sec-fetch-site": site, "authorization": basic(world)}
    event = http_event("GET /v1/surveys", headers=headers)
    assert load("manage_surveys").lambda_handler(event, None)["statusCode"] == 200


def test_without_a_key_a_page_of_any_site_may_respond_in_any_media_type(world: World) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "https://shop.example", "content-type": "text/plain"}
    event = http_event(
        "POST /v1/surveys/{survey}/responses", "/v1/surveys/demo/responses", {"score": 9}, headers=headers
    )
    assert load("submit_response").lambda_handler(event, None)["statusCode"] == 202
