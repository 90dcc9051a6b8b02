"""The demo page in a browser, as the gateway serves it: what it says is true of the score it was given."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect, sync_playwright

from earshot_cli.local.demo_pages import PAGE, START, Demo
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.gateway import Gateway, _request
from earshot_cli.local.listener import take_port
from tests.browser.conftest import FLAGS, NAMES


def score(responses: int, to: str) -> dict[str, Any]:
    """Return a score as the API returns it (docs/api.md), all of whose responses gave 9."""
    interval = {"level": 0.95, "low": 80.0, "high": 100.0} if responses else None
    return {
        "nps": 100 if responses else None,
        "responses": responses,
        "histogram": [0] * 9 + [responses, 0],
        "interval": interval,
        "window": {"length": "30d", "days": 30, "from": "2026-01-01", "to": to, "timezone": "UTC"},
    }


@dataclass
class Scene:
    """A gateway with the demo, before an engine that returns `score` as the score."""

    score: dict[str, Any]
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def engine(self, request: web.BaseRequest) -> web.Response:
        self.asked.append(request.path)
        return web.json_response(self.score if request.path.endswith("/nps") else {}, status=200)

    async def run(self, ready: threading.Event, over: asyncio.Event) -> None:
        behind = web.ServerRunner(web.Server(self.engine, request_factory=_request))
        await behind.setup()
        listener = take_port(0)
        await web.SockSite(behind, listener).start()
        demo = Demo()
        demo.show("demo", "key")
        gateway = Gateway(take_port(0), demo=demo)
        await gateway.listen()
        gateway.forward_to(Endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}", "secret"), "0123abcd")
        self.url = gateway.url
        ready.set()
        await over.wait()
        await gateway.close()
        await behind.cleanup()


@pytest.fixture
def scene() -> Iterator[Scene]:
    made, ready, loop, over = (
        Scene(score(0, "2026-03-01")),
        threading.Event(),
        asyncio.new_event_loop(),
        asyncio.Event(),
    )
    thread = threading.Thread(target=lambda: loop.run_until_complete(made.run(ready, over)))
    thread.start()
    assert ready.wait(20)
    yield made
    loop.call_soon_threadsafe(over.set)
    thread.join(20)
    loop.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        if os.environ.get("CI"):
            pytest.fail("CI looks at the demo page, and there is no Chromium (apt-get install chromium)")
        pytest.skip("there is no Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=place, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    made = browser.new_page()
    made.set_default_timeout(20_000)
    yield made
    made.close()


def test_the_address_of_the_stack_leads_on(scene: Scene) -> None:
    with build_opener(_Unled).open(scene.url + "/") as reply:
        assert (reply.status, reply.headers["Location"]) == (303, START)


class _Unled(HTTPRedirectHandler):
    """Leaves a redirect as it is."""

    def http_error_303(self, _request: Any, reply: Any, *_: Any) -> Any:
        """Return the redirect itself."""
        return reply


def test_without_a_response_in_its_days_the_page_shows_that_and_not_that_there_never_was_one(
    scene: Scene, page: Page
) -> None:
    page.goto(scene.url + PAGE)
    expect(page.locator("#words")).to_have_text("No responses in the last 30 days, so there is no score of them.")
    expect(page.locator("#number")).to_have_text("–")
    assert "Nobody has answered" not in page.content()


def test_a_page_that_is_open_when_the_clock_is_moved_on_does_not_keep_the_old_score(scene: Scene, page: Page) -> None:
    scene.score = score(186, "2026-03-01")
    page.goto(scene.url + PAGE)
    expect(page.locator("#words")).to_contain_text("From 186 responses: between 80 and 100")
    scene.score = score(0, "2026-05-31")
    expect(page.locator("#words")).to_have_text("No responses in the last 30 days, so there is no score of them.")
    drawn = page.locator("#trend-chart").get_attribute("src")
    scene.score = score(0, "2026-06-01")
    expect(page.locator("#trend-chart")).not_to_have_attribute("src", str(drawn))
    scene.score = score(1, "2026-06-01")
    expect(page.locator("#words")).to_have_text("From 1 response: too few to say how sure the score is.")
