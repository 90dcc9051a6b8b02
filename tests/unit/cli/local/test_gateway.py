"""The gateway passes on the product's own paths as an HTTP API of AWS does, and nothing else is changed on the way."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urlsplit

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from earshot.api.paths import route_key
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import PortTakenError
from earshot_cli.local.gateway import BODY_BYTES, HEAD_BYTES, READ_BYTES, REPLY_SECONDS, Gateway, _request
from earshot_cli.local.listener import take_port, take_port_of_ipv6
from earshot_cli.local.ministack_guard import ORIGIN_HEADER, SITE_HEADER, TOKEN_HEADER
from earshot_cli.local.route_limits import Limit, RouteLimits
from tests.path_table import ROWS, Row

PATH = "/v1/surveys"
PAGE = "https://page.example"


def through_the_gateway(
    visit: Callable[[str, ClientSession, list[web.BaseRequest]], Awaitable[None]], limits: RouteLimits | None = None
) -> None:
    """Visit a gateway that leads to an engine which remembers each request and echoes its body."""

    async def scene() -> None:
        seen: list[web.BaseRequest] = []

        async def engine(request: web.BaseRequest) -> web.Response:
            seen.append(request)
            reply = web.Response(status=299, reason="Odd", body=await request.read(), headers={"X-Kept": "yes"})
            reply.headers.extend({"Set-Cookie": "a=1"})
            reply.headers.add("Set-Cookie", "b=2")
            return reply

        serving = web.Server(engine, request_factory=_request, max_line_size=READ_BYTES, max_field_size=READ_BYTES)
        behind = web.ServerRunner(serving)
        await behind.setup()
        listener = take_port(0)
        await web.SockSite(behind, listener).start()
        gateway = Gateway(take_port(0), hosts=frozenset(["phone.example"]), limits=limits)
        await gateway.listen()
        async with ClientSession(auto_decompress=False) as visitor:
            early = await visitor.get(gateway.url + PATH)
            assert (early.status, "starting or stopping" in (await early.json())["message"]) == (503, True)
            gateway.forward_to(Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", "secret"), "0123abcd")
            await visit(gateway.url, visitor, seen)
            await behind.cleanup()
            away = await visitor.get(gateway.url + PATH)
            assert (away.status, away.content_type) == (503, "application/json")
            assert "the local stack cannot be reached" in (await away.json())["message"]
        await gateway.close()

    asyncio.run(scene())


def test_query_headers_and_body_arrive_as_they_were_sent() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        target = URL(f"{url}/v1/people/a%20b%C3%A9?q=%26&&x=1+2?%zz", encoded=True)
        reply = await visitor.put(target, data=b"\x00\xff", headers={"X-One": "1", "Authorization": "Bearer k"})
        assert seen[0].method == "PUT"
        assert seen[0].raw_path == "/v1/people/a%20b%C3%A9?q=%26&&x=1+2?%zz"
        assert seen[0].headers["X-One"] == "1"
        assert seen[0].headers["Authorization"] == "Bearer k"
        assert seen[0].headers["Host"] == "0123abcd.execute-api.localhost"
        assert (reply.status, reply.reason) == (299, "Odd")
        assert reply.headers["X-Kept"] == "yes"
        assert reply.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert await reply.read() == b"\x00\xff"

    through_the_gateway(visit)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sent)
def test_the_engine_gets_the_path_that_aws_would_deliver(row: Row) -> None:
    """Until the gateway was as strict as AWS, a path passed byte for byte."""

    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        reply = await visitor.get(URL(f"{url}/v1/people/{row.sent}?id=a%3Fb", encoded=True))
        if row.arrives is None:
            assert (reply.status, await reply.json()) == (400, {"message": "Bad Request"})
        elif "/" in row.arrives:
            assert reply.status == 404
        else:
            assert reply.status == 299
            path, _, query = seen[0].raw_path.partition("?")
            assert (unquote(path), query) == (f"/v1/people/{row.arrives}", "id=a%3Fb")
        assert bool(seen) == (reply.status == 299)

    through_the_gateway(visit)


@pytest.mark.parametrize(
    ("method", "sent", "taken"),
    [
        ("DELETE", "/v1/people/a%3Fb/suppression", "/v1/people/a"),
        ("DELETE", "/v1/people/a%2Fsuppression", "/v1/people/a/suppression"),
        ("POST", "/v1/surveys/a%253F/responses", "/v1/surveys/a%3F/responses"),
    ],
)
def test_a_route_is_found_by_the_path_that_is_left(method: str, sent: str, taken: str) -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        replies = [await visitor.request(method, URL(url + sent, encoded=True)) for _ in range(2)]
        assert [reply.status for reply in replies] == [299, 429]
        assert [request.raw_path for request in seen] == [taken]

    limits = RouteLimits(Limit(0, 9), {route_key(method, unquote(taken)): Limit(0, 1)})
    through_the_gateway(visit, limits)


def test_no_header_is_added_that_the_visitor_did_not_send() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        silent = ["User-Agent", "Accept", "Accept-Encoding", "Content-Type"]
        await visitor.get(url + PATH, skip_auto_headers=silent)
        assert dict(seen[0].headers) == {"Host": "0123abcd.execute-api.localhost", TOKEN_HEADER: "secret"}

    through_the_gateway(visit)


def test_a_request_beyond_the_limit_of_its_route_is_refused_in_the_words_of_api_gateway() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        replies = [await visitor.get(f"{url}/widget.js") for _ in range(3)]
        assert [reply.status for reply in replies] == [299, 299, 429]
        assert (await replies[2].json(), replies[2].content_type) == (
            {"message": "Too Many Requests"},
            "application/json",
        )
        assert (await visitor.get(url + PATH)).status == 299
        assert len(seen) == 3

    through_the_gateway(visit, RouteLimits(Limit(0.001, 50), {"GET /widget.js": Limit(0.001, 2)}))


def test_a_body_beyond_10_mb_is_refused() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        assert (await visitor.post(url + PATH, data=bytes(BODY_BYTES))).status == 299
        reply = await visitor.post(url + PATH, data=bytes(BODY_BYTES + 1))
        assert (reply.status, await reply.json()) == (413, {"message": "Request Entity Too Large"})
        assert len(seen) == 1

    through_the_gateway(visit)


def reply_on_a_socket(url: str, head: bytes) -> tuple[int, bytes]:
    """Send a request as it is on a bare connection; return the status and all that was replied."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as line:
        line.sendall(head)
        reply = b"".join(iter(lambda: line.recv(65536), b""))
    return int(reply.split()[1]), reply


