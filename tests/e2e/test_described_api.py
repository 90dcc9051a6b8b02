"""The deployed API does what its description says: every call is tried with good data and with bad."""

import gzip
import json

from tests.described import DOCUMENT
from tests.e2e.conftest import Stack, call
from tests.e2e.fuzz import try_api

# Always the same cases: what the description itself proposes, each of its limits from both sides, and methods it lacks.
# A slow machine stops after so many seconds, with every example tried.
SHORT = ("--phases", "examples,coverage", "--generation-deterministic", "--max-time", "75")


def test_the_stack_serves_the_description_to_anybody(stack: Stack) -> None:
    reply = stack.call("GET", "/v1/openapi.json", key=False)

    assert (reply.status, json.loads(reply.raw)) == (200, json.loads(DOCUMENT.read_bytes()))
    assert stack.call("GET", "/v1/openapi.json", key=False, if_none_match=reply.headers["etag"]).status == 304


def test_the_stack_sends_the_description_as_gzip_and_its_headers_alone(stack: Stack) -> None:
    packed = call(stack.url, "GET", "/v1/openapi.json", None, {"accept-encoding": "gzip"})
    checked = call(stack.url, "HEAD", "/v1/openapi.json", None, {"accept-encoding": "gzip"})

    assert (packed.status, packed.headers["content-encoding"], packed.headers["vary"]) == (
        200,
        "gzip",
        "accept-encoding",
    )
    assert json.loads(gzip.decompress(packed.raw)) == json.loads(DOCUMENT.read_bytes())
    assert (checked.status, checked.raw, checked.headers["etag"]) == (200, b"", packed.headers["etag"])


def test_no_call_contradicts_the_description(stack: Stack) -> None:
    done = try_api(stack.url, stack.api_key, SHORT)

    assert done.returncode == 0, done.stdout[-20_000:]
