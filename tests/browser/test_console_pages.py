"""The pages of the console in a real browser: no accessibility fault, nothing cut off, and nothing refused.

Every page is looked at in six combinations of width, scheme, direction and forced colors, in which each pair of
settings occurs. `make axe` takes all 24. Pictures of them are in build/pictures, for a person to look at.
"""

import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from earshot.console.reply import sent
from earshot.domain.access import Role
from earshot.domain.alert_settings import ScoreTarget
from earshot.domain.cases import Case, SubjectKind
from earshot.ports.responses import ResponseQuery
from tests.browser.server import run_server
from tests.factories import NOON, make_person, make_survey
from tests.unit.console.case_world import note, open_case
from tests.unit.console.world import Console

Scheme = Literal["light", "dark"]
Forced = Literal["none", "active"]
Look = tuple[int, Scheme, str, Forced]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAIRS: tuple[Look, ...] = (
    (320, "light", "en", "none"),
    (320, "dark", "ar", "active"),
    (390, "light", "ar", "none"),
    (390, "dark", "en", "active"),
    (1280, "light", "ar", "active"),
    (1280, "dark", "en", "none"),
)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
EVERY: tuple[Look, ...] = tuple(product((320, 390, 1280), SCHEMES, ("en", "ar"), ("none", "active")))
LOOKS = EVERY if os.environ.get("EARSHOT_AXE") == "every" else PAIRS
ALL = ResponseQuery(limit=500)
HOSTILE = "<script>alert(1)</script> \u202edesrever\u202c " + "x" * 900

# What is too small to be hit, outside of the window sideways, or hidden when it has the focus.
MEASURE = """() => {
  const active = [...document.querySelectorAll("a, button, select, input:not([type=hidden]), textarea, summary")]
    .filter((one) => one.checkVisibility() && one.getClientRects().length);
  const words = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline";
  const small = active.filter((one) => {
    const it = one.getBoundingClientRect();
    return Math.min(it.width, it.height) < 24 && !words(one);
  });
  const covered = active.filter((one) => {
    one.focus();
    const it = one.getBoundingClientRect();
    const hit = document.elementFromPoint(it.left + it.width / 2, it.top + Math.min(it.height / 2, 12));
    return it.width && (!hit || (hit !== one && !one.contains(hit) && !hit.contains(one)));
  });
  const named = (all) => all.map((one) => one.outerHTML.slice(0, 90));
  return { sideways: document.documentElement.scrollWidth - innerWidth, small: named(small), covered: named(covered) };
}"""


@dataclass
class Site:
    """The console behind a web server; `language` is that of the member who is signed in."""

    console: Console
    url: str = ""
    language: str = "en"
    role: Role = Role.OWNER

    def get(self, path: str, headers: dict[str, str]) -> dict[str, Any]:
        visitor = self.console.visitor(self.role, locale=self.language)
        return sent(self.console.reply(path, visitor, **headers), "")


def filled() -> Console:
    """Return a console with responses of four months, comments of all kinds, people and cases."""
    console = Console()
    survey = make_survey(name="The shop", segments=("plan",), open_segments=("plan",), target=ScoreTarget(30))
    console.surveys.surveys["demo"] = survey
    console.people.kept["ann"] = make_person(name="Ann <Lee>", account="Acme & Sons")
    for days_ago in range(0, 120, 3):
        console.record(
            10, 9, 7, 3 if days_ago < 60 else 9, days_ago=days_ago, properties={"plan": "pro"}, channel="api"
        )
        console.record(8, 2, days_ago=days_ago, properties={"plan": "free"}, channel="api")
    console.record(2, comment=HOSTILE, person="ann", contact_requested=True)
    console.record(9, comment="مرحبا، كل شيء كان ممتازا", channel="email")
    console.record(0, comment="Late again.\nNobody answered.", excluded=True, exclusion_reason="a test")
    for number, due in enumerate((NOON - 1, NOON + 10**7)):
        case = Case(f"c{number}", "demo", SubjectKind.PERSON, NOON, due, NOON + 10**9, NOON, owner="kim", person="ann")
        console.cases.kept[case.id] = case
    worked_on = open_case(console, "bob", comment=HOSTILE)
    note(console, worked_on, "contacted", note=HOSTILE)
    note(console, worked_on, "waiting")
    closed = open_case(console, "cid", score=0, days_ago=4)
    note(console, closed, "resolved", outcome="explained", root_cause="delivery", note="Rang them.")
    console.compute()
    return console


