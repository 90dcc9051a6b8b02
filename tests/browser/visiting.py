"""People who visit a host page in a browser, and what they do to the question there."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.host_pages import Earshot

LAPTOP = (1280, 800)
QUESTION = "earshot-survey fieldset"


class Visitor:
    """A browser of one person: their tabs, and every line of their consoles."""

    def __init__(self, browser: Browser, url: str, **settings: Any) -> None:
        size = settings.pop("size", LAPTOP)
        self.url = url
        self.context: BrowserContext = browser.new_context(viewport={"width": size[0], "height": size[1]}, **settings)
        self.errors: list[str] = []
        self.warned: list[str] = []

    def hear(self, line: str) -> None:
        """Keep a console line; a refusal is reported by the browser too, which is no fault of the widget."""
        if "Failed to load resource" not in line:
            (self.warned if line.startswith("[earshot] ") else self.errors).append(line)

    def open(self, path: str, wait: bool = True) -> Page:
        """Open a page in a tab of its own; with `wait`, once the question is in it."""
        tab = self.context.new_page()
        tab.on("console", lambda line: self.hear(line.text))
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.goto(self.url + path)
        if wait:
            tab.locator(QUESTION).first.wait_for(state="attached")
        return tab


def choose(tab: Page, score: int) -> None:
    """Choose a number."""
    tab.locator(f"earshot-survey input[value='{score}']").check()


def send(tab: Page) -> None:
    """Click Send."""
    tab.locator("earshot-survey .send").click()


def arrived(earshot: Earshot, tab: Page, number: int = 1) -> list[dict[str, Any]]:
    """Wait until so many responses came, and a little longer, since none more may come."""
    for _ in range(150):
        if len(earshot.responses) >= number:
            break
        tab.wait_for_timeout(100)
    tab.wait_for_timeout(300)
    assert len(earshot.responses) == number
    return earshot.responses


def ready(tab: Page) -> None:
    """Wait until the script has come."""
    tab.wait_for_function("window.delighted && window.earshot && !Array.isArray(window.earshot.q)")


def asked(tab: Page, boxes: int = 1) -> None:
    """Wait until so many questions can be seen."""
    expect(tab.locator(f"{QUESTION}:visible")).to_have_count(boxes)


def left_alone(tab: Page, milliseconds: int = 700) -> None:
    """Wait, and see no question."""
    tab.wait_for_timeout(milliseconds)
    asked(tab, 0)


def go(tab: Page, path: str) -> None:
    """Change the route as single page applications do."""
    tab.evaluate("path => history.pushState({}, '', path)", path)


def token_of(person: object, expiry: int = 4_000_000_000) -> str:
    """Make a token as a page gets it; the browser reads it, and only a server could check who signed it."""
    parts = [{"alg": "HS256"}, {"sub": person, "exp": expiry}]
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + ".c2lnbg"


def sign_in(tab: Page, person: object, **more: Any) -> None:
    """Name the visitor to the widget, as the page does."""
    ready(tab)
    tab.evaluate("who => earshot('identify', who)", {"token": token_of(person), **more})
