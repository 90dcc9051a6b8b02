"""Journeys of people who respond while browser, page and network fail: drawn by a seed, gone in a real browser."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations, product
from threading import Thread
from typing import Any

from playwright.async_api import Browser, BrowserContext, Error, Page, Route, async_playwright
from playwright.async_api import TimeoutError as TimedOutError

from tests.browser import faults
from tests.browser.conftest import FLAGS

SEED = 20_261_125
NETWORK = ("none", "none", "limited", "busy", "lost", "aborted", "silent")
MANNERS = ("plain", "double click", "Enter", "reload", "two tabs", "offline", "leave and come back", "leave")
REFUSED_SHARE = 0.15
MOST_NETWORK_FAULTS = 3
WORDS = 'Späte "Lieferung" \\ 👋'
# Time runs twenty times as fast as outside, the same in every page of a journey, and stays behind the server's.
CLOCK = """
(() => {
  const { now } = Date, later = setTimeout, begun = BEGUN;
  window.setTimeout = (act, rest, ...given) => later(act, (rest || 0) / 20, ...given);
  Date.now = () => begun - 3 * 36e5 + (now() - begun) * 20;
})();
"""
SETTLED = """() => {
  const status = document.querySelector("earshot-survey").shadowRoot.querySelector("[role=status] h2");
  return status && status.textContent !== "Thank you for taking the time." && status.textContent;
}"""

_SURVEY = """(closed) => {
  const it = document.querySelector("earshot-survey");
  if (closed) it.config.survey = closed;
  return it.key;
}"""


@dataclass
class Journey:
    """One person: what their browser withholds, how they respond, and what the page showed in the end."""

    number: int
    faults: dict[str, str | None]
    manner: str
    score: int
    is_refused: bool
    is_sent: bool = False
    ids: set[str] = field(default_factory=set)
    screen: str = ""
    met: Counter[str] = field(default_factory=Counter)

    @property
    def is_thanked(self) -> bool:
        """Return whether the last state of the screen says that the response arrived."""
        return "Thank" in self.screen


def drawn(number_of_journeys: int) -> list[Journey]:
    """Draw journeys: each fault of a kind, and none, comes equally often, in an order of its own."""
    columns = {kind: _shuffled(kind, [None, *found], number_of_journeys) for kind, found in faults.KINDS.items()}
    return [
        _journey(number, {kind: column[number] for kind, column in columns.items()})
        for number in range(number_of_journeys)
    ]


def rarest_pair(journeys: Iterable[Journey]) -> int:
    """Count how often the rarest pair of faults of two kinds occurs."""
    met = Counter(
        frozenset(pair)
        for journey in journeys
        for pair in combinations([(kind, fault) for kind, fault in journey.faults.items() if fault], 2)
    )
    pairs = [
        frozenset({(one, first), (other, second)})
        for one, other in combinations(faults.KINDS, 2)
        for first, second in product(faults.KINDS[one], faults.KINDS[other])
    ]
    return min(met[pair] for pair in pairs)


@dataclass(frozen=True, slots=True)
class Site:
    """A customer's page with a survey in it, and another survey, which refuses what is sent."""

    port: int
    survey: str
    closed: str

    def page_of(self, journey: Journey) -> str:
        """Return the page's address on an origin of the journey's own."""
        return f"http://journey-{journey.number}.localhost:{self.port}/"


