"""The engine is for those who know the secret of the run, and for no page at all."""

import asyncio
from typing import Any

import pytest

from earshot_cli.local.ministack_guard import ORIGIN_HEADER, TOKEN_HEADER, Guard

API, OURS = "0123abcd.execute-api.localhost:4566", "127.0.0.1:4000"
AWS = "x-amz-security-token"


class Engine:
    """Remembers what reached it, and lets every page read its replies, as MiniStack does."""

    def __init__(self) -> None:
        self.reached: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], _: Any, send: Any) -> None:
        self.reached.append(scope)
        headers = [(b"Access-Control-Allow-Origin", b"*"), (b"x-kept", b"yes")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


def ask(engine: Engine, kind: str = "http", tokens: Any = ("secret",), **headers: str) -> list[Any]:
    """Send a request with these headers; return the reply."""
    replies: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        replies.append(message)

    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing of it may be read before it is let in")

    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(Guard(engine, tokens)({"type": kind, "path": "/", "headers": sent}, receive, send))
    return replies


@pytest.mark.parametrize("host", [OURS, "localhost:4000", "localhost", API])
@pytest.mark.parametrize("header", [AWS, TOKEN_HEADER])
def test_a_caller_with_the_token_is_let_in(host: str, header: str) -> None:
    assert ask(engine := Engine(), host=host, **{header: "secret"})[0]["status"] == 200
    assert len(engine.reached) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {}, {AWS: ""}, {AWS: "secre"}, {AWS: "secret2"}, {AWS: "SECRET"}, {TOKEN_HEADER: "ü"},
        {"authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20261129/us-east-1/s3/aws4_request"},
        {AWS: "secret", "origin": "http://evil.example"}, {AWS: "secret", "origin": "null"},
        {AWS: "secret", "origin": ""}, {AWS: "secret", "sec-fetch-site": "none"},
        {TOKEN_HEADER: "secret", "sec-fetch-site": "same-origin"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("host", [OURS, API])
def test_nobody_else_is_and_no_page_may_read_why(host: str, headers: dict[str, str]) -> None:
    start, body = ask(engine := Engine(), host=host, **headers)
    assert (start["status"], engine.reached) == (403, [])
    assert not [name for name, _ in start["headers"] if name.startswith(b"access-control")]
    assert b"secret" not in body["body"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "0123abcd.execute-api.localhost.evil.example", "x.execute-api.localhost",
     "bucket.s3.localhost", "abc.lambda-url.us-east-1.localhost", "[::1]:4000", ""],
)  # fmt: skip
def test_a_foreign_name_is_refused_even_with_the_token(host: str) -> None:
    assert ask(engine := Engine(), host=host, **{AWS: "secret"})[0]["status"] == 403
    assert engine.reached == []


def test_without_any_name_or_token_of_the_run_nobody_is_let_in() -> None:
    assert ask(Engine(), **{AWS: "secret"})[0]["status"] == 403
    assert ask(Engine(), tokens=(), host=OURS, **{AWS: ""})[0]["status"] == 403


def test_a_socket_is_closed_before_it_opens() -> None:
    assert ask(engine := Engine(), kind="websocket", host=API, **{AWS: "secret"}) == [
        {"type": "websocket.close", "code": 1008}
    ]
    assert engine.reached == []


def test_the_token_of_the_gateway_ends_here_and_the_functions_hear_the_origin() -> None:
    ask(engine := Engine(), host=API, **{TOKEN_HEADER: "secret", ORIGIN_HEADER: "https://page.example"})
    assert engine.reached[0]["headers"] == [(b"host", API.encode()), (b"origin", b"https://page.example")]


def test_only_a_function_decides_which_pages_may_read() -> None:
    assert (b"Access-Control-Allow-Origin", b"*") in ask(Engine(), host=API, **{TOKEN_HEADER: "secret"})[0]["headers"]
    assert ask(Engine(), host=OURS, **{AWS: "secret"})[0]["headers"] == [(b"x-kept", b"yes")]
