"""The widget: its size, how fast it shows, and whether a response is ever lost."""

import json
import os
import shutil

from playwright.sync_api import sync_playwright

from benchmarks import widget_journeys, widget_mounting, widget_sizes
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.report import Section
from earshot_cli.client import Client
from tests.browser.conftest import FLAGS, NAMES

JOURNEYS = int(os.environ.get("EARSHOT_JOURNEYS", "2000"))


def measure(lab: Lab) -> list[Section]:
    """Measure the size, the mounting and the journeys, on the stack and in a real browser."""
    lab.steps.begin("widget", 3 + JOURNEYS // widget_journeys.EACH)
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        raise BenchError("there is no Chromium to measure in (apt-get install chromium)")
    stack = lab.stack
    config = Client(stack.url, stack.api_key).get("/v1/surveys/demo/widget", {"lang": "de"})
    lab.steps.step("sizes")
    sizes = widget_sizes.measure(json.dumps(config, ensure_ascii=False).encode())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=FLAGS)
        lab.steps.step("mounting")
        tab = browser.new_page()
        tab.goto(stack.url)
        tab.wait_for_function("() => Boolean(customElements.get('earshot-survey'))")
        # The style comes with the first question.
        tab.evaluate("earshot('show', { survey: 'demo', force: true })")
        tab.locator("earshot-survey fieldset").first.wait_for(state="attached")
        tab.evaluate("earshot('hide')")
        mounting = widget_mounting.measure(tab, json.dumps({**config, "targeting": None, "placement": "inline"}))
        tab.close()
        browser.close()
    journeys = widget_journeys.measure(place, stack, JOURNEYS, lab.steps.step)
    return [sizes, mounting, journeys]