@pytest.mark.parametrize("longer", ["the request line", "a header"])
def test_more_than_10_240_bytes_of_request_line_and_headers_are_refused(longer: str) -> None:
    def head(size: int) -> bytes:
        line, headers = "GET /v1/surveys?x={} HTTP/1.1\r\n", "Host: localhost\r\nX-One: {}\r\nConnection: close\r\n"
        rest = "x" * (size - len((line + headers).format("", "")))
        filled = (rest, "") if longer == "the request line" else ("", rest)
        return ((line + headers).format(*filled) + "\r\n").encode()

    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        assert (await asyncio.to_thread(reply_on_a_socket, url, head(HEAD_BYTES)))[0] == 299
        for size in (HEAD_BYTES + 1, 100_000):
            status, reply = await asyncio.to_thread(reply_on_a_socket, url, head(size))
            assert (status, reply.endswith(b'{"message": "Request Header Fields Too Large"}')) == (431, True)
        assert len(seen) == 1

    through_the_gateway(visit)


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET /v1/surveys#x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             b"GET /v1/people/\xff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             b"GET /v1/people/a b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"],
)  # fmt: skip
def test_a_request_that_is_none_is_refused_in_the_words_of_api_gateway(sent: bytes) -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        status, reply = await asyncio.to_thread(reply_on_a_socket, url, sent)
        assert (status, reply.endswith(b'{"message": "Bad Request"}')) == (400, True)
        assert seen == []

    through_the_gateway(visit)


def test_a_large_body_is_asked_for() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        data = await asyncio.wait_for(visitor.post(url + PATH, data=b"x", expect100=True), timeout=2)
        assert data.status == 299

    through_the_gateway(visit)