PAGES = {
    "home": "/app",
    "score": "/app/s/demo",
    "score-of-few": "/app/s/demo?period=1d",
    "score-of-none": "/app/s/other",
    "trend": "/app/s/demo/trend",
    "trend-of-none": "/app/s/other/trend",
    "segments": "/app/s/demo/segments/plan",
    "segments-none": "/app/s/other/segments",
    "responses": "/app/s/demo/responses",
    "responses-none": "/app/s/other/responses",
    "responses-filtered": "/app/s/demo/responses?category=passive&has_comment=true",
    "response": "/app/s/demo/responses/RESPONSE",
    "cases": "/app/cases",
    "cases-none": "/app/cases?survey=other",
    "cases-closed": "/app/cases?state=resolved",
    "case": "/app/cases/CASE",
    "campaigns": "/app/s/demo/campaigns",
    "campaigns-none": "/app/s/other/campaigns",
    "alerts": "/app/s/demo/alerts",
    "person": "/app/person?id=ann",
    "settings": "/app/settings",
    "not-found": "/app/nothing",
    "refused": "/app/s/demo?period=5x",
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(filled())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = made.get(
                self.path, {name: headers[name] for name in ("cookie", "if-none-match") if name in headers}
            )
            body = reply["body"].encode()
            self.send_response(reply["statusCode"])
            for name, value in reply["headers"].items():
                self.send_header(name, value)
            for cookie in reply.get("cookies", []):
                self.send_header("set-cookie", cookie)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    with run_server(Handler) as made.url:
        yield made


def address(site: Site, name: str) -> str:
    """Return the address of a page; the ones of a response and of a case are of those with the longest words."""
    longest = max(site.console.ledger.page("demo", ALL)[0], key=lambda each: len(each.statement.comment or ""))
    case = next(each.id for each in site.console.cases.kept.values() if each.response and each.is_waiting)
    return site.url + PAGES[name].replace("RESPONSE", longest.id).replace("CASE", case)


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def look(request: pytest.FixtureRequest) -> Look:
    found: Look = request.param
    return found


def opened(browser: Browser, look: Look, **settings: Any) -> BrowserContext:
    width, scheme, _, forced = look
    return browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        forced_colors=forced,
        reduced_motion="reduce",
        **settings,
    )


def test_no_rule_of_accessibility_is_broken_and_nothing_is_cut_off(browser: Browser, site: Site, look: Look) -> None:
    """The run of axe needs to get past the page's own policy."""
    broken: list[Any] = []
    context = opened(browser, look, bypass_csp=True)
    tab = context.new_page()
    site.language = look[2]
    for name in PAGES:
        tab.goto(address(site, name))
        tab.evaluate(AXE)
        measured = tab.evaluate("(tags) => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", RULES)
        assert measured["passes"], "axe looked at nothing"
        broken += [(name, fault["id"], fault["nodes"][0]["html"][:160]) for fault in measured["violations"]]
        layout = tab.evaluate(MEASURE)
        broken += [(name, kind, found) for kind, found in layout.items() if found not in ([], 0)]
    context.close()
    assert broken == []


