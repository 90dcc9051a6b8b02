"""The front door changes nothing on the way in or out."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientSession, web
from yarl import URL

from earshot_cli.local.errors import PortTakenError
from earshot_cli.local.front_door import BODY_BYTES, FrontDoor, _request, take_port


def through_the_door(visit: Callable[[str, ClientSession, list[web.BaseRequest]], Awaitable[None]]) -> None:
    """Visit a front door that leads to an engine which remembers each request and echoes its body."""

    async def scene() -> None:
        seen: list[web.BaseRequest] = []

        async def engine(request: web.BaseRequest) -> web.Response:
            seen.append(request)
            answer = web.Response(status=299, reason="Odd", body=await request.read(), headers={"X-Kept": "yes"})
            answer.headers.extend({"Set-Cookie": "a=1"})
            answer.headers.add("Set-Cookie", "b=2")
            return answer

        behind = web.ServerRunner(web.Server(engine, request_factory=_request))
        await behind.setup()
        listener = take_port(0)
        await web.SockSite(behind, listener).start()
        door = FrontDoor(take_port(0))
        await door.listen()
        async with ClientSession(auto_decompress=False) as visitor:
            assert (await visitor.get(door.url)).status == 503
            door.lead_to(f"http://127.0.0.1:{listener.getsockname()[1]}", "0123abcd")
            await visit(door.url, visitor, seen)
            await behind.cleanup()
            away = await visitor.get(door.url)
            assert (away.status, away.content_type) == (503, "application/problem+json")
        await door.close()

    asyncio.run(scene())


def test_path_query_headers_and_body_arrive_as_they_were_sent() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        target = URL(f"{url}/v1//a%2Fb/%C3%A9?q=%26&&x=1+2", encoded=True)
        answer = await visitor.put(target, data=b"\x00\xff", headers={"X-One": "1", "Authorization": "Bearer k"})
        assert seen[0].method == "PUT"
        assert seen[0].raw_path == "/v1//a%2Fb/%C3%A9?q=%26&&x=1+2"
        assert seen[0].headers["X-One"] == "1"
        assert seen[0].headers["Authorization"] == "Bearer k"
        assert seen[0].headers["Host"] == "0123abcd.execute-api.localhost"
        assert (answer.status, answer.reason) == (299, "Odd")
        assert answer.headers["X-Kept"] == "yes"
        assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert await answer.read() == b"\x00\xff"

    through_the_door(visit)


def test_nothing_is_added_that_the_visitor_did_not_say() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        silent = ["User-Agent", "Accept", "Accept-Encoding", "Content-Type"]
        await visitor.get(url, skip_auto_headers=silent)
        assert set(seen[0].headers) == {"Host"}

    through_the_door(visit)


def test_a_body_beyond_10_mb_is_refused() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        assert (await visitor.post(url, data=bytes(BODY_BYTES))).status == 299
        assert (await visitor.post(url, data=bytes(BODY_BYTES + 1))).status == 413
        assert len(seen) == 1

    through_the_door(visit)


def test_a_large_body_is_asked_for() -> None:
    async def visit(url: str, visitor: ClientSession, seen: list[web.BaseRequest]) -> None:
        answer = await asyncio.wait_for(visitor.post(url, data=b"x", expect100=True), timeout=2)
        assert answer.status == 299

    through_the_door(visit)


def test_a_taken_port_is_told_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"Port {port} is taken; choose another one"):
            take_port(port)
