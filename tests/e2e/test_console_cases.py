"""Cases in the console of the stack that `make run` starts, in a real browser, with the made-up company in it."""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from earshot.adapters.dynamodb.sessions import DynamoDBSessions
from earshot.domain.sessions import Session, hash_of
from tests.e2e.conftest import start_stack
from tests.e2e.survey_client import physical

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Stack"]:
    running = start_stack(tmp_path_factory.mktemp("console") / "local", EARSHOT_DEMO="")
    yield running
    running.stop()


def url_of(stack: "Stack") -> str:
    return stack.url.replace("127.0.0.1", "localhost")


def signed_in(stack: "Stack", member: str) -> str:
    """Return the value of a cookie that a member gets who signs in."""
    token, now = f"{time.time_ns()}", int(time.time() * 1000)
    sessions = DynamoDBSessions(stack.client("dynamodb"), physical(stack, "Table"))
    sessions.start(Session(hash_of(token), member, now, now, "tests"))
    return f"{member}.{token}"


@pytest.fixture
def visit(browser: Browser, stack: "Stack") -> Iterator[Visit]:
    """Open a page as a member; afterwards the browser's console must be empty and no other host called."""
    opened: list[BrowserContext] = []
    messages: list[str] = []
    site = url_of(stack)

    def open_page(member: str, path: str, *, javascript: bool = False, width: int = 1280, **settings: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript, **settings
        )
        opened.append(context)
        cookie = {"name": f"earshot-{urlsplit(site).port}", "value": signed_in(stack, member), "url": site}
        context.add_cookies([cookie])  # type: ignore[list-item]
        tab = context.new_page()
        # The browser itself logs a page with status 409 or 422.
        tab.on("console", lambda line: messages.append(line.text) if "the server responded" not in line.text else None)
        tab.on("request", lambda request: None if request.url.startswith(site) else messages.append(request.url))
        assert tab.goto(site + path)
        return tab

    yield open_page
    for context in opened:
        context.close()
    assert messages == []


@pytest.fixture(scope="module")
def newest(stack: "Stack") -> Any:
    """Read the case of who was unhappy yesterday."""
    rows = stack.call("GET", "/v1/cases?survey=demo").body["cases"]
    newest = max(rows, key=lambda case: case["opened_at"])
    return stack.call("GET", f"/v1/cases/{newest['id']}").body


