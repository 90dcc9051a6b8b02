"""The widget on the deployed stack: from a page of another origin to a counted response, and nothing from elsewhere."""

import gzip
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from playwright.sync_api import Browser, Page, expect

from earshot.pages.script import script
from tests.browser.host_pages import Earshot, serving
from tests.e2e.conftest import DIRECT
from tests.e2e.invitation_client import a_survey, an_address, ask, decisions, eventually, mail_to, score
from tests.e2e.survey_client import new_id, physical

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Reply, Stack

SHOP = "https://shop.example"


@pytest.fixture
def shop() -> Iterator[Earshot]:
    """A shop on an origin of its own, which only has pages."""
    with serving() as running:
        running.pages["/shop"] = "<!doctype html><html lang=en><title>Shop</title><main><h1>Shop</h1></main></html>"
        yield running


def post(stack: "Stack", survey: str, body: dict[str, Any], **headers: Any) -> "Reply":
    return stack.call("POST", f"/v1/surveys/{survey}/responses", body, key=False, **headers)


def responses(stack: "Stack", survey: str, number: int = 1) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        return list(stack.call("GET", f"/v1/surveys/{survey}/responses").body["responses"])

    return eventually(look, lambda found: len(found) == number)


def token(stack: "Stack", survey: str, person: str, exp: float) -> str:
    secret = stack.call("GET", f"/v1/surveys/{survey}/identity-secret").body["secret"]
    return jwt.encode({"sub": person, "exp": int(exp)}, secret)


def with_element(tab: Page, stack: "Stack", survey: str) -> None:
    """Put the element of the stack into whatever page the tab shows."""
    tab.add_script_tag(url=f"{stack.url}/widget.js")
    tab.evaluate(
        "survey => { const it = document.createElement('earshot-survey');"
        "it.setAttribute('survey', survey); document.querySelector('main').append(it) }",
        survey,
    )


# In a page


def test_a_page_of_another_origin_asks_and_its_response_is_counted(
    stack: "Stack",
    browser: Browser,
    shop: Earshot,
) -> None:
    survey = a_survey(stack, widget={"origins": [shop.url]})
    context = browser.new_context(bypass_csp=True)
    tab = context.new_page()
    tab.goto(f"{shop.url}/shop")
    with_element(tab, stack, survey)
    tab.locator("earshot-survey .body input[value='9']").check()
    tab.locator("earshot-survey .body textarea").fill("Quick.")
    tab.locator("earshot-survey .send").click()
    (kept,) = responses(stack, survey)
    assert (kept["score"], kept["comment"], kept["channel"], kept["person"]) == (9, "Quick.", "widget", None)
    assert tab.evaluate("localStorage.getItem('earshot.queue')") == "[]"
    context.close()


def test_a_page_that_the_survey_does_not_name_gets_no_question(
    stack: "Stack",
    browser: Browser,
    shop: Earshot,
) -> None:
    survey = a_survey(stack, widget={"origins": [SHOP]})
    context = browser.new_context(bypass_csp=True)
    tab = context.new_page()
    tab.goto(f"{shop.url}/shop")
    with_element(tab, stack, survey)
    tab.wait_for_timeout(700)
    assert tab.locator("earshot-survey .body fieldset").count() == 0
    context.close()


def test_the_page_behind_a_mails_link_is_enhanced_and_its_response_counted_once(
    stack: "Stack",
    browser: Browser,
    pictures: "Path",
) -> None:
    survey, address = a_survey(stack, "Acme"), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    path = mail_to(stack, address).scores[3]
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab, sent = context.new_page(), []
    tab.on("console", lambda line: sent.append(line.text))
    tab.goto(stack.url + path)
    expect(tab.locator("earshot-survey .body input:checked")).to_have_value("3")
    tab.locator("earshot-survey .body fieldset").wait_for()
    assert score(stack, survey)["responses"] == 0, "a link only preselects"
    tab.locator("earshot-survey .body input[value='8']").check()
    tab.screenshot(path=pictures / "hosted-enhanced.png")
    tab.locator("earshot-survey .send").click()
    expect(tab.locator("earshot-survey [role=status]")).to_contain_text("Thank you!")
    assert [kept["score"] for kept in responses(stack, survey)] == [8]
    tab.locator("earshot-survey [role=status] a").click()
    tab.locator("earshot-survey .body textarea").fill("Changed my mind.")
    # Back to the score of the link: three different ones within ten seconds would be a machine's.
    tab.locator("earshot-survey .body input[value='3']").check()
    tab.locator("earshot-survey .send").click()
    eventually(lambda: responses(stack, survey), lambda found: found[0]["score"] == 3)
    assert [attempt["score"] for attempt in decisions(stack, person)[0]["submissions"]] == [8, 3]
    assert (sent, context.cookies()) == ([], [])
    context.close()


