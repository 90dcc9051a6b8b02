"""The API's description is served to anybody, compressed, and only once to a client that keeps it."""

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest

from earshot.api.all_paths import PATHS
from tests.aws_events import http_event
from tests.described import DOCUMENT
from tests.unit.functions.conftest import load

ROUTE = "GET /v1/openapi.json"


def ask(method: str = "GET", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    event = http_event(f"{method} /v1/openapi.json", headers=named)
    return load("serve_openapi").lambda_handler(event, None)


def test_the_description_is_served_as_it_was_written_but_for_its_white_space() -> None:
    reply = ask()

    assert json.loads(reply["body"]) == json.loads(DOCUMENT.read_bytes())
    assert len(reply["body"].encode()) < 0.7 * DOCUMENT.stat().st_size
    assert (reply["statusCode"], reply["headers"]["content-type"]) == (200, "application/json")
    assert json.loads(reply["body"])["openapi"].startswith("3.1")


def test_it_is_500_bytes_a_call_for_who_reads_gzip() -> None:
    reply = ask(accept_encoding="gzip, br")
    packed = b64decode(reply["body"])

    assert (reply["isBase64Encoded"], reply["headers"]["content-encoding"]) == (True, "gzip")
    assert gzip.decompress(packed).decode() == ask()["body"]
    assert len(packed) < 500 * sum(len(methods) for methods in PATHS.values())


def test_it_is_compressed_once_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(accept_encoding="gzip")["body"]
    monkeypatch.setattr(gzip, "compress", lambda *_, **__: pytest.fail("it was compressed once more"))

    assert ask(accept_encoding="gzip")["body"] == first


def test_a_page_of_another_origin_may_show_it_and_keep_it_for_an_hour() -> None:
    headers = ask()["headers"]

    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"].startswith("public, max-age=3600")
    assert headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
def test_a_client_with_the_current_document_gets_no_body(sent: str, encoding: str) -> None:
    tag = ask(accept_encoding=encoding)["headers"]["etag"]
    reply = ask(if_none_match=sent.format(tag=tag), accept_encoding=encoding)

    assert (reply["statusCode"], reply["headers"]["etag"], "body" in reply) == (304, tag, False)


def test_a_client_with_another_document_gets_it_whole() -> None:
    assert ask(if_none_match='"another"')["statusCode"] == 200


def test_a_head_gets_the_headers_alone() -> None:
    got, checked = ask(accept_encoding="gzip"), ask("HEAD", accept_encoding="gzip")

    assert (checked["statusCode"], "body" in checked) == (200, False)
    assert checked["headers"] == got["headers"]
    assert ask("HEAD", if_none_match=checked["headers"]["etag"], accept_encoding="gzip")["statusCode"] == 304