@contextmanager
def hosting(url: str, survey: str, closed: str) -> Iterator[Site]:
    """Serve the page from origins of its own, asking the survey of the stack at `url`."""
    page = (
        f'<!doctype html><html lang="en"><earshot-survey survey="{survey}"></earshot-survey>'
        f'<script async src="{url}/widget.js"></script>'
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-length", str(len(page)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Site(server.server_port, survey, closed)
        finally:
            server.shutdown()
            thread.join()


def go_all(chromium: str, site: Site, journeys: Iterable[Journey], at_once: int) -> list[Journey]:
    """Run journeys in one browser, a few at once: most of their time they wait for a network that is silent."""
    return asyncio.run(_go_all(chromium, site, journeys, at_once))


async def _go_all(chromium: str, site: Site, journeys: Iterable[Journey], at_once: int) -> list[Journey]:
    waiting = iter(journeys)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        done = await asyncio.gather(*(_go_some(browser, site, waiting) for _ in range(at_once)))
    return sorted((journey for some in done for journey in some), key=lambda journey: journey.number)


async def _go_some(browser: Browser, site: Site, waiting: Iterator[Journey]) -> list[Journey]:
    """Run journeys one after the other in one profile: each is on an origin of its own, which shares nothing."""
    context, gone = await browser.new_context(), list[Journey]()
    # The functions of a stack start while a page waits for its question.
    context.set_default_timeout(120_000)
    # A profile whose last tab closes loses its window, and a new one costs more than a journey.
    await context.new_page()
    for journey in waiting:
        await _Going(context, site, journey, time.time_ns() // 10**6).go()
        gone.append(journey)
    await context.close()
    return gone


def _broken(journey: Journey, site: Site, begun: int) -> str:
    """Write what runs before all else in a page: the journey's clock, and what its browser withholds."""
    met = [faults.KINDS[kind][fault] for kind, fault in journey.faults.items() if fault]
    parts = [CLOCK.replace("BEGUN", str(begun)), *met]
    # Each has names of its own.
    return "".join(f"(() => {{{part}\n}})();\n" for part in parts).replace(
        "earshot.survey.demo", f"earshot.survey.{site.survey}"
    )


def _journey(number: int, met: dict[str, str | None]) -> Journey:
    draw = random.Random(SEED * 2 + number)
    manner = draw.choice(MANNERS)
    # Without a storage that holds, nothing in the world makes one response of two tabs.
    if manner == "two tabs" and met["storage"]:
        manner = "double click"
    return Journey(number, met, manner, draw.randrange(11), draw.random() < REFUSED_SHARE)


def _shuffled(kind: str, levels: list[str | None], length: int) -> list[str | None]:
    column = [levels[index % len(levels)] for index in range(length)]
    random.Random(f"{SEED} {kind}").shuffle(column)
    return column


class _Going:
    """A journey on its way: its tabs, and the posts that get no reply."""

    def __init__(self, context: BrowserContext, site: Site, journey: Journey, begun: int) -> None:
        self._context, self._site, self._journey = context, site, journey
        self._script = _broken(journey, site, begun)
        self._draw = random.Random(SEED + journey.number)
        self._tabs: list[Page] = []
        self._unanswered: list[Route] = []

    async def go(self) -> None:
        """Run it to its end, and leave nothing open."""
        try:
            await self._walk()
        finally:
            for route in self._unanswered:
                with suppress(Error):
                    await route.abort()
            for tab in self._tabs:
                await tab.unroute_all(behavior="ignoreErrors")
                await tab.close()
            await self._context.set_offline(False)

    async def _walk(self) -> None:
        journey, page = self._journey, self._site.page_of(self._journey)
        tab = await self._asked(page)
        if journey.manner == "reload":
            await tab.reload()
            await self._choose(tab)
        elif journey.manner == "leave":
            await tab.goto("about:blank")
            return
        elif journey.manner == "leave and come back":
            await tab.goto("about:blank")
            await tab.goto(page)
            await self._choose(tab)
        elif journey.manner == "offline":
            await self._context.set_offline(True)
        other = await self._asked(page) if journey.manner == "two tabs" else None
        await self._send(tab)
        # The other tab hears that this response is sent, and asks no more.
        if other:
            await other.locator("earshot-survey fieldset").wait_for(state="detached")
        if journey.manner == "offline":
            await tab.wait_for_timeout(300)
            await self._context.set_offline(False)
        # One that never settles is checked by what its screen shows.
        with suppress(TimedOutError):
            await tab.wait_for_function(SETTLED, timeout=90_000, polling=100)
        journey.screen = await tab.locator("earshot-survey .body").inner_text()

    async def _asked(self, page: str) -> Page:
        tab = await self._context.new_page()
        self._tabs.append(tab)
        await tab.add_init_script(self._script)
        await tab.route("**/responses", self._meet)
        await tab.goto(page)
        await self._choose(tab)
        return tab

    async def _choose(self, tab: Page) -> None:
        """Choose and write; a survey that closes meanwhile is one that refuses what is sent."""
        await tab.locator("earshot-survey fieldset").wait_for()
        await tab.locator(f"earshot-survey input[value='{self._journey.score}']").check()
        await tab.locator("earshot-survey textarea").fill(WORDS)
        self._journey.ids.add(await tab.evaluate(_SURVEY, self._site.closed if self._journey.is_refused else None))

    async def _send(self, tab: Page) -> None:
        self._journey.is_sent = True
        if self._journey.manner == "Enter":
            await tab.locator("earshot-survey input:checked").press("Enter")
            return
        button = tab.locator("earshot-survey .send")
        await (button.dblclick if self._journey.manner == "double click" else button.click)()

    async def _meet(self, route: Route) -> None:
        """Apply a fault of the network to a post, or none; at most three a journey, so that it comes to an end."""
        met = self._journey.met
        fault = self._draw.choice(NETWORK) if met.total() < MOST_NETWORK_FAULTS else "none"
        met[fault] += fault != "none"
        if fault in ("limited", "busy"):
            headers = {"retry-after": "1", "access-control-allow-origin": "*"}
            await route.fulfill(status=429 if fault == "limited" else 503, headers=headers, body="{}")
        elif fault == "aborted":
            await route.abort()
        elif fault == "lost":
            with suppress(Error):  # the page may leave while it is under way
                await route.fetch()
                await route.abort()
        elif fault == "none":
            await route.continue_()
        else:
            self._unanswered.append(route)


def parts(journeys: list[Journey], each: int) -> Iterator[list[Journey]]:
    """Cut journeys into parts for one browser each."""
    for first in range(0, len(journeys), each):
        yield journeys[first : first + each]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the journeys: what must not be is counted, 0 each."""

    lost: int
    doubled: int
    thanked_for_nothing: int
    not_settled: int


def verdict_of(journeys: Iterable[Journey], recorded: dict[str, tuple[int, str | None]]) -> Verdict:
    """Compare the last state of each screen with the final responses recorded: score and comment by id."""
    lost = doubled = nothing = unsettled = 0
    for journey in journeys:
        kept = [recorded[name] for name in journey.ids if name in recorded]
        right = kept.count((journey.score, WORDS))
        should = journey.is_sent and not journey.is_refused
        lost += should and right < 1
        doubled += len(kept) > 1
        nothing += journey.is_thanked and (journey.is_refused or right < 1)
        unsettled += should and not journey.is_thanked
    return Verdict(lost, doubled, nothing, unsettled)