def test_the_browser_has_nothing_to_say(browser: Browser, site: Site, pictures: Path, look: Look) -> None:
    """The real policy holds: no message, no refused style or script; and a picture of each page is kept."""
    messages: list[str] = []
    context = opened(browser, look)
    tab = context.new_page()
    # The browser itself logs a page with status 404 or 400; that is no fault of the page.
    tab.on("console", lambda line: messages.append(line.text) if "the server responded" not in line.text else None)
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.on("request", lambda asked: None if asked.url.startswith(site.url) else messages.append(asked.url))
    site.language = look[2]
    for name in PAGES:
        tab.goto(address(site, name), wait_until="networkidle")
        tab.screenshot(path=pictures / f"console-{name}-{'-'.join(map(str, look))}.png", full_page=True)
    context.close()
    assert messages == []


@pytest.fixture
def tab(browser: Browser, site: Site) -> Iterator[Page]:
    site.language = "en"
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_a_filter_replaces_the_content_and_the_address(tab: Page, site: Site) -> None:
    tab.goto(address(site, "responses"))
    tab.evaluate("window.stays = true")
    tab.get_by_label("Category").select_option("detractor")
    tab.wait_for_url("**category=detractor**")
    expect(tab.get_by_role("status")).to_contain_text("responses")
    assert tab.evaluate("window.stays"), "the page was loaded again"
    expect(tab.get_by_label("Category")).to_have_value("detractor")
    tab.go_back()
    expect(tab.get_by_label("Category")).to_have_value("")


def test_filters_and_pages_work_without_a_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address(site, "responses"))
    tab.get_by_label("Category").select_option("promoter")
    tab.get_by_role("button", name="Show").click()
    assert "category=promoter" in tab.url
    tab.get_by_role("link", name="Show more").click()
    assert "cursor=" in tab.url
    assert "category=promoter" in tab.url
    tab.get_by_text("Kim", exact=True).click()
    tab.get_by_role("link", name="Dark").click()
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    context.close()


def test_keys_walk_through_the_rows(tab: Page, site: Site) -> None:
    tab.goto(address(site, "responses"))
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement === document.querySelectorAll('[data-item]')[0]")
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_be_visible()
    tab.keyboard.press("/")
    expect(tab.get_by_label("Period")).to_be_focused()
    tab.goto(address(site, "responses"))
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    tab.wait_for_url("**/responses/*")


def test_a_chart_is_saved_as_a_picture(tab: Page, site: Site) -> None:
    tab.goto(address(site, "trend"))
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="PNG").click()
    assert saved.value.suggested_filename == "demo-trend.png"
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")


def test_new_responses_are_offered_and_nothing_moves_by_itself(tab: Page, site: Site) -> None:
    tab.clock.install()
    tab.goto(address(site, "responses"), wait_until="networkidle")
    before = tab.locator("[data-item]").count()
    computed, windows = site.console.scores.kept["demo", "all"]
    site.console.scores.kept["demo", "all"] = (computed + 1, windows)
    tab.clock.run_for(16_000)
    expect(tab.get_by_text("There are new responses.")).to_be_visible()
    assert tab.locator("[data-item]").count() == before


def test_a_card_is_dragged_to_a_column_that_its_menu_leads_to_and_to_no_other(tab: Page, site: Site) -> None:
    sent_forms: list[str] = []

    def take(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent_forms.append(route.request.post_data or "")
        route.fulfill(status=204)

    tab.route("**/app/cases/**", take)
    tab.goto(address(site, "cases"))
    card = tab.locator("[data-column=waiting] .card").first
    card.drag_to(tab.locator("[data-column=open] h2"))
    assert sent_forms == []
    with tab.expect_request(lambda asked: asked.method == "POST") as sent_form:
        card.drag_to(tab.locator("[data-column=contacted] h2"))
    assert "kind=resumed" in (sent_form.value.post_data or "")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_to_its_budget(site: Site, name: str) -> None:
    reply = site.get(address(site, name).removeprefix(site.url), {})
    assert len(gzip.compress(reply["body"].encode(), 6)) <= 30_000
