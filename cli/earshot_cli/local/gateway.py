"""The gateway: the API of the engine at `/` of one port, as API Gateway would serve it, and the pages next to it.

It is as strict as an HTTP API of AWS: it decodes paths as that does (delivered_path.py), has its limits and replies in
its words. It passes on the product's own paths and nothing else, for the engine has many more.
"""

import asyncio
import socket
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler
from multidict import CIMultiDict, CIMultiDictProxy, MultiMapping
from yarl import URL

from earshot.api.paths import is_known
from earshot.api.problems import problem
from earshot.domain.errors import NotFoundError
from earshot_cli.local.delivered_path import delivered_path, target_for_engine
from earshot_cli.local.demo_pages import Demo
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.gateway_access import console_elsewhere, is_of_console, refusal
from earshot_cli.local.gateway_errors import gateway_error, json_reply
from earshot_cli.local.ministack_guard import ORIGIN_HEADER, SITE_HEADER, TOKEN_HEADER
from earshot_cli.local.outbox import Outbox
from earshot_cli.local.outbox_pages import is_of_outbox, respond_from_outbox
from earshot_cli.local.route_limits import RouteLimits

# The quotas of an HTTP API, none of which can be raised. The second counts the request line and the headers.
BODY_BYTES, HEAD_BYTES = 10 * 1024 * 1024, 10_240
# So long it waits for a function, the time included in which the function waits for a place in the engine.
REPLY_SECONDS = 30
# What the server reads of a line before it is counted.
READ_BYTES = 64 * 1024
# When the stack stops, requests under way may end; those that take longer are broken off with the engine.
SHUT_SECONDS = 40
# These belong to one connection, not to the message.
OF_THE_CONNECTION = frozenset(
    ["connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"]
)
# The engine takes none of these as it is; a visitor's own are dropped.
FOR_THE_ENGINE = frozenset([TOKEN_HEADER, ORIGIN_HEADER, SITE_HEADER, "origin", "sec-fetch-site"])


@dataclass(frozen=True)
class Target:
    """The API of an engine: where it is, and the headers that lead there."""

    url: str
    headers: CIMultiDict[str]