def test_a_function_has_30_seconds_and_then_the_service_is_unavailable() -> None:
    async def scene() -> None:
        free = asyncio.Event()

        async def engine(request: web.BaseRequest) -> web.Response:
            await free.wait()
            return web.Response(text="late")

        behind = web.ServerRunner(web.Server(engine, request_factory=_request))
        await behind.setup()
        listener = take_port(0)
        await web.SockSite(behind, listener).start()
        gateway = Gateway(take_port(0), reply_seconds=0.5)
        await gateway.listen()
        gateway.forward_to(Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", "secret"), "0123abcd")
        async with ClientSession() as visitor:
            busy = await visitor.get(gateway.url + PATH)
            assert (busy.status, await busy.json()) == (503, {"message": "Service Unavailable"})
            free.set()
            assert await (await visitor.get(gateway.url + PATH)).text() == "late"
        await gateway.close()
        await behind.cleanup()

    asyncio.run(scene())
    assert REPLY_SECONDS == 30


def test_a_taken_port_is_reported_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"Port {port} is taken; choose another one"):
            take_port(port)


def statuses(*asked: tuple[str, str, dict[str, str]]) -> tuple[list[int], int]:
    """Return the status of each request (method, path, headers), and how many of them reached the engine."""
    found: list[int] = []
    reached: list[int] = []

    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        for method, path, headers in asked:
            reply = await visitor.request(method, URL(url + path, encoded=True), headers=headers)
            found.append(reply.status)
            assert reply.status == 299 or "Access-Control-Allow-Origin" not in reply.headers
        reached.append(len(seen))

    through_the_gateway(visit)
    return found, reached[0]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/_ministack/reset", "/_ministack%2Freset", "/%5Fministack/reset", "//_ministack/reset", "/health",
        "/_localstack/health", "/_earshot/backlog", "/oauth2/token", "/login", "/2015-03-31/functions", "/v1",
        "/v1/../_ministack/reset", "/v1/surveys/../../_ministack/reset", "/v1/surveys;/_ministack/reset", "/restapis/x",
        "/v1/surveys/%2E%2E%2F..%252F_ministack/reset", "/%2Foutbox/..%3F", "/v1%3F/surveys",
        "/widget.js/", "/s/", "/v2/email/outbound-emails",
    ],
)  # fmt: skip
def test_a_path_that_is_not_the_products_is_not_found_and_never_asked_for(path: str) -> None:
    assert statuses(("GET", path, {}), ("POST", path, {})) == ([404, 404], 0)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "x", "[::2]:80", "[::1].evil:80"]
)
@pytest.mark.parametrize("path", [PATH, "/widget.js", "/s/token", "/v1/surveys/x/widget"])
def test_a_foreign_name_is_refused_on_every_path(path: str, host: str) -> None:
    assert statuses(("GET", path, {"Host": host})) == ([403], 0)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:8080", "phone.example", "Phone.example"]
)
def test_its_own_and_its_configured_names_are_accepted(host: str) -> None:
    assert statuses(("GET", PATH, {"Host": host})) == ([299], 1)


FOREIGN = [
    {"Origin": PAGE}, {"Origin": "null"}, {"Origin": "http://localhost:3000"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, {"Origin": "["},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
]  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH), ("POST", "/v1/keys"), ("GET", "/v1/surveys/x/responses"), ("OPTIONS", "/v1/surveys"),
        ("PUT", "/v1/surveys/x"), ("DELETE", "/v1/surveys/x/widget"), ("GET", "/v1/openapi.json"),
        ("POST", "/widget.js"), ("POST", "/app/sign-in"), ("POST", "/app/sign-out"),
    ],
)  # fmt: skip
def test_a_page_of_another_site_gets_nothing_else(method: str, path: str, headers: dict[str, str]) -> None:
    assert statuses((method, path, {"Host": "localhost", **headers})) == ([403], 0)


@pytest.mark.parametrize("headers", FOREIGN)
def test_what_the_widget_and_links_need_is_open_to_every_page(headers: dict[str, str]) -> None:
    asked = [
        ("GET", "/widget.js"), ("GET", "/widget/0123.js"), ("GET", "/v1/surveys/x/widget?lang=en"),
        ("POST", "/v1/surveys/x/widget"), ("OPTIONS", "/v1/surveys/x/widget"), ("POST", "/v1/surveys/x/responses"),
        ("OPTIONS", "/v1/surveys/x/responses"), ("GET", "/s/token"), ("POST", "/s/token"), ("POST", "/u/token"),
        ("GET", "/app/sign-in/token"), ("HEAD", "/app"),
    ]  # fmt: skip
    reported = statuses(*((method, path, {"Host": "localhost", **headers}) for method, path in asked))
    assert reported == ([299] * len(asked), len(asked))


