"""Journeys of people who answer while browser, page and network fail: drawn by a seed, gone in a real browser."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations, product
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route

from tests.browser import faults

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
    """One person: what their browser withholds, how they answer, and what the page said in the end."""

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
        """Tell whether the last state of the screen says that the response arrived."""
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

    page: str
    survey: str
    closed: str


@contextmanager
def hosting(url: str, survey: str, closed: str) -> Iterator[Site]:
    """Serve the page from an origin of its own, asking the survey of the stack at `url`."""
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
            yield Site(f"http://127.0.0.1:{server.server_port}/", survey, closed)
        finally:
            server.shutdown()
            thread.join()


def go(browser: Browser, site: Site, journey: Journey, begun: int) -> Journey:
    """Go one journey in a profile of its own, from a time on (Unix milliseconds)."""
    draw, unanswered = random.Random(SEED + journey.number), list[Route]()
    context = browser.new_context()
    context.add_init_script(CLOCK.replace("BEGUN", str(begun)))
    for kind, fault in journey.faults.items():
        if fault:
            context.add_init_script(
                faults.KINDS[kind][fault].replace("earshot.survey.demo", f"earshot.survey.{site.survey}")
            )
    context.route("**/responses", lambda route: _meet(route, journey, draw, unanswered))
    try:
        _go(context, site, journey)
    finally:
        for route in unanswered:
            with suppress(Error):
                route.abort()
        context.unroute_all(behavior="ignoreErrors")
        context.close()
    return journey


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


def _go(context: BrowserContext, site: Site, journey: Journey) -> None:
    tab = _asked(context, site, journey)
    if journey.manner == "reload":
        tab.reload()
        _choose(tab, site, journey)
    elif journey.manner == "leave":
        tab.goto("about:blank")
        return
    elif journey.manner == "leave and come back":
        tab.goto("about:blank")
        tab.goto(site.page)
        _choose(tab, site, journey)
    elif journey.manner == "offline":
        context.set_offline(True)
    other = _asked(context, site, journey) if journey.manner == "two tabs" else None
    _send(tab, journey)
    # The other tab hears that this response is sent, and asks no more.
    if other:
        other.locator("earshot-survey fieldset").wait_for(state="detached")
    if journey.manner == "offline":
        tab.wait_for_timeout(300)
        context.set_offline(False)
    tab.wait_for_function(SETTLED, timeout=90_000, polling=100)
    journey.screen = tab.locator("earshot-survey .body").inner_text()


def _asked(context: BrowserContext, site: Site, journey: Journey) -> Page:
    tab = context.new_page()
    tab.goto(site.page)
    _choose(tab, site, journey)
    return tab


def _choose(tab: Page, site: Site, journey: Journey) -> None:
    """Choose and write; a survey that closes meanwhile is one that refuses what is sent."""
    tab.locator("earshot-survey fieldset").wait_for()
    tab.locator(f"earshot-survey input[value='{journey.score}']").check()
    tab.locator("earshot-survey textarea").fill(WORDS)
    told = tab.evaluate(_SURVEY, site.closed if journey.is_refused else None)
    journey.ids.add(told)


def _send(tab: Page, journey: Journey) -> None:
    journey.is_sent = True
    if journey.manner == "Enter":
        tab.locator("earshot-survey input:checked").press("Enter")
        return
    button = tab.locator("earshot-survey .send")
    (button.dblclick if journey.manner == "double click" else button.click)()


def _meet(route: Route, journey: Journey, draw: random.Random, unanswered: list[Route]) -> None:
    """Let a post meet a fault of the network, or pass; at most three a journey, so that it comes to an end."""
    fault = draw.choice(NETWORK) if journey.met.total() < MOST_NETWORK_FAULTS else "none"
    journey.met[fault] += fault != "none"
    if fault in ("limited", "busy"):
        headers = {"retry-after": "1", "access-control-allow-origin": "*"}
        route.fulfill(status=429 if fault == "limited" else 503, headers=headers, body="{}")
    elif fault == "aborted":
        route.abort()
    elif fault == "lost":
        with suppress(Error):  # the page may leave while it is under way
            route.fetch()
            route.abort()
    elif fault == "none":
        route.continue_()
    else:
        unanswered.append(route)


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


def judged(journeys: Iterable[Journey], recorded: dict[str, tuple[int, str | None]]) -> Verdict:
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
