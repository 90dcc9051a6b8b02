"""Signing in by mail and by invitation, and all that must not sign anybody in."""

import io
import json
import re
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import pytest

from earshot import bootstrap
from earshot.api.http import ALWAYS
from earshot.domain.errors import NotFoundError
from earshot.domain.members import Member, removed
from earshot.domain.sessions import form_token
from earshot.domain.sign_ins import (
    ASKED_FOR_AN_ADDRESS,
    ASKED_FROM_A_CDN,
    ASKED_FROM_A_NETWORK,
    ASKING_MS,
    CODES_A_DAY,
    INVITATION_MS,
    MOST_TRIES,
)
from earshot.observability import logger
from tests.aws_events import http_event, load_event, route_of, samples, sqs_event
from tests.factories import NOON, make_member
from tests.unit.functions.conftest import World, load

KIM = make_member("kim", made_at=NOON - 1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SESSION, ASKING = "__Host-earshot", "__Host-earshot-asking"
Reply = dict[str, Any]


@dataclass
class Browser:
    """A browser with its cookies, which sends forms as pages of ours do."""

    address: str = "192.0.2.1"
    cookies: dict[str, str] = field(default_factory=dict)
    site: str | None = "same-origin"

    def get(self, path: str, method: str = "GET", query: str = "") -> Reply:
        return self._send(method, path, query=query)

    def post(self, path: str, **fields: str) -> Reply:
        return self._send("POST", path, "&".join(f"{name}={value}" for name, value in fields.items()))

    def _send(self, method: str, path: str, body: str | None = None, query: str = "") -> Reply:
        headers = {"content-type": "application/x-www-form-urlencoded", "user-agent": FIREFOX}
        headers |= {"sec-fetch-site": self.site} if self.site and method == "POST" else {}
        sent = [f"{name}={value}" for name, value in self.cookies.items()]
        event = http_event(route_of(method, path), path, body, query=query, headers=headers, cookies=sent)
        event["requestContext"]["http"]["sourceIp"] = self.address
        reply: Reply = load("sign_in").lambda_handler(event, None)
        for cookie in reply.get("cookies", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        return reply


@pytest.fixture(autouse=True)
def team(world: World) -> World:
    world.members.put(KIM, None)
    return world


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream.getvalue


def at(monkeypatch: pytest.MonkeyPatch, later: int) -> None:
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + later)


def ask(browser: Browser, address: str = "kim%40example.com", page: str = "") -> Reply:
    return browser.post("/app/sign-in", email=address, next=page)


def send_mails(world: World) -> None:
    """Run sync_crm on what waits in the queue of deliveries."""
    tasks, world.delivery_queue.tasks = world.delivery_queue.tasks, []
    event = sqs_event([dict(task) for task, _ in tasks], "DeliveryQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}


def text_of(mime: bytes) -> str:
    body = message_from_bytes(mime, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def mailed(world: World) -> tuple[str, str]:
    """Return the path of the link and the code of the last mail."""
    send_mails(world)
    text = text_of(world.mailer.sent[-1][2])
    link = re.search(r"https://earshot\.example\.com(\S+)", text)
    code = re.search(r"^(\d{3}) (\d{3})\s*$", text, re.MULTILINE)
    assert link is not None
    return link[1], code[1] + code[2] if code else ""


def title_of(reply: Reply) -> str:
    found = re.search(r"<h1>(.*)</h1>", reply["body"])
    return unescape(found[1]) if found else ""


def is_signed_in(browser: Browser) -> bool:
    event = http_event("POST /app/sign-out", "/app/sign-out")
    event["cookies"] = [f"{name}={value}" for name, value in browser.cookies.items()]
    try:
        request = load("sign_in").Request(event)
        load("sign_in").visitor_of(request, bootstrap.now(), sessions=bootstrap.sessions(), site=bootstrap.site())
    except load("sign_in").NotSignedInError:
        return False
    return True


def invite() -> str:
    return str(load("sign_in").lambda_handler({"member": "kim"}, None)["path"])


def sessions_of(world: World) -> list[str]:
    return [session.member for session in world.sessions.kept.values()]


# --- the ways in ---


def test_the_link_of_the_mail_signs_in_with_a_button_in_the_browser_that_asked(world: World) -> None:
    browser = Browser()
    assert title_of(browser.get("/app/sign-in", query="next=%2Fapp%2Fcases")) == "Sign in"
    reply = ask(browser, page="%2Fapp%2Fcases%3Fstate%3Dopen")
    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/app/sign-in/code")
    link, _ = mailed(world)
    shown = browser.get(link)
    assert (shown["statusCode"], title_of(shown)) == (200, "Sign in to Earshot")
    assert not is_signed_in(browser)
    taken = browser.post(link)
    assert (taken["statusCode"], taken["headers"]["location"]) == (303, "/app/cases?state=open")
    assert is_signed_in(browser)
    assert ASKING not in browser.cookies
    (session,) = world.sessions.kept.values()
    assert (session.member, session.made_at, session.browser) == ("kim", NOON, "Firefox on Linux")


def test_the_code_of_the_mail_signs_in_where_it_was_asked_for(world: World) -> None:
    browser = Browser()
    ask(browser)
    assert title_of(browser.get("/app/sign-in/code")) == "Look into your mailbox"
    _, code = mailed(world)
    taken = browser.post("/app/sign-in/code", code=f"+{code[:3]}+{code[3:]}")
    assert (taken["statusCode"], taken["headers"]["location"]) == (303, "/app")
    assert is_signed_in(browser)


def test_an_invitation_signs_in_with_a_button_in_any_browser_once(world: World) -> None:
    path, browser, other = invite(), Browser(), Browser()
    shown = browser.get(path)
    assert "You are invited to the team as Kim." in shown["body"]
    assert not is_signed_in(browser)
    assert browser.post(path)["headers"]["location"] == "/app"
    assert is_signed_in(browser)
    for method in ("GET", "POST"):
        again = other.post(path) if method == "POST" else other.get(path)
        assert (again["statusCode"], title_of(again)) == (410, "This invitation is over")
    assert sessions_of(world) == ["kim"]


def test_an_invitation_comes_by_mail_to_the_members_own_address(world: World) -> None:
    world.delivery_queue.send([({"team_invitation": "kim", "correlation": "c"}, 0)])
    link, code = mailed(world)
    assert (world.mailer.sent[-1][1], code) == ("kim@example.com", "")
    browser = Browser()
    browser.post(link)
    assert is_signed_in(browser)


def test_signing_out_ends_the_session_for_good(world: World) -> None:
    browser = Browser()
    browser.post(invite())
    kept = Browser(cookies=dict(browser.cookies))
    token = form_token(browser.cookies[SESSION].partition(".")[2])
    assert browser.post("/app/sign-out", token=token)["headers"]["location"] == "/app/sign-in"
    assert SESSION not in browser.cookies
    assert not is_signed_in(kept)
    assert world.sessions.kept == {}
    assert browser.post("/app/sign-out")["statusCode"] == 303


# --- what signs nobody in ---


def test_programs_that_open_a_link_take_nothing_from_it(world: World) -> None:
    browser, scanner = Browser(), Browser("198.51.100.7")
    ask(browser)
    link, _ = mailed(world)
    for _ in range(2):
        assert scanner.get(link)["statusCode"] == 200
        assert browser.get(link)["statusCode"] == 200
    assert world.sessions.kept == {}
    browser.post(link)
    assert is_signed_in(browser)


def test_in_another_browser_the_link_says_how_to_use_the_code_and_signs_nobody_in(world: World) -> None:
    browser, other = Browser(), Browser()
    ask(browser)
    link, _ = mailed(world)
    assert title_of(other.get(link)) == "This link does not work in this browser"
    assert "six-digit code" in other.get(link)["body"]
    assert other.post(link)["statusCode"] == 410
    ask(other, "lee%40example.com")
    assert other.post(link)["statusCode"] == 410
    assert world.sessions.kept == {}
    browser.post(link)
    assert is_signed_in(browser)


def test_a_link_works_once_and_its_code_no_more(world: World) -> None:
    browser = Browser()
    ask(browser)
    asked = dict(browser.cookies)
    link, code = mailed(world)
    browser.post(link)
    again = Browser(cookies=asked)
    assert again.get(link)["statusCode"] == 200
    assert again.post(link)["statusCode"] == 410
    assert again.post("/app/sign-in/code", code=code)["statusCode"] == 422
    assert sessions_of(world) == ["kim"]


def test_after_ten_minutes_neither_link_nor_code_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser()
    ask(browser)
    link, code = mailed(world)
    at(monkeypatch, ASKING_MS)
    assert title_of(browser.get(link)) == "This link does not work in this browser"
    assert browser.post(link)["statusCode"] == 410
    assert "older than ten minutes" in browser.post("/app/sign-in/code", code=code)["body"]
    assert world.sessions.kept == {}


def test_after_three_days_an_invitation_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = invite()
    at(monkeypatch, INVITATION_MS)
    assert Browser().post(path)["statusCode"] == 410
    at(monkeypatch, INVITATION_MS - 1)
    assert Browser().post(path)["statusCode"] == 303
    assert sessions_of(world) == ["kim"]


@pytest.mark.parametrize(
    "changed", [removed(KIM, NOON), replace(KIM, email="new@example.com", revision=2), replace(KIM, made_at=NOON + 1)]
)
def test_who_was_removed_or_moved_signs_in_with_nothing_sent_before(world: World, changed: Member) -> None:
    browser, path = Browser(), invite()
    ask(browser)
    link, code = mailed(world)
    world.members.kept["kim"] = changed
    assert browser.post(link)["statusCode"] == 410
    assert browser.post("/app/sign-in/code", code=code)["statusCode"] == 422
    assert Browser().post(path)["statusCode"] == 410
    assert world.sessions.kept == {}


def test_a_code_is_guessed_five_times_and_then_even_the_right_one_is_none(world: World) -> None:
    browser = Browser()
    ask(browser)
    link, code = mailed(world)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(MOST_TRIES):
        reply = browser.post("/app/sign-in/code", code=wrong)
        assert (reply["statusCode"], "not the code" in reply["body"]) == (422, True)
    assert "tried too often" in browser.post("/app/sign-in/code", code=code)["body"]
    assert world.sessions.kept == {}
    # Who has the mailbox still gets in.
    browser.post(link)
    assert is_signed_in(browser)


def test_asking_again_gives_no_more_guesses_than_twenty_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    guesses = 0
    for hour in range(10):
        at(monkeypatch, hour * 3_600_000)
        for _ in range(ASKED_FOR_AN_ADDRESS):
            browser = Browser(f"10.{hour}.0.1")
            ask(browser)
            send_mails(world)
            for _ in range(MOST_TRIES):
                guesses += browser.post("/app/sign-in/code", code="123456")["statusCode"] == 422
    assert guesses == CODES_A_DAY
    link, code = mailed(world) if world.delivery_queue.tasks else ("", "")
    assert (link, code) == ("", "")
    assert world.sessions.kept == {}


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_no_try(world: World, code: str) -> None:
    browser = Browser()
    ask(browser)
    _, good = mailed(world)
    for _ in range(MOST_TRIES + 1):
        assert browser.post("/app/sign-in/code", code=code)["statusCode"] == 422
    browser.post("/app/sign-in/code", code=good)
    assert is_signed_in(browser)


def test_a_code_is_good_in_no_browser_but_the_one_that_asked(world: World) -> None:
    browser, other = Browser(), Browser()
    ask(browser)
    _, code = mailed(world)
    assert other.post("/app/sign-in/code", code=code)["statusCode"] == 422
    assert other.get("/app/sign-in/code")["headers"]["location"] == "/app/sign-in"
    ask(other, "lee%40example.com")
    assert other.post("/app/sign-in/code", code=code)["statusCode"] == 422
    assert world.sessions.kept == {}


def test_signing_in_always_makes_a_new_session(world: World) -> None:
    browser = Browser(cookies={SESSION: "kim.planted", ASKING: "planted"})
    ask(browser)
    assert browser.cookies[ASKING] != "planted"
    link, _ = mailed(world)
    browser.post(link)
    assert browser.cookies[SESSION] != "kim.planted"
    assert not is_signed_in(Browser(cookies={SESSION: "kim.planted"}))
    first = browser.cookies[SESSION]
    browser.post(invite())
    assert browser.cookies[SESSION] != first
    assert len(world.sessions.kept) == 2


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_no_page_of_another_site_signs_anybody_in_or_out(world: World, site: str | None) -> None:
    browser = Browser()
    ask(browser)
    link, code = mailed(world)
    path = invite()
    browser.site = site
    posts = [
        ("/app/sign-in", {"email": "kim%40example.com"}),
        (link, {}),
        (path, {}),
        ("/app/sign-in/code", {"code": code}),
    ]
    for where, fields in posts:
        reply = browser.post(where, **fields)
        assert (reply["statusCode"], title_of(reply)) == (403, "This form was not sent from here")
    assert world.sessions.kept == {}
    assert world.delivery_queue.tasks == []
    browser.site = "same-origin"
    browser.post(path)
    browser.site = site
    token = form_token(browser.cookies[SESSION].partition(".")[2])
    assert browser.post("/app/sign-out", token=token)["statusCode"] == 403
    browser.site = "same-origin"
    assert browser.post("/app/sign-out", token="guessed")["statusCode"] == 403
    assert is_signed_in(browser)


# --- who is not known, and who asks too often ---


def test_an_unknown_address_gets_the_same_reply_and_the_same_work_and_no_mail(world: World) -> None:
    known, unknown = Browser(), Browser()
    replies = [ask(known), ask(unknown, "nobody%40example.com")]
    first, second = ({**each, "cookies": [], "headers": each["headers"]} for each in replies)
    assert first == second
    assert [sorted(task) for task, _ in world.delivery_queue.tasks] == [["address", "correlation", "sign_in"]] * 2
    writes = world.rate_limits.writes
    assert writes == 4
    send_mails(world)
    assert [recipient for _, recipient, _ in world.mailer.sent] == ["kim@example.com"]
    wrong = [each.post("/app/sign-in/code", code="000000")["body"] for each in (known, unknown)]
    assert wrong[0] == wrong[1]


def test_the_mail_goes_to_the_address_that_the_member_has_and_not_to_the_typed_one(world: World) -> None:
    ask(Browser(), "KIM%40EXAMPLE.COM")
    send_mails(world)
    assert [recipient for _, recipient, _ in world.mailer.sent] == ["kim@example.com"]


def test_who_was_removed_gets_no_mail(world: World) -> None:
    world.members.kept["kim"] = removed(KIM, NOON)
    ask(Browser())
    world.delivery_queue.send([({"team_invitation": "kim"}, 0)])
    send_mails(world)
    assert world.mailer.sent == []


def test_an_address_gets_five_mails_an_hour_whoever_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(ASKED_FOR_AN_ADDRESS):
        assert ask(Browser(f"10.0.{number}.1"))["statusCode"] == 303
    refused = ask(Browser("10.1.0.1"), "Kim%40example.com")
    assert (refused["statusCode"], refused["headers"]["retry-after"]) == (429, "3600")
    assert "try again in 60 minutes" in refused["body"]
    assert len(world.delivery_queue.tasks) == ASKED_FOR_AN_ADDRESS
    at(monkeypatch, 3_600_000)
    assert ask(Browser("10.1.0.1"))["statusCode"] == 303


def test_a_network_asks_twenty_times_an_hour_for_anybody(world: World) -> None:
    for number in range(ASKED_FROM_A_NETWORK):
        assert ask(Browser(f"10.0.0.{number}"), f"a{number}%40example.com")["statusCode"] == 303
    assert ask(Browser("10.0.0.99"), "kim%40example.com")["statusCode"] == 429
    assert ask(Browser("10.0.1.1"), "kim%40example.com")["statusCode"] == 303
    assert len(world.delivery_queue.tasks) == ASKED_FROM_A_NETWORK + 1


def test_behind_a_cdn_the_visitors_network_has_its_limit_and_the_edge_another(world: World) -> None:
    def from_edge(viewer: str, number: int) -> int:
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        event = http_event(
            "POST /app/sign-in", body=f"email=a{number}%40example.com", headers=headers | {"x-earshot-viewer": viewer}
        )
        return int(load("sign_in").lambda_handler(event, None)["statusCode"])

    assert [from_edge("203.0.113.5", number) for number in range(ASKED_FROM_A_NETWORK + 1)][-1] == 429
    for number in range(ASKED_FROM_A_NETWORK + 1, ASKED_FROM_A_CDN):
        assert from_edge(f"10.{number // 250}.{number % 250}.1", number) == 303
    # What a visitor says of themselves ends there.
    assert from_edge("172.16.0.1", 9999) == 429


@pytest.mark.parametrize(
    "address", ["", "kim", "kim%40", "%40example.com", "a%40b%40c.com", "kim%40example.com%0d%0ax"]
)
def test_what_is_no_address_is_asked_for_again_with_what_was_typed(world: World, address: str) -> None:
    reply = ask(Browser(), address, page="%2Fapp%2Fcases")
    assert (reply["statusCode"], 'value="/app/cases"' in reply["body"]) == (422, True)
    assert "This is not an e-mail address" in reply["body"]
    assert world.delivery_queue.tasks == []


def test_markup_in_an_address_or_in_a_name_stays_text(world: World) -> None:
    reply = ask(Browser(), "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<script" not in reply["body"]
    world.members.kept["kim"] = replace(KIM, name="<script>alert(1)</script>")
    path = invite()
    assert "<script" not in Browser().get(path)["body"]
    ask(Browser())
    send_mails(world)
    html = message_from_bytes(world.mailer.sent[-1][2], policy=policy.default).get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()


# --- the replies themselves ---


def test_every_page_is_private_has_no_script_and_tells_no_other_site_its_address(world: World) -> None:
    browser = Browser()
    ask(browser)
    link, _ = mailed(world)
    shown = [browser.get(path) for path in ("/app/sign-in", "/app/sign-in/code", link, "/app/sign-in/x", invite())]
    shown += [browser.post("/app/sign-in/code", code="x"), browser.get("/app/invitation/none")]
    for reply in shown:
        headers = reply["headers"]
        assert headers["content-security-policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'"
        )
        assert headers["cache-control"] == "no-store, private"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers.items() >= ALWAYS.items()
        assert "<script" not in reply["body"]
        assert "style=" not in reply["body"]


def test_the_cookies_are_of_this_host_alone_and_no_script_reads_them(world: World) -> None:
    browser = Browser()
    cookies = [*ask(browser)["cookies"], *browser.post(mailed(world)[0])["cookies"]]
    attributes = [each.partition("; ")[2] for each in cookies]
    assert attributes == [
        f"Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax; Secure" for seconds in (600, 30 * 86_400, 0)
    ]


def test_the_log_says_who_signed_in_how_and_has_neither_address_nor_token(world: World, lines: Any) -> None:
    browser = Browser()
    ask(browser)
    link, code = mailed(world)
    browser.post(link)
    browser.post(invite())
    written = [json.loads(line) for line in lines().splitlines()]
    actions = [(each["action"], each.get("member")) for each in written if each["message"] == "audit"]
    assert actions == [("sign in by link", "kim"), ("make an invitation", None), ("sign in by invitation", "kim")]
    secrets = ["kim@example.com", link, code, browser.cookies[SESSION], "invitation/"]
    assert [each for each in secrets if each in lines()] == []


def test_nothing_that_is_kept_or_queued_identifies_a_session_or_opens_a_link(world: World) -> None:
    browser = Browser()
    ask(browser)
    queued = str(world.delivery_queue.tasks)
    link, code = mailed(world)
    kept = str(world.sign_ins.askings)
    asked = browser.cookies[ASKING]
    browser.post(link)
    kept += str(world.sessions.kept)
    token = browser.cookies[SESSION].partition(".")[2]
    assert [each for each in (link.rpartition("/")[2], code, asked, token) if each in kept + queued] == []


def test_a_failure_is_a_page_without_details(world: World, monkeypatch: pytest.MonkeyPatch, lines: Any) -> None:
    def fail(_: str) -> None:
        raise RuntimeError("kim@example.com")

    monkeypatch.setattr(world.sign_ins, "invitation", fail)
    reply = Browser().get("/app/invitation/x")
    assert (reply["statusCode"], title_of(reply)) == (500, "Something went wrong")
    assert "kim@example.com" not in reply["body"]


def test_an_invitation_of_nobody_is_not_made(world: World) -> None:
    with pytest.raises(NotFoundError):
        load("sign_in").lambda_handler({"member": "lee"}, None)
    assert world.sign_ins.invitations == {}


@pytest.mark.parametrize("sample", samples("sign_in"))
def test_every_sample_gets_a_reply(world: World, sample: str) -> None:
    event = load_event(sample)
    reply = load("sign_in").lambda_handler(event, None)
    assert reply.get("statusCode", 200) < 500
