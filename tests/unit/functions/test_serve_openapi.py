"""The API's description is served to anybody, and only once to whoever keeps it."""

import json
from typing import Any

import pytest

from tests.aws_events import http_event
from tests.described import DOCUMENT
from tests.unit.functions.conftest import load

ROUTE = "GET /v1/openapi.json"


def ask(**headers: str) -> Any:
    return load("serve_openapi").lambda_handler(http_event(ROUTE, headers=headers), None)


def test_the_description_is_served_as_it_was_written() -> None:
    answer = ask()

    assert (answer["statusCode"], answer["body"]) == (200, DOCUMENT.read_text(encoding="utf-8"))
    assert answer["headers"]["content-type"] == "application/json"
    assert json.loads(answer["body"])["openapi"].startswith("3.1")


def test_a_page_of_another_origin_may_show_it_and_keep_it() -> None:
    headers = ask()["headers"]

    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"].startswith("public, max-age=")


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_whoever_has_it_already_gets_no_body(sent: str) -> None:
    tag = ask()["headers"]["etag"]
    answer = ask(**{"if-none-match": sent.format(tag=tag)})

    assert (answer["statusCode"], answer["headers"]["etag"], "body" in answer) == (304, tag, False)


def test_whoever_has_another_gets_it_whole() -> None:
    assert ask(**{"if-none-match": '"another"'})["statusCode"] == 200
