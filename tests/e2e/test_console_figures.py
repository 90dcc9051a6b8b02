"""Figures in the console of the made-up company: an executive reads them, and API, files and rows have the same."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import start_stack
from tests.e2e.console_client import next_mail

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

SURVEY = "/v1/surveys/demo"
PAGES = ("/app", "/app/s/demo", "/app/s/demo/trend", "/app/s/demo/segments", "/app/s/demo/responses", "/app/cases")
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"period": "30d"},
    {"period": "365d", "segment": "plan=pro"},
    {"segment": "region=south"},
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Stack"]:
    running = start_stack(tmp_path_factory.mktemp("figures") / "local", EARSHOT_DEMO="")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def executive(stack: "Stack", browser: Browser) -> Iterator[BrowserContext]:
    """Return the browser of an executive who followed an invitation; no page writes into its console."""
    address = f"exec-{uuid4().hex[:8]}@example.com"
    made = stack.call("POST", "/v1/team/invitations", {"email": address, "name": "Ada Roth", "role": "executive"})
    assert made.status == 202, made.raw
    link, _ = next_mail(stack, address, 0)
    messages: list[str] = []
    context = browser.new_context(base_url=stack.url.replace("127.0.0.1", "localhost"))
    context.on("console", lambda line: messages.append(line.text))
    tab = context.new_page()
    tab.goto(link)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    yield context
    context.close()
    assert messages == []


@pytest.fixture
def tab(executive: BrowserContext) -> Iterator[Page]:
    page = executive.new_page()
    yield page
    page.close()


def test_an_executive_reads_the_score_what_changed_and_five_comments(stack: "Stack", tab: Page) -> None:
    tab.goto("/app")
    name = stack.call("GET", SURVEY).body["name"]
    score = stack.call("GET", f"{SURVEY}/nps?window=90d").body
    card = tab.locator("li.card").filter(has_text=name)
    expect(card.locator(".score span")).to_have_text(shown(score["nps"]))
    expect(card).to_contain_text(f"{score['responses']} responses")
    card.get_by_role("link", name=name).click()
    expect(tab.locator("dl.facts")).to_contain_text("Change")
    expect(tab.locator("dl.facts dd").first).to_contain_text("points")
    tab.get_by_role("link", name="Responses", exact=True).click()
    tab.get_by_label("Comment").select_option("true")
    tab.get_by_role("button", name="Show").click()
    expect(tab.locator("#results [data-item] blockquote").nth(4)).to_be_visible()
    comments = [quote.inner_text() for quote in tab.locator("#results [data-item] blockquote").all()[:5]]
    listed = stack.call("GET", f"{SURVEY}/responses?has_comment=true&limit=5").body["responses"]
    assert comments == [each["comment"] for each in listed]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: urlencode(filters) or "none")
def test_page_file_api_and_rows_have_the_same_figures(stack: "Stack", tab: Page, filters: dict[str, str]) -> None:
    given = {"window": filters.get("period", "90d")}
    if "segment" in filters:
        given["segment"] = filters["segment"]
    api = stack.call("GET", f"{SURVEY}/nps?{urlencode(given)}").body
    tab.goto(f"/app/s/demo?{urlencode(filters)}")
    numbers = [cell.inner_text() for cell in tab.locator("[aria-labelledby=shares] td.number a").all()]
    assert [int(number.replace(",", "")) for number in numbers] == [
        api[name] for name in ("promoters", "passives", "detractors")
    ]
    expect(tab.locator("#results figcaption").first).to_contain_text(shown(api["nps"]))
    assert tab.request.get(f"/app/s/demo.json?{urlencode(filters)}").json() == api
    rows = csv.DictReader(io.StringIO(tab.request.get(f"/app/s/demo.csv?{urlencode(filters)}").text()))
    counted = {row["score"]: int(row["responses"]) for row in rows if row["responses"] != "0"}
    scores = Counter(str(each["score"]) for each in recorded(stack, api["window"], filters.get("segment")))
    assert counted == dict(scores)
    assert sum(scores.values()) == api["responses"] > 0


def test_all_pages_open_for_an_executive(tab: Page) -> None:
    for path in PAGES:
        reply = tab.goto(path)
        assert reply is not None
        assert reply.status == 200, path


def recorded(stack: "Stack", window: dict[str, Any], segment: str | None) -> Iterator[dict[str, Any]]:
    """Yield every response of a window that counts, page by page."""
    query = {"from": window["from"], "to": window["to"], "limit": "200", "excluded": "no"}
    if segment:
        query["segment"] = segment
    while True:
        page = stack.call("GET", f"{SURVEY}/responses?{urlencode(query)}").body
        yield from page["responses"]
        if page["cursor"] is None:
            return
        query["cursor"] = page["cursor"]


def shown(score: int) -> str:
    """Return a score as English pages show it."""
    return str(score).replace("-", "\u2212")
