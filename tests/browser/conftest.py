"""A browser for the session: Debian's Chromium, headless, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

ROOT = Path(__file__).parents[2]
# Functions of the stack start while a page waits for them.
expect.set_options(timeout=20_000)
NAMES = ("chromium", "chromium-browser", "google-chrome")
# It runs as root in CI, and asks nothing of hosts that the tests do not serve.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where the browser's program is."""
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        if os.environ.get("CI"):
            pytest.fail("CI looks at every picture, and there is no Chromium (apt-get install chromium)")
        pytest.skip("there is no Chromium (apt-get install chromium)")
    return place


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start one for a module: while Playwright runs, its thread has an event loop, and nobody else may start one."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """The folder for what a person should look at: build/pictures."""
    folder = ROOT / "build/pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