def test_leaving_that_page_sends_nothing(stack: "Stack", browser: Browser) -> None:
    # Scanners of mail run scripts too: only a click on Send is a response.
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(stack.url + mail_to(stack, address).scores[0])
    tab.locator("earshot-survey .body fieldset").wait_for()
    tab.locator("earshot-survey .body input[value='1']").check()
    tab.goto("about:blank")
    tab.wait_for_timeout(500)
    assert decisions(stack, person)[0]["submissions"] == []
    context.close()


def test_what_the_server_refuses_there_its_own_page_explains(stack: "Stack", browser: Browser) -> None:
    survey, address = a_survey(stack), an_address()
    ask(stack, survey, {"email": address})
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(stack.url + mail_to(stack, address).respond)
    tab.locator("earshot-survey .body input[value='7']").check()
    stack.call("PATCH", f"/v1/surveys/{survey}", {"state": "closed"})
    tab.locator("earshot-survey .send").click()
    expect(tab.locator("main > h1")).to_have_text("This survey is closed")
    context.close()


def test_the_demo_shows_the_score_move(stack: "Stack", browser: Browser, pictures: "Path") -> None:
    before = score(stack, "demo")["responses"]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab, sent = context.new_page(), []
    tab.on("console", lambda line: sent.append(line.text))
    tab.goto(f"{stack.url}/demo")
    tab.locator("earshot-survey .body input[value='10']").check()
    tab.locator("earshot-survey .send").click()
    expect(tab.locator("#words")).to_contain_text(f"From {before + 1} response", timeout=15_000)
    tab.screenshot(path=pictures / "demo.png")
    for placement in ("popover", "bar", "modal", "tab"):
        tab.locator(f"[data-placement={placement}]").click()
        tab.locator(f"earshot-survey[made][placement={placement}]").wait_for(state="attached")
        tab.evaluate("earshot('hide')")
    assert sent == []
    assert stack.api_key not in tab.content()
    context.close()


SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("main svg text")].map(
  (text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""
OUTSIDE = """() => [...document.querySelectorAll("main svg text")].filter((text) => {
  const own = text.getBoundingClientRect(), around = text.closest("section").getBoundingClientRect();
  return own.left < around.left + 8 || own.right > around.right - 8;
}).map((text) => text.textContent)"""


def test_the_demo_speaks_the_language_chosen_at_once_and_can_be_read_on_a_phone(
    stack: "Stack", browser: Browser, pictures: "Path"
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{stack.url}/demo")
    question = tab.locator("#place earshot-survey legend")
    expect(question).to_contain_text("How likely")
    shop = tab.locator(".shop").inner_text().replace("\xa0", " ")
    expect(question).to_contain_text(shop)
    tab.locator("#language").select_option("de")
    expect(question).to_contain_text("Wie wahrscheinlich")
    tab.locator("[data-placement=popover]").click()
    popover = tab.locator("earshot-survey[made] legend")
    expect(popover).to_contain_text("Wie wahrscheinlich")
    tab.locator("#language").select_option("fr")
    expect(popover).to_contain_text("Quelle est la probabilité")
    expect(question).to_contain_text("Quelle est la probabilité")
    tab.evaluate("earshot('hide')")
    chart = tab.locator("#trend-chart")
    expect(chart).to_have_attribute("src", re.compile("width="))
    chart.evaluate("chart => chart.decode()")
    assert tab.evaluate(SMALLEST_TEXT) >= 11
    assert tab.evaluate(OUTSIDE) == []
    assert chart.evaluate("chart => chart.naturalWidth === chart.clientWidth")
    assert tab.locator("#gauge text").all_text_contents() == ["−100", "−50", "0", "50", "100"]
    tab.screenshot(path=pictures / "demo-phone.png", full_page=True)
    context.close()


# Over HTTP


def test_the_script_is_cached_by_version_and_compressed(stack: "Stack") -> None:
    request = urllib.request.Request(f"{stack.url}/widget.js", headers={"accept-encoding": "gzip"})
    with DIRECT.open(request) as reply:
        raw, headers = reply.read(), reply.headers
    assert (gzip.decompress(raw), headers["content-encoding"]) == (script().plain, "gzip")
    known = {"if_none_match": headers["etag"]}
    again = stack.call("GET", "/widget.js", key=False, accept_encoding="gzip", **known)
    assert (again.status, again.raw) == (304, b"")
    # The other form of the file has another tag.
    assert stack.call("GET", "/widget.js", key=False, accept_encoding="identity", **known).status == 200
    version = stack.call("GET", f"/widget/{script().version}.js", key=False)
    assert (version.raw, "immutable" in version.headers["cache-control"]) == (script().plain, True)
    assert stack.call("GET", "/widget/0123456789abcdef.js", key=False).status == 404


@pytest.mark.parametrize(
    ("origin", "status", "allowed"), [(SHOP, 202, SHOP), ("https://evil.example", 403, "*"), (None, 202, "*")]
)
def test_only_pages_the_survey_names_may_post(
    stack: "Stack", origin: str | None, status: int, allowed: str | None
) -> None:
    survey = a_survey(stack, widget={"origins": [SHOP]})
    headers: dict[str, Any] = {"origin": origin} if origin else {}
    reply = post(stack, survey, {"score": 9}, **headers)
    assert (reply.status, reply.headers.get("access-control-allow-origin")) == (status, allowed)
    preflight = stack.call("OPTIONS", f"/v1/surveys/{survey}/responses", key=False, **headers)
    assert preflight.headers.get("access-control-allow-origin") == "*"
    wrong = post(stack, survey, {"score": 11}, **headers)
    assert (wrong.status, wrong.headers.get("access-control-allow-origin")) == (403 if status == 403 else 400, "*")


def test_one_network_may_send_only_so_many_responses_a_minute(stack: "Stack") -> None:
    survey = a_survey(stack, widget={"rate": 3})
    time.sleep(max(0, 3 - (60 - time.time() % 60)))  # not across the turn of a minute
    replies = [post(stack, survey, {"score": 9}) for _ in range(5)]
    if len({reply.status for reply in replies}) == 1:
        pytest.fail(f"nobody was refused: {[reply.status for reply in replies]}")
    refused = replies[-1]
    assert (refused.status, 1 <= int(refused.headers["retry-after"]) <= 60) == (429, True)
    assert "more than 3 responses a minute" in refused.body["detail"]
    assert stack.call("POST", f"/v1/surveys/{survey}/responses", {"score": 9}).status == 202, "a key is not counted"
    assert len(responses(stack, survey, 4)) == 4


def test_beyond_the_hourly_cap_only_signed_and_keyed_responses_are_taken(stack: "Stack") -> None:
    survey, person = a_survey(stack, widget={"hourly_cap": 3}), f"c-{new_id()}"
    time.sleep(max(0, 3 - (3600 - time.time() % 3600)))  # not across the turn of an hour
    assert [post(stack, survey, {"score": 9}).status for _ in range(3)] == [202] * 3
    held = post(stack, survey, {"score": 9})
    assert (held.status, 1 <= int(held.headers["retry-after"]) <= 3600) == (429, True)
    assert "accepts 3 responses an hour" in held.body["detail"]
    signed = token(stack, survey, person, time.time() + 60)
    assert post(stack, survey, {"score": 9, "token": signed}).status == 202
    assert stack.call("POST", f"/v1/surveys/{survey}/responses", {"score": 9}).status == 202
    assert len(responses(stack, survey, 5)) == 5


def test_a_signed_token_identifies_the_respondent_and_anything_else_does_not(stack: "Stack") -> None:
    survey, person = a_survey(stack), f"c-{new_id()}"
    now, shown = time.time(), new_id()
    reported = {"token": token(stack, survey, person, now + 60), "event": "shown", "id": shown}
    assert stack.call("POST", f"/v1/surveys/{survey}/widget", reported, key=False).status == 200
    time.sleep(5)  # a token is good for a minute longer than it says: this one was when the question was shown
    good = {
        "at once": {"token": token(stack, survey, person, now + 60)},
        "shown in time": {"id": shown, "token": token(stack, survey, person, now - 57)},
    }
    bad = {
        "over": {"token": token(stack, survey, person, now - 600)},
        "over, under an id that was not shown": {"token": token(stack, survey, person, now - 57)},
        "dated back": {"id": new_id(int((now - 3600) * 1000)), "token": token(stack, survey, person, now - 1800)},
        "over before it was shown": {"id": new_id(), "token": token(stack, survey, person, now - 120)},
        "good for too long": {"token": token(stack, survey, person, now + 32 * 86_400)},
        "of another survey": {"token": token(stack, "demo", person, now + 60)},
        "no token": {"token": "not.a.token"},
    }
    for body in good.values():
        reply = post(stack, survey, {"score": 6, **body})
        assert (reply.status, reply.body["ignored"]) == (202, [])
    for name, body in bad.items():
        reply = post(stack, survey, {"score": 6, **body})
        assert (reply.status, [one["field"] for one in reply.body["ignored"]]) == (202, ["token"]), name
    kept = responses(stack, survey, len(good) + len(bad))
    assert sorted(str(response["person"]) for response in kept) == sorted([person] * len(good) + ["None"] * len(bad))


def test_an_identity_secret_that_leaked_is_ended_at_once(stack: "Stack") -> None:
    survey, person = a_survey(stack), f"c-{new_id()}"
    path, address = f"/v1/surveys/{survey}/identity-secret", f"{person}@example.com"
    no = {"suppressions": [{"email": address, "reason": "unsubscribed"}]}
    assert stack.call("POST", "/v1/suppressions", no).status == 200
    leaked = token(stack, survey, person, time.time() + 600)
    for generation, hours, status in ((1, 1, 200), (2, 0, 401)):
        wish = {"generation": generation, "former_good_for_hours": hours}
        assert stack.call("POST", path, wish).body["generation"] == generation + 1
        assert stack.call("POST", path, wish).status == 409
        known = stack.call("POST", f"/v1/surveys/{survey}/widget", {"token": leaked}, key=False)
        assert known.status == status
        sent = post(stack, survey, {"score": 6, "token": leaked}).body["ignored"]
        assert [one["field"] for one in sent] == ([] if status == 200 else ["token"])
        leaked = token(stack, survey, person, time.time() + 600) if hours else leaked
        assert stack.call("POST", f"/v1/surveys/{survey}/widget", {"token": leaked}, key=False).status == status
    assert ask(stack, survey, {"email": address})["reason"] == "suppressed"


def test_an_identified_visitor_is_not_asked_again_too_soon(stack: "Stack") -> None:
    survey, person = a_survey(stack, rules={"quiet_days": 30}), f"c-{new_id()}"
    known = token(stack, survey, person, time.time() + 60)
    path = f"/v1/surveys/{survey}/widget"
    assert stack.call("POST", path, {"token": known}, key=False).body == {"ask": True}
    post(stack, survey, {"score": 6, "token": known})
    eventually(
        lambda: stack.call("POST", path, {"token": known}, key=False).body, lambda reply: reply == {"ask": False}
    )
    refused = stack.call("POST", path, {"token": "a.b.c"}, key=False)
    assert (refused.status, refused.body["detail"]) == (401, "token: it is not a JSON Web Token (RFC 7519)")


def test_a_person_who_closed_it_on_one_device_is_asked_on_no_other(
    stack: "Stack", browser: Browser, shop: Earshot
) -> None:
    survey, person = a_survey(stack), f"c-{new_id()}"
    known = token(stack, survey, person, time.time() + 600)

    def visit(who: str) -> Page:
        tab = browser.new_context(bypass_csp=True).new_page()
        tab.goto(f"{shop.url}/shop")
        tab.add_script_tag(url=f"{stack.url}/widget.js")
        tab.evaluate("([who, survey]) => { earshot('identify', who); earshot('show', {survey}) }", [who, survey])
        return tab

    first = visit(known)
    first.locator("earshot-survey .close").click()
    eventually(lambda: shown_to(stack, survey), lambda items: len(items) == 1)
    (item,) = shown_to(stack, survey)
    assert person not in str(item)
    assert 29.9 < (int(item["expires"]["N"]) - time.time()) / 86_400 < 30.1
    second, other = visit(known), visit(token(stack, survey, f"c-{new_id()}", time.time() + 600))
    expect(other.locator("earshot-survey fieldset")).to_be_visible()
    assert second.locator("earshot-survey fieldset").count() == 0
    stack.call("PUT", f"/v1/people/{person}", {"id": person, "name": "Ann"})
    stack.call("DELETE", f"/v1/people/{person}?id={person}")
    assert [kept for kept in shown_to(stack, survey) if kept["sk"] == item["sk"]] == []
    for tab in (first, second, other):
        tab.context.close()


def shown_to(stack: "Stack", survey: str) -> list[dict[str, Any]]:
    """Read what the table keeps of a survey's showings."""
    found = stack.client("dynamodb").query(
        TableName=physical(stack, "Table"),
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"W#{survey}"}},
    )
    return list(found["Items"])


def test_the_public_id_opens_nothing(stack: "Stack") -> None:
    survey = a_survey(stack)
    for path in ("", "/nps", "/responses", "/identity-secret"):
        assert stack.call("GET", f"/v1/surveys/{survey}{path}", key=False).status == 401
    config = stack.call("GET", f"/v1/surveys/{survey}/widget?lang=he", key=False)
    assert json.loads(config.raw)["direction"] == "rtl"
    assert set(config.body) == {
        "survey", "open", "language", "direction", "placement", "texts", "link", "colors", "targeting",
        "tracked", "partials",
    }  # fmt: skip
