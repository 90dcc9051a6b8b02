"""Two thousand people respond in a browser while everything fails: a response that was thanked for is recorded once."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from benchmarks.errors import BenchError
from benchmarks.report import Row, Section
from benchmarks.stack import Stack
from earshot_cli.client import Client
from tests.browser.journeys import Journey, drawn, go_all, hosting, parts, rarest_pair, verdict_of

TITLE = "Widget: journeys with faults"
HOW = (
    "Each journey is on a page of an origin of its own, which shares no storage and no lock with another: a person "
    "chooses, writes, sends by click or key, double clicks, reloads, leaves and comes back, opens a second tab, "
    "loses the network. The browser withholds or breaks storage, locks, fetch, beacons, random numbers and the "
    "submit event, each pair of faults at least 20 times; each post may meet 429, 503, an abort, an endless "
    "silence, or be taken while its result is lost; one survey closes meanwhile. Time in the page runs twenty times "
    "as fast. Seeded. The last state of the screen is compared with what the stack recorded; partial responses of "
    "those who left wait in the queue and are not awaited."
)
EACH, AT_ONCE, AT_ONCE_EACH = 25, 2, 4
LEAST_PAIRS = 20


def measure(chromium: str, stack: Stack, number: int, report: Callable[[str], None]) -> Section:
    """Run journeys, a few at a time, wait until the stack is at rest, and compare."""
    survey = f"journeys-{time.time_ns()}"
    closed = f"closed-{time.time_ns()}"
    client = Client(stack.url, stack.api_key)
    for each in (survey, closed):
        client.call("PUT", f"/v1/surveys/{each}", {"name": "Journeys", "widget": {"rate": None}})
    client.call("PATCH", f"/v1/surveys/{closed}", {"state": "closed"})
    journeys = drawn(number)
    gone: list[Journey] = []
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        given = [(chromium, stack.url, survey, closed, part) for part in parts(journeys, EACH)]
        for done in pool.map(_walk, given):
            gone += done
            report(f"{len(gone)} of {number} journeys")
    wanted = sum(journey.is_sent and not journey.is_refused for journey in gone)
    return _section(gone, _recorded(client, survey, wanted))


def _walk(given: tuple[str, str, str, str, list[Journey]]) -> list[Journey]:
    """Run some journeys in a browser of their own."""
    chromium, url, survey, closed, journeys = given
    with hosting(url, survey, closed) as site:
        return go_all(chromium, site, journeys, AT_ONCE_EACH)


def _recorded(client: Client, survey: str, least: int) -> dict[str, tuple[int, str | None]]:
    """Return score and comment of every complete response, once so many are there and nothing more comes."""
    deadline = time.monotonic() + 120
    while len(found := _complete(client, survey)) < least and time.monotonic() < deadline:
        time.sleep(1)
    time.sleep(2)
    found = _complete(client, survey)
    return {response["id"]: (response["score"], response["comment"]) for response in found}


def _complete(client: Client, survey: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(f"/v1/surveys/{survey}/responses", {"limit": 500} | ({"cursor": cursor} if cursor else {}))
        found += page["responses"]
        cursor = page["cursor"]
        if not cursor:
            return [response for response in found if response["state"] != "partial"]


def _section(journeys: list[Journey], recorded: dict[str, tuple[int, str | None]]) -> Section:
    verdict = verdict_of(journeys, recorded)
    met = sum((journey.met for journey in journeys), Counter[str]())
    if not met.total():
        raise BenchError("no journey met a fault")
    known = {name for journey in journeys for name in journey.ids}
    strays = sum(name not in known for name in recorded)
    sent = sum(journey.is_sent for journey in journeys)
    refused = sum(journey.is_sent and journey.is_refused for journey in journeys)
    pairs = rarest_pair(journeys)
    rows = [
        Row(("journeys", f"{len(journeys):,}")),
        Row(("sent", f"{sent:,}")),
        Row(("of these refused", f"{refused:,}")),
        Row(
            ("faults of the network met", ", ".join(f"{count} {name}" for name, count in sorted(met.items()) if count))
        ),
        Row(("the rarest pair of faults", str(pairs)), f"≥ {LEAST_PAIRS}", pairs >= LEAST_PAIRS),
        *(
            Row((what, str(count)), "0", count == 0)
            for what, count in (
                ("lost", verdict.lost),
                ("doubled", verdict.doubled),
                ("thanked for what was refused or not recorded", verdict.thanked_for_nothing),
                ("sent and never thanked", verdict.not_settled),
                ("recorded without a journey", strays),
            )
        ),
    ]
    manners = Counter(journey.manner for journey in journeys)
    return Section(
        TITLE, ("what", "number"), rows, HOW, [", ".join(f"{count} {name}" for name, count in manners.items())]
    )