def test_the_address_of_the_stack_leads_to_the_console_and_the_printed_link_signs_in(
    stack: "Stack", browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(stack.url)
    assert tab.url.startswith(f"{url_of(stack)}/app/sign-in")
    (link,) = re.findall(r"http://\S+/app/invitation/\S+", "".join(stack.output))
    tab.goto(link)
    tab.locator("main button").click()
    expect(tab.get_by_role("heading", name="Home", exact=True)).to_be_visible()
    expect(tab.locator("main")).to_contain_text("Kiosk & Corner")
    expect(tab.locator(".me")).to_contain_text("Ines Falk")
    context.close()


def test_a_support_lead_finds_yesterdays_detractor_reads_opens_and_closes_the_case(
    stack: "Stack", visit: Visit, newest: Any
) -> None:
    owner, comment = newest["owner"], newest["responses"][0]["comment"]
    tab = visit(owner, "/app")
    tab.get_by_role("link", name="Cases", exact=True).click()
    tab.get_by_label("Owner").select_option(owner)
    tab.get_by_role("button", name="Show").click()
    card = tab.locator("[data-column=open] .card").filter(has_text=comment)
    expect(card).to_be_visible()
    card.locator("[data-open]").click()
    expect(tab.locator("blockquote.whole")).to_have_text(comment)
    expect(tab.get_by_text("To contact")).to_be_visible()

    form = tab.locator("form:has(input[value=contacted])")
    form.get_by_label("Note").fill("Rang them; the crates come with the next van.")
    form.get_by_role("button", name="Contacted").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Case:")
    expect(tab.locator("dl.facts")).to_contain_text("Contacted")
    expect(tab.locator("ol.history")).to_contain_text("Rang them; the crates come with the next van.")

    tab.locator("details#resolved, details:has(#resolved)").locator("summary").click()
    form = tab.locator("form:has(input[value=resolved])")
    form.get_by_label("Outcome").select_option("compensated")
    form.get_by_label("Root cause").select_option("delivery")
    form.get_by_role("button", name="Resolve").click()
    expect(tab.locator("dl.facts")).to_contain_text("Resolved")
    expect(tab.get_by_role("button", name="Open again")).to_be_visible()

    closed = stack.call("GET", f"/v1/cases/{newest['id']}").body
    assert (closed["state"], closed["outcome"], closed["root_cause"]) == ("resolved", "compensated", "delivery")
    assert {fact["by"] for fact in closed["facts"][1:]} == {f"member:{owner}"}
    tab.get_by_role("link", name="All cases").click()
    expect(tab.locator(".board")).not_to_contain_text(comment)


def test_the_menu_on_the_board_moves_a_case_and_leads_back(stack: "Stack", visit: Visit) -> None:
    tab = visit("oskar", "/app/cases?survey=demo")
    card = tab.locator("[data-column=contacted] .card").first
    address = card.locator("[data-open]").get_attribute("href")
    card.locator("summary").click()
    card.get_by_role("button", name="Wait for the customer").click()
    expect(tab).to_have_url(f"{url_of(stack)}/app/cases?survey=demo")
    expect(tab.locator(f"[data-column=waiting] [href='{address}']")).to_be_visible()


def test_who_was_slower_gets_the_case_as_it_is_and_keeps_what_was_typed(stack: "Stack", visit: Visit) -> None:
    case = next(
        each["id"]
        for each in stack.call("GET", "/v1/cases?survey=demo").body["cases"]
        if each["subject"] == "person" and each["state"] == "contacted" and not each["waiting"]
    )
    first, second = (visit(member, f"/app/cases/{case}") for member in ("lea", "tom"))
    for tab, words in ((first, "Called back."), (second, "Sent a credit note.")):
        tab.locator("summary").filter(has_text="Add a note").click()
        form = tab.locator("form:has(input[value=note])")
        form.get_by_label("Note").fill(words)
        form.get_by_role("button", name="Add a note").click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody else was faster")
    expect(second.locator("ol.history")).to_contain_text("Called back.")
    form = second.locator("form:has(input[value=note])")
    expect(form.get_by_label("Note")).to_have_value("Sent a credit note.")
    form.get_by_role("button", name="Add a note").click()
    expect(second.locator("ol.history")).to_contain_text("Sent a credit note.")


def test_the_page_its_files_and_the_api_have_the_same_cases(stack: "Stack", visit: Visit) -> None:
    api = {case["id"]: case for case in stack.call("GET", "/v1/cases?survey=demo").body["cases"]}
    tab = visit("oskar", "/app/cases?survey=demo")
    shown = {link.get_attribute("href") for link in tab.locator(".board [data-open]").all()}
    assert shown == {f"/app/cases/{case}" for case in api}
    rows = tab.request.get(f"{url_of(stack)}/app/cases.csv?survey=demo").text()
    assert {row["id"]: row["state"] for row in csv.DictReader(io.StringIO(rows))} == {
        name: case["state"] for name, case in api.items()
    }
    assert tab.request.get(f"{url_of(stack)}/app/cases.json?survey=demo").json()["cases"] == list(api.values())


def test_an_executive_reads_figures_and_no_words(stack: "Stack", visit: Visit, newest: Any) -> None:
    tab = visit("vera", f"/app/cases/{newest['id']}")
    expect(tab.get_by_text("no names and no words")).to_be_visible()
    assert newest["responses"][0]["comment"] not in tab.content()
    assert newest["person"] not in tab.content()
    assert tab.locator("form[action^='/app/cases/']").count() == 0
    person = stack.call("GET", f"/v1/people/{newest['person']}").body
    assert person["name"] not in visit("vera", "/app/cases").content()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_a_picture_is_taken(
    visit: Visit, newest: Any, pictures: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    pages = {"board": "/app/cases", "case": f"/app/cases/{newest['id']}", "closed": "/app/cases?state=resolved"}
    for name, path in pages.items():
        tab = visit("oskar", path, javascript=True, width=width, color_scheme=scheme)
        tab.screenshot(path=pictures / f"company-{name}-{width}-{scheme}.png", full_page=True)