def test_a_page_of_another_site_sends_no_response_with_a_key() -> None:
    headers = {"Origin": PAGE, "Authorization": "Bearer key"}
    assert statuses(("POST", "/v1/surveys/x/responses", headers)) == ([403], 0)


def test_its_own_pages_may_do_everything() -> None:
    own = {"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    tunnel = {"Host": "phone.example", "Origin": "https://phone.example", "Sec-Fetch-Site": "same-origin"}
    typed = {"Host": "localhost:8080", "Sec-Fetch-Site": "none"}
    # A page that sends no referrer has no origin to name.
    silent = {"Host": "localhost:8080", "Origin": "null", "Sec-Fetch-Site": "same-origin"}
    asked = [("PUT", "/v1/surveys/x", own), ("PUT", "/v1/surveys/x", tunnel), ("GET", PATH, typed)]
    assert statuses(*asked, ("POST", "/app/sign-in", silent))[0] == [299] * 4


@pytest.mark.parametrize("name", ["127.0.0.1", "[::1]"])
def test_the_console_is_read_under_one_name_and_everything_else_under_each(name: str) -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        port = urlsplit(url).port
        host = {"Host": f"{name}:{port}"}
        for path in ("/app", "/app/s/demo?period=7d&x=%2F"):
            reply = await visitor.get(URL(url + path, encoded=True), headers=host, allow_redirects=False)
            assert (reply.status, reply.headers["Location"]) == (307, f"http://localhost:{port}{path}")
        assert seen == []
        for path, named in (("/apples", host), (PATH, host), ("/app", {"Host": f"localhost:{port}"})):
            reply = await visitor.get(url + path, headers=named, allow_redirects=False)
            assert reply.status == (404 if path == "/apples" else 299)
        assert (await visitor.post(f"{url}/app/sign-out", headers=host, allow_redirects=False)).status == 299

    through_the_gateway(visit)


def test_cookies_pass_both_ways() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        named = {"Host": f"localhost:{urlsplit(url).port}", "Cookie": "earshot-8080=kim.token; theme=dark"}
        reply = await visitor.get(f"{url}/app", headers=named)
        assert seen[0].headers["Cookie"] == "earshot-8080=kim.token; theme=dark"
        assert reply.headers.getall("Set-Cookie") == ["a=1", "b=2"]

    through_the_gateway(visit)


def test_the_port_of_ipv6_is_taken_too_or_nothing_starts() -> None:
    with take_port(0) as listener:
        port = listener.getsockname()[1]
        also = take_port_of_ipv6(listener)
        if also is None:
            pytest.skip("this machine has no IPv6")
        with also:
            assert also.getsockname()[:2] == ("::1", port)
            with pytest.raises(PortTakenError, match=f"Port {port} is taken"):
                take_port_of_ipv6(listener)


def test_both_listeners_serve_the_same() -> None:
    async def scene() -> None:
        listener = take_port(0)
        gateway = Gateway(listener, also=take_port_of_ipv6(listener))
        await gateway.listen()
        port = listener.getsockname()[1]
        assert (gateway.url, gateway.console) == (f"http://127.0.0.1:{port}", f"http://localhost:{port}/app")
        async with ClientSession() as visitor:
            for name in ("127.0.0.1", "[::1]"):
                assert (await visitor.get(f"http://{name}:{port}{PATH}")).status == 503
        await gateway.close()

    asyncio.run(scene())


def test_the_functions_hear_which_page_it_was_and_the_engine_does_not() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        headers = {"Origin": PAGE, "Sec-Fetch-Site": "cross-site", TOKEN_HEADER: "guessed", ORIGIN_HEADER: "http://x"}
        headers |= {SITE_HEADER: "same-origin"}
        await visitor.post(f"{url}/v1/surveys/x/responses", headers=headers)
        assert seen[0].headers.getall(ORIGIN_HEADER) == [PAGE]
        assert seen[0].headers.getall(SITE_HEADER) == ["cross-site"]
        assert seen[0].headers.getall(TOKEN_HEADER) == ["secret"]
        assert not {"Origin", "Sec-Fetch-Site"} & set(seen[0].headers)

    through_the_gateway(visit)
