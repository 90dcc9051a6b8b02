"""Refuses every caller of the engine that does not know the secret of this run: MiniStack itself checks nothing.

Loaded by ministack_main.py in the engine's own Python. The secret is the session token: every AWS client that was given
the run's credentials sends it by itself. The gateway sends it in a header of its own, which ends here, and with it
what a browser says of the page, under other names: the engine takes no `Origin` and no `Sec-Fetch-Site` from anybody,
so no page of any site speaks to it. It does not set who may read its replies; only the API's functions do.
"""

import re
from collections.abc import Awaitable, Callable, Collection
from hmac import compare_digest
from typing import Any

TOKEN_HEADER = "x-earshot-engine-token"  # noqa: S105 - the name of the header
ORIGIN_HEADER, SITE_HEADER = "x-earshot-page-origin", "x-earshot-page-site"
SESSION_TOKEN = "x-amz-security-token"  # noqa: S105 - the name of the header
API_HOST = re.compile(r"[0-9a-f]{8}\.execute-api\.localhost(:[0-9]+)?", re.ASCII)
OUR_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]+)?", re.ASCII)
FROM_A_PAGE = (b"origin", b"sec-fetch-site")

Message = dict[str, Any]
Headers = list[tuple[bytes, bytes]]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """An engine behind a guard; `tokens` are those that open it, and may become more while it runs."""

    def __init__(self, engine: App, tokens: Collection[str]) -> None:
        self._engine = engine
        self._tokens = tokens

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on a request that may be; refuse any other before anything of it is read."""
        if scope["type"] == "lifespan":
            await self._engine(scope, receive, send)
        elif scope["type"] != "http":
            # Nothing of ours opens a socket to the engine.
            await send({"type": "websocket.close", "code": 1008})
        elif reason := refusal(scope["headers"], self._tokens):
            await _refuse(send, reason)
        else:
            reply_with = send if _is_of_api(scope["headers"]) else _without_cors(send)
            await self._engine({**scope, "headers": _as_the_visitor_sent_them(scope["headers"])}, receive, reply_with)


def refusal(headers: Headers, tokens: Collection[str]) -> str | None:
    """Return why a request is refused; None for one that may pass."""
    if not all(OUR_HOST.fullmatch(host) or API_HOST.fullmatch(host) for host in _values(headers, b"host") or [""]):
        return "the engine replies to 127.0.0.1 and localhost only"
    if any(name in FROM_A_PAGE for name, _ in headers):
        return "the engine does not reply to pages"
    shown = [*_values(headers, TOKEN_HEADER.encode()), *_values(headers, SESSION_TOKEN.encode())]
    if not any(compare_digest(one.encode(), token.encode()) for one in shown for token in list(tokens)):
        return "the engine wants the session token of this run, which is in earshot.json (engine_token)"
    return None


def _values(headers: Headers, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == wanted]


def _is_of_api(headers: Headers) -> bool:
    return any(API_HOST.fullmatch(host) for host in _values(headers, b"host"))


def _as_the_visitor_sent_them(headers: Headers) -> Headers:
    """Take the token of the gateway away, and give what a browser says of the page its names back."""
    kept = [(name, value) for name, value in headers if name != TOKEN_HEADER.encode()]
    names = {ORIGIN_HEADER.encode(): b"origin", SITE_HEADER.encode(): b"sec-fetch-site"}
    return [(names.get(name, name), value) for name, value in kept]


def _without_cors(send: Send) -> Send:
    """Remove from a reply the headers that let other pages read it."""

    async def sent(message: Message) -> None:
        if "headers" in message:
            kept = [
                (name, value) for name, value in message["headers"] if not name.lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return sent


async def _refuse(send: Send, reason: str) -> None:
    body = f"Forbidden: {reason}.\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
