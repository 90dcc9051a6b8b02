"""Five hundred people answer in a browser while everything fails: what was thanked is recorded, once."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from benchmarks.errors import BenchError
from benchmarks.report import Row, Section
from benchmarks.stack import Stack
from earshot_cli.client import Client
from tests.browser.conftest import FLAGS

TITLE = "Widget: journeys with faults"
HOW = (
    "Each journey is a browser profile of its own on a page of the running stack: somebody chooses, changes, writes, "
    "sends, double clicks, reloads, leaves, opens a second tab, loses the network; and each post may be refused (429, "
    "503), time out, or be taken while its answer is lost. Seeded. Afterwards every journey that was thanked must be "
    "recorded exactly once with its score, and no journey twice; partial answers of those who left wait ten minutes in "
    "the queue and are not awaited here."
)
SEED = 20_261_125
EACH, AT_ONCE = 25, 4
FAULTS = ("none", "none", "refused", "busy", "lost", "aborted")
MANNERS = ("plain", "double", "reload", "two tabs", "offline", "leave and come back", "leave")


@dataclass
class Journey:
    """One person: how they answered, and what they were thanked for."""

    number: int
    manner: str
    score: int
    sent: bool = False
    ids: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)


def measure(chromium: str, stack: Stack, journeys: int, tell: Callable[[str], None]) -> Section:
    """Let people answer, a few at a time, wait until the stack is at rest, and compare."""
    survey = f"journeys-{time.time_ns()}"
    client = Client(stack.url, stack.api_key)
    client.call("PUT", f"/v1/surveys/{survey}", {"name": "Journeys", "widget": {"rate": None}})
    parts = [range(first, min(first + EACH, journeys)) for first in range(0, journeys, EACH)]
    gone: list[Journey] = []
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        for done in pool.map(_walk, [(chromium, stack.url, survey, part) for part in parts]):
            gone += done
            tell(f"{len(gone)} of {journeys} journeys")
    return _judged(gone, _recorded(client, survey, sum(journey.sent for journey in gone)))


def _walk(given: tuple[str, str, str, range]) -> list[Journey]:
    """Go some journeys in a browser of their own; each is drawn by its number alone."""
    chromium, url, survey, numbers = given
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        return [_journey(browser, url, survey, number) for number in numbers]


def _journey(browser: Browser, url: str, survey: str, number: int) -> Journey:
    draw = random.Random(SEED + number)
    journey = Journey(number, draw.choice(MANNERS), draw.randrange(11))
    _go(browser.new_context(), url, survey, journey, draw)
    return journey


def _go(context: BrowserContext, url: str, survey: str, journey: Journey, draw: random.Random) -> None:
    context.route("**/responses", lambda route: _meet(route, journey, draw))
    tab = _asked(context, url, survey)
    _choose(tab, journey)
    if journey.manner == "reload":
        tab.reload()
        _put(tab, survey)
        _choose(tab, journey)
    elif journey.manner == "leave":
        tab.goto("about:blank")
        context.close()
        return
    elif journey.manner == "leave and come back":
        tab.goto("about:blank")
        tab = _asked(context, url, survey)
        _choose(tab, journey)
    elif journey.manner == "offline":
        context.set_offline(True)
    other = _asked(context, url, survey) if journey.manner == "two tabs" else None
    button = tab.locator("earshot-survey .send")
    (button.dblclick if journey.manner == "double" else button.click)()
    tab.locator("earshot-survey [role=status]").wait_for()
    journey.sent = True
    if other:
        _choose(other, journey)
        other.locator("earshot-survey .send").click()
    context.set_offline(False)
    _until_delivered(tab)
    context.close()


def _asked(context: BrowserContext, url: str, survey: str) -> Page:
    tab = context.new_page()
    tab.goto(url)
    _put(tab, survey)
    return tab


def _put(tab: Page, survey: str) -> None:
    """Let the page ask this survey instead of its own."""
    tab.wait_for_function("() => Boolean(customElements.get('earshot-survey'))")
    tab.evaluate(
        "(survey) => { const it = document.createElement('earshot-survey'); it.setAttribute('survey', survey);"
        "document.getElementById('place').replaceChildren(it) }",
        survey,
    )
    tab.locator("#place fieldset").wait_for()


def _choose(tab: Page, journey: Journey) -> None:
    tab.locator(f"#place input[value='{journey.score}']").check()


def _meet(route: Route, journey: Journey, draw: random.Random) -> None:
    """Let a post meet a fault, or pass; never more than three faults a journey, so that it comes to an end."""
    said: Any = route.request.post_data_json
    journey.ids.add(said["id"])
    fault = draw.choice(FAULTS) if journey.faults.total() < 3 else "none"
    journey.faults[fault] += fault != "none"
    if fault == "refused":
        route.fulfill(status=429, headers={"retry-after": "1", "access-control-allow-origin": "*"}, body="{}")
    elif fault == "busy":
        route.fulfill(status=503, headers={"access-control-allow-origin": "*"}, body="{}")
    elif fault == "aborted":
        route.abort()
    elif fault == "lost":
        route.fetch()
        route.abort()
    else:
        route.continue_()


def _until_delivered(tab: Page) -> None:
    tab.wait_for_function("() => !JSON.parse(localStorage.getItem('earshot.queue') || '[]').length", timeout=60_000)


def _recorded(client: Client, survey: str, least: int) -> dict[str, dict[str, Any]]:
    """Give every response once so many are there, and nothing more comes."""
    deadline = time.monotonic() + 120
    while len(found := _all(client, survey)) < least:
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    time.sleep(2)
    found = _all(client, survey)
    return {response["id"]: response for response in found}


def _all(client: Client, survey: str) -> list[dict[str, Any]]:
    page = client.get(f"/v1/surveys/{survey}/responses", {"limit": 500})
    found = list(page["responses"])
    while page["cursor"]:
        page = client.get(f"/v1/surveys/{survey}/responses", {"limit": 500, "cursor": page["cursor"]})
        found += page["responses"]
    return found


def _judged(journeys: list[Journey], recorded: dict[str, dict[str, Any]]) -> Section:
    sent = [journey for journey in journeys if journey.sent]
    kept = {journey.number: [recorded[name] for name in journey.ids if name in recorded] for journey in journeys}
    lost = sum(not any(one["score"] == journey.score for one in kept[journey.number]) for journey in sent)
    doubled = sum(len(kept[journey.number]) > 1 for journey in journeys)
    known = {name for journey in journeys for name in journey.ids}
    others = [response for name, response in recorded.items() if name not in known]
    # What a page leaves behind goes past the faults, under an id that only the page knew.
    left = sum(response["state"] == "partial" for response in others)
    strays = len(others) - min(left, len(journeys) - len(sent))
    faults = sum((journey.faults for journey in journeys), Counter[str]())
    if not faults.total():
        raise BenchError("no journey met a fault")
    manners = Counter(journey.manner for journey in journeys)
    rows = [
        Row(("journeys", f"{len(journeys):,}")),
        Row(("thanked", f"{len(sent):,}")),
        Row(("faults met", ", ".join(f"{count} {name}" for name, count in sorted(faults.items()) if count))),
        Row(("lost", str(lost)), "0", lost == 0),
        Row(("doubled", str(doubled)), "0", doubled == 0),
        Row(("partial answers of who left, so far", str(left))),
        Row(("of nobody", str(strays)), "0", strays == 0),
    ]
    return Section(
        TITLE, ("what", "number"), rows, HOW, [", ".join(f"{count} {name}" for name, count in manners.items())]
    )
