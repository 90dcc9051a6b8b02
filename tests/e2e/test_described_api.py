"""The deployed API does what its description says: every call is tried with good data and with bad."""

from tests.described import DOCUMENT
from tests.e2e.conftest import Stack
from tests.e2e.fuzz import try_api

# Always the same cases: what the description itself proposes, each of its limits from both sides, and methods it lacks.
# A slow machine stops after so many seconds, with every example tried.
SHORT = ("--phases", "examples,coverage", "--generation-deterministic", "--max-time", "75")


def test_the_stack_serves_the_description_to_anybody(stack: Stack) -> None:
    answer = stack.call("GET", "/v1/openapi.json", key=False)

    assert (answer.status, answer.raw) == (200, DOCUMENT.read_bytes())
    assert stack.call("GET", "/v1/openapi.json", key=False, if_none_match=answer.headers["etag"]).status == 304


def test_no_call_contradicts_the_description(stack: Stack) -> None:
    done = try_api(stack.url, stack.api_key, SHORT)

    assert done.returncode == 0, done.stdout[-20_000:]