class Gateway:
    """Passes requests to the engine once it knows the API's address, and says 503 until then.

    An engine that does not reply within `reply_seconds` is another 503. With `limits` it takes as many requests of a
    route as API Gateway would, and refuses the others. `also` is a second listener, on the same port of ::1.
    """

    def __init__(
        self,
        listener: socket.socket,
        outbox: Outbox | None = None,
        demo: Demo | None = None,
        hosts: Collection[str] = (),
        reply_seconds: float = REPLY_SECONDS,
        *,
        limits: RouteLimits | None = None,
        also: socket.socket | None = None,
    ) -> None:
        self._limits = limits
        self._listener, self._also = listener, also
        self._reply_seconds = reply_seconds
        self._hosts = hosts
        self._outbox = outbox
        self._demo = demo
        self._target: Target | None = None
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._runner = web.ServerRunner(_Server(self._respond, request_factory=_request))
        self._session: ClientSession | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def console(self) -> str:
        """Where the console is: under one name alone, as a cookie is of one name."""
        return f"http://localhost:{self._port}/app"

    @property
    def _port(self) -> int:
        return int(self._listener.getsockname()[1])

    async def listen(self) -> None:
        """Accept connections."""
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=30),
            timeout=ClientTimeout(total=self._reply_seconds),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )
        await self._runner.setup()
        for each in filter(None, (self._listener, self._also)):
            await web.SockSite(self._runner, each).start()

    def forward_to(self, endpoint: Endpoint, api_id: str) -> None:
        """Open: from now on requests go to this API of the engine."""
        headers = CIMultiDict({"Host": f"{api_id}.execute-api.localhost", TOKEN_HEADER: endpoint.token})
        self._target = Target(endpoint.url, headers)

    async def shut(self) -> None:
        """Refuse new requests and let those under way finish, for 40 s at most."""
        self._target = None
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), SHUT_SECONDS)

    async def close(self) -> None:
        """Stop listening."""
        await self._runner.cleanup()
        if self._session:
            await self._session.close()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if _head_bytes(request) > HEAD_BYTES:
            return gateway_error(431)
        try:
            path = delivered_path(request.raw_path)
        except ValueError:
            return gateway_error(400)
        if reason := refusal(request, path, self._hosts):
            return _refused(reason)
        if is_of_console(path) and (elsewhere := console_elsewhere(request, self._port)):
            return web.Response(status=307, headers={"Location": elsewhere, "Cache-Control": "no-store"})
        return await self._respond_for(path, request)

    async def _respond_for(self, path: str, request: web.BaseRequest) -> web.StreamResponse:
        if self._outbox and is_of_outbox(request):
            return await asyncio.to_thread(respond_from_outbox, request, self._outbox)
        if self._demo and self._demo.knows(request):
            return await self._from_the_engine(request, path, self._demo)
        if self._limits and not self._limits.admit(request.method, path):
            return gateway_error(429)
        if is_known(path):
            return await self._from_the_engine(request, path, None)
        return _not_found()

    async def _from_the_engine(self, request: web.BaseRequest, path: str, demo: Demo | None) -> web.StreamResponse:
        target = self._target
        if target is None or self._session is None:
            return _unavailable("The local stack is starting or stopping; try again in a moment.")
        self._enter()
        try:
            if demo:
                return await demo.respond(request, self._session, target.url, target.headers)
            return await self._pass_on(request, path, target, self._session)
        except web.HTTPRequestEntityTooLarge:
            return gateway_error(413)
        # A timeout is an OSError, and one of aiohttp's is a ClientError, too. The request may still be carried out.
        except TimeoutError:
            return gateway_error(503)
        except (ClientError, OSError):
            return _unavailable("The engine of the local stack cannot be reached: it stopped or closed the connection.")
        finally:
            self._leave()

    def _enter(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _leave(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    async def _pass_on(
        self, request: web.BaseRequest, path: str, target: Target, session: ClientSession
    ) -> web.StreamResponse:
        await _ask_for_the_body(request)
        headers = _to_the_engine(request.headers)
        headers.update(target.headers)
        url = URL(target.url + target_for_engine(path, request.raw_path), encoded=True)
        body = await request.read()
        async with session.request(
            request.method, url, headers=headers, data=body or None, allow_redirects=False
        ) as reply:
            return web.Response(
                status=reply.status,
                reason=reply.reason,
                headers=_of_the_message(reply.headers),
                body=await reply.read(),
            )


class _Connection(RequestHandler):
    """A connection whose malformed requests are refused in the gateway's words."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the refusal of a request that is none, or that the gateway failed at."""
        refused = super().handle_error(request, status, exc, message)
        if isinstance(exc, LineTooLong):
            refused = gateway_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif status in {HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR}:
            refused = gateway_error(status)
        refused.force_close()
        return refused


class _Server(web.Server):
    """A server of such connections."""

    def __call__(self) -> RequestHandler:
        """Return the next connection."""
        loop = asyncio.get_running_loop()
        return _Connection(self, loop=loop, max_line_size=READ_BYTES, max_field_size=READ_BYTES)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_BYTES)


async def _ask_for_the_body(request: web.BaseRequest) -> None:
    """Curl holds back a large body until it is asked for it."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _of_the_message(headers: MultiMapping[str]) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in OF_THE_CONNECTION)


def _to_the_engine(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    """Move what says which page sent it to headers for the functions: the engine takes none, and so no page."""
    passed = CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in FOR_THE_ENGINE)
    passed.extend((ORIGIN_HEADER, origin) for origin in headers.getall("Origin", []))
    passed.extend((SITE_HEADER, site) for site in headers.getall("Sec-Fetch-Site", []))
    return _of_the_message(passed)


def _head_bytes(request: web.BaseRequest) -> int:
    """Count the bytes of the request line and of the headers with their line ends."""
    line = len(f"{request.method} {request.raw_path} HTTP/1.1\r\n".encode(errors="surrogateescape"))
    return line + sum(len(name) + len(": ") + len(value) + len("\r\n") for name, value in request.raw_headers)


def _refused(reason: str) -> web.Response:
    content_ = {"type": "urn:earshot:problem:foreign", "title": "Not for this page or name", "status": 403}
    return json_reply(403, {**content_, "detail": reason}, "application/problem+json")


def _not_found() -> web.Response:
    """Reply as the function of the route `$default` does where no other route leads."""
    content_ = problem(NotFoundError("there is no such path; /v1/openapi.json lists them all"), str(uuid4()))
    return web.Response(status=content_["statusCode"], headers=content_["headers"], body=content_["body"].encode())


def _unavailable(message: str) -> web.Response:
    """Reply that the engine is not there, which AWS has no words for."""
    response = gateway_error(503, message)
    response.headers["Retry-After"] = "1"
    return response
