"""What a person sends goes out whatever the browser withholds, or the widget says so; no label costs a score."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from earshot.api.responses import Arrival, read_response
from earshot.pages.forms import ResponseForm
from tests.browser import faults
from tests.browser.conftest import FLAGS, NAMES
from tests.browser.host_pages import Earshot, serving

NEUTRAL = "Thank you for taking the time."
THANKS = "Thank you!"
NOT_SENT = "Your answer has not been sent yet."
SEND_SCORE = "earshot-survey .send"
STATUS = "earshot-survey [role=status]"
CANNOT_FETCH = (
    "window.fetch = (url, given = {}) => given.method === 'POST' ? Promise.reject(new Error()) : real(url, given)"
)
NO_WAY = f"""
{{ const real = fetch; {CANNOT_FETCH} }}
XMLHttpRequest.prototype.open = () => {{ throw new Error("no") }};
Navigator.prototype.sendBeacon = () => {{ throw new Error("no") }};
"""

# What a page that is gone left in its storage, among rubbish.
LEFT_ID = "0199c1de-0000-7000-8000-000000000000"
LEFT_BODY = json.dumps({"id": LEFT_ID, "score": 4, "final": True})
LEFT = json.dumps([None, {"id": LEFT_ID, "url": "/v1/surveys/demo/responses", "body": LEFT_BODY, "born": "BORN"}])
LEFT = LEFT.replace('"BORN"', "BORN")


@pytest.fixture
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        running.scripts["fast"] = faults.FAST
        yield running


@pytest.fixture
def visit(browser: Browser, earshot: Earshot) -> Iterator[Callable[..., Page]]:
    """Open a page after scripts of a host page ran, given by their text; console lines are in `tab.errors`."""
    contexts: list[BrowserContext] = []

    def open_page(path: str, *scripts: str, wait: bool = True) -> Page:
        names = [f"given{index}" for index, _ in enumerate(scripts)]
        earshot.scripts |= dict(zip(names, scripts, strict=True))
        context = browser.new_context()
        contexts.append(context)
        tab = context.new_page()
        tab.goto(
            earshot.url + path + "".join(f"{'&' if '?' in path or at else '?'}with={n}" for at, n in enumerate(names))
        )
        if wait:
            tab.locator("earshot-survey fieldset").first.wait_for(state="attached")
        return tab

    yield open_page
    for context in contexts:
        context.close()


def respond(tab: Page | Frame, score: int, comment: str = "") -> None:
    tab.locator(f"earshot-survey input[value='{score}']").check()
    if comment:
        tab.locator("earshot-survey textarea").fill(comment)
    tab.locator(SEND_SCORE).click()


def arrived(earshot: Earshot, tab: Page, score: int) -> dict[str, Any]:
    """Wait for the response; it is one, it is complete, and the strict reader of a key takes it as it is."""
    for _ in range(150):
        if earshot.responses:
            break
        tab.wait_for_timeout(100)
    assert {(one["id"], one["score"], one["final"]) for one in earshot.responses} == {
        (earshot.responses[0]["id"], score, True)
    }
    response = earshot.responses[0]
    signed = {name: value for name, value in response.items() if name != "token"}
    read_response(signed, Arrival("demo", 1_900_000_000_000, True, "test", lambda _: ""))
    return response


def thanked(tab: Page | Frame, timeout: float = 15_000) -> None:
    expect(tab.locator(STATUS)).to_contain_text(THANKS, timeout=timeout)


# Class A: whatever a browser withholds or a host page breaks


@pytest.mark.parametrize(
    ("preferences", "path"),
    [
        ({"block_third_party_cookies": True, "cookie_controls_mode": 1}, "/framed?of=http://localhost:PORT/inline"),
        ({"default_content_setting_values": {"cookies": 2}}, "/inline"),
    ],
    ids=["third party", "all"],
)
def test_a_response_goes_out_where_storage_is_blocked_with_cookies(
    browser: Browser, earshot: Earshot, preferences: dict[str, Any], path: str
) -> None:
    with tempfile.TemporaryDirectory(prefix="earshot-profile-") as folder:
        (Path(folder) / "Default").mkdir()
        (Path(folder) / "Default/Preferences").write_text(json.dumps({"profile": preferences}))
        place = next(filter(None, map(shutil.which, NAMES)))
        context = browser.browser_type.launch_persistent_context(folder, executable_path=place, args=FLAGS)
        try:
            tab = context.new_page()
            tab.goto(earshot.url + path.replace("PORT", earshot.url.rpartition(":")[2]))
            frame = tab.frames[-1]
            frame.locator("earshot-survey fieldset").wait_for()
            respond(frame, 8)
            thanked(frame)
            arrived(earshot, tab, 8)
        finally:
            context.close()


@pytest.mark.parametrize("sandbox", ["allow-scripts allow-forms", "allow-scripts"])
@pytest.mark.parametrize("way", ["click", "Enter"])
def test_a_response_goes_out_of_a_sandboxed_frame(
    earshot: Earshot, visit: Callable[..., Page], sandbox: str, way: str
) -> None:
    tab = visit(f"/framed?of=/inline&sandbox={sandbox}", wait=False)
    frame = tab.frames[-1]
    frame.locator("earshot-survey fieldset").wait_for()
    if way == "click":
        respond(frame, 8)
    else:
        frame.locator("earshot-survey input[value='8']").check()
        frame.locator("earshot-survey input[value='8']").press("Enter")
    thanked(frame)
    arrived(earshot, tab, 8)


HOSTS = {
    "Array.prototype.toJSON": """
Array.prototype.toJSON = function () { return "[" + this.map((each) => JSON.stringify(each)).join(", ") + "]" };
""",
    "Prototype 1.6": faults.PROTOTYPE_JS,
    "MooTools": faults.MOOTOOLS,
    "Object.prototype": faults.POLLUTED,
    "Object.prototype has our names": faults.OUR_NAMES,
    **{f"{kind} {fault}": script for kind, all_of in faults.KINDS.items() for fault, script in all_of.items()},
    "fetch gives nothing": faults.POSTING.replace("POST :", "undefined :"),
    "fetch is opaque": faults.POSTING.replace("POST :", "Promise.resolve({ status: 0, ok: false }) :"),
    "fetch gives nothing good": faults.POSTING.replace("POST :", "Promise.resolve(new Response(null)) :"),
    "fetch gives a page": faults.POSTING.replace(
        "POST :", "Promise.resolve(new Response('<h1>Log in</h1>', { headers: { 'content-type': 'text/html' } })) :"
    ),
    "names of the page's own": faults.TAKEN_NAMES,
    "timers that pass nothing on": faults.BARE_TIMERS,
    "fetch wrapped by the page": faults.WRAPPED_FETCH,
    "no sheets and no events to construct": faults.OLD_SAFARI,
    "crypto gives zeros": "Crypto.prototype.getRandomValues = (bytes) => bytes;",
    "Date.now gives fractions": "{ const { now } = Date; Date.now = () => now() + 0.5 }",
    "timers of a frozen clock": "{ const now = Date.now(); Date.now = () => now }",
}


@pytest.mark.parametrize(
    "host", ["names of the page's own", "timers that pass nothing on", "fetch wrapped by the page"]
)
def test_a_busy_server_is_asked_again_by_a_page_that_breaks(
    earshot: Earshot, visit: Callable[..., Page], host: str
) -> None:
    earshot.refusals = [(503, {}), (503, {})]
    tab = visit("/popover", HOSTS[host])
    respond(tab, 9)
    thanked(tab)
    arrived(earshot, tab, 9)


def test_a_clock_that_is_set_right_while_a_response_waits_costs_nothing(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    earshot.refusals = [(503, {}), (503, {})]
    tab = visit("/inline")
    respond(tab, 9)
    tab.evaluate("{ const { now } = Date; Date.now = () => now() + 1.8e12 }")
    thanked(tab)
    arrived(earshot, tab, 9)


def test_a_question_without_constructed_sheets_has_its_style_and_can_be_closed(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    earshot.policy = "default-src 'self'; style-src 'unsafe-inline'; require-trusted-types-for 'script'"
    tab = visit("/popover", faults.OLD_SAFARI)
    expect(tab.locator("earshot-survey section")).to_have_css("position", "fixed")
    tab.locator("earshot-survey .close").click()
    expect(tab.locator("earshot-survey")).to_have_count(0)


def test_a_page_whose_url_is_a_name_of_its_own_asks_the_server_of_the_script(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    host = earshot.url.replace("127.0.0.1", "localhost")
    earshot.policy = "script-src 'self' http://localhost:*; connect-src http://localhost:*"
    earshot.pages["/other"] = (
        '<!doctype html><script src="/script/given0"></script>'
        f'<earshot-survey survey="demo"></earshot-survey><script src="{host}/widget.js"></script>'
    )
    tab = visit("/other", faults.TAKEN_NAMES)
    respond(tab, 9)
    thanked(tab)
    arrived(earshot, tab, 9)


# Nothing there ever says that the response arrived.
UNHEARD = {
    "a beacon alone": faults.POSTING.replace("POST :", "Promise.reject() :")
    + "XMLHttpRequest.prototype.send = () => { throw new Error('no') };"
}


@pytest.mark.parametrize("host", HOSTS)
def test_a_response_goes_out_of_a_page_that_breaks(earshot: Earshot, visit: Callable[..., Page], host: str) -> None:
    tab = visit("/inline", faults.FAST, HOSTS[host])
    respond(tab, 9, 'Nice "quotes" \\ and\ttabs, 日本語 👋')
    thanked(tab)
    response = arrived(earshot, tab, 9)
    assert response["comment"] == 'Nice "quotes" \\ and\ttabs, 日本語 👋'


def test_a_response_left_to_a_beacon_arrives_and_the_page_claims_nothing(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    tab = visit("/inline", UNHEARD["a beacon alone"])
    respond(tab, 9)
    arrived(earshot, tab, 9)
    assert tab.locator(STATUS).inner_text().strip() == NEUTRAL


@pytest.mark.parametrize("stranger", faults.STRANGERS)
def test_replies_of_a_service_worker_are_not_trusted(
    earshot: Earshot, visit: Callable[..., Page], stranger: str
) -> None:
    earshot.scripts["worker"] = faults.WORKER.replace("ANSWER", faults.STRANGERS[stranger])
    tab = visit("/inline")
    tab.evaluate(
        "() => { const policy = trustedTypes.createPolicy('tests', { createScriptURL: (url) => url });"
        "const ready = new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));"
        "navigator.serviceWorker.register(policy.createScriptURL('/script/worker'), { scope: '/' }); return ready }"
    )
    respond(tab, 9)
    tab.wait_for_timeout(2_500)
    assert (earshot.responses, tab.locator(STATUS).inner_text().strip()) == ([], NEUTRAL)
    tab.evaluate("navigator.serviceWorker.controller.postMessage('online')")
    thanked(tab)
    arrived(earshot, tab, 9)


def test_a_visitor_who_cannot_send_gets_an_error(earshot: Earshot, visit: Callable[..., Page]) -> None:
    tab = visit("/inline", NO_WAY)
    respond(tab, 9)
    expect(tab.locator(STATUS)).to_contain_text(NOT_SENT)
    assert earshot.responses == []
    assert THANKS not in tab.locator(STATUS).inner_text()


def test_a_page_without_storage_reports_that_sending_failed(earshot: Earshot, visit: Callable[..., Page]) -> None:
    spoils = "String.prototype.replace = () => { throw new Error('of the page') }"
    tab = visit("/inline", f"addEventListener('input', () => {{ {spoils} }}, true)")
    respond(tab, 9)
    expect(tab.locator("earshot-survey [role=alert]")).to_contain_text("try again")
    assert tab.locator("earshot-survey input:checked").get_attribute("value") == "9"


def test_who_leaves_right_after_send_takes_nothing_along(earshot: Earshot, visit: Callable[..., Page]) -> None:
    tab = visit("/inline", faults.STORAGE["full"], faults.FETCH["never answers"])
    respond(tab, 3)
    tab.goto("about:blank")
    arrived(earshot, tab, 3)


def test_a_response_starts_on_its_way_in_the_task_of_the_click(earshot: Earshot, visit: Callable[..., Page]) -> None:
    tab = visit("/inline", faults.LOCKS["never granted"])
    tab.locator("earshot-survey input[value='9']").check()
    begun = tab.evaluate(
        "() => { let begun = 0; const real = fetch; window.fetch = (...given) => { begun++; return real(...given) };"
        "document.querySelector('earshot-survey').shadowRoot.querySelector('.send').click(); return begun }"
    )
    assert begun == 1
    arrived(earshot, tab, 9)


def test_a_silent_server_is_tried_another_way_after_ten_seconds(earshot: Earshot, visit: Callable[..., Page]) -> None:
    tab = visit("/inline", faults.FETCH["never answers"])
    respond(tab, 9)
    tab.wait_for_timeout(8_000)
    assert earshot.responses == []
    thanked(tab, timeout=6_000)
    arrived(earshot, tab, 9)


def test_what_another_page_left_is_sent_though_no_lock_is_ever_granted(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    keep = f"localStorage.setItem('earshot.queue', {LEFT!r}.replace('BORN', Date.now() - 864e5));"
    tab = visit("/inline", keep, faults.LOCKS["never granted"])
    assert arrived(earshot, tab, 4)["id"] == LEFT_ID
    tab.wait_for_timeout(300)
    assert tab.evaluate("localStorage.getItem('earshot.queue')") == "[]"


def test_what_waited_for_seven_days_is_given_up_in_silence(earshot: Earshot, visit: Callable[..., Page]) -> None:
    left = '[{"id":"a","url":"/v1/surveys/demo/responses","type":"text/plain","body":"{}","born":BORN}]'
    tab = visit("/inline", f"localStorage.setItem('earshot.queue', {left!r}.replace('BORN', Date.now() - 6.1e8));")
    tab.wait_for_timeout(1_500)
    assert (earshot.responses, tab.evaluate("localStorage.getItem('earshot.queue')")) == ([], "[]")


def test_two_pages_send_what_was_left_only_once(browser: Browser, earshot: Earshot) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(earshot.url + "/script/fast")
    tab.evaluate(f"localStorage.setItem('earshot.queue', {LEFT!r}.replace('BORN', Date.now() - 864e5))")
    tabs = [context.new_page(), context.new_page()]
    tabs[0].goto(earshot.url + "/inline")
    # A browser shows what one page stores to the others a moment later, on a busy machine much later. Until then the
    # queue is as it was left, with entries that are nothing.
    tab.wait_for_function("JSON.parse(localStorage.getItem('earshot.queue')).every(entry => entry?.due > Date.now())")
    tabs[1].goto(earshot.url + "/inline")
    for _ in range(80):
        if earshot.responses:
            break
        tabs[0].wait_for_timeout(100)
    tabs[0].wait_for_timeout(1_500)
    assert [(response["score"], response["final"]) for response in earshot.responses] == [(4, True)]
    context.close()


# Class B: what is optional


@pytest.mark.parametrize(
    ("clock", "is_reported"),
    [
        ("now() + 25 * 3600e3", False),
        ("now() + 72 * 3600e3", False),
        ("now() + 2 * 3600e3", True),
        ("now() - 3600e3", False),
        ("NaN", False),
        ("'soon'", False),
    ],
)
def test_a_clock_that_jumps_costs_the_seconds_alone(
    earshot: Earshot, visit: Callable[..., Page], clock: str, is_reported: bool
) -> None:
    tab = visit("/inline")
    tab.evaluate(f"{{ const {{ now }} = Date; Date.now = () => {clock} }}")
    respond(tab, 9)
    thanked(tab)
    assert ("seconds" in arrived(earshot, tab, 9)) == is_reported


WHO = {
    "nested object": ("{properties: {plan: {tier: 'pro'}, kept: 1}}", {"properties": {"kept": 1}}),
    "array value": ("{properties: {tags: ['a'], kept: true}}", {"properties": {"kept": True}}),
    "no properties": ("{properties: null}", {}),
    "long value": ("{properties: {ref: 'x'.repeat(300)}}", {"properties": {"ref": "x" * 256}}),
    "long value of emoji": ("{properties: {ref: '👋'.repeat(300)}}", {"properties": {"ref": "👋" * 256}}),
    "email is a number": ("{email: 42}", {}),
    "email is an object": ("{email: {address: 'ann@example.com'}}", {}),
    "token is no text": ("{token: false}", {}),
    "token is endless": ("{token: 'x'.repeat(1e5)}", {}),
    "function, symbol, bigint": (
        "{properties: {a: () => 1, b: Symbol('b'), c: 10n, kept: 'yes'}}",
        {"properties": {"kept": "yes"}},
    ),
    "no numbers": ("{properties: {a: NaN, b: Infinity, c: 1e300, kept: 0}}", {"properties": {"kept": 0}}),
    "circular": ("(() => { const a = {kept: 1}; a.self = a; return {properties: a} })()", {"properties": {"kept": 1}}),
    "getter that throws": (
        "{properties: Object.defineProperty({kept: 1}, 'bad', {enumerable: true, get() { throw 1 }})}",
        {"properties": {"kept": 1}},
    ),
    "proxy that throws": ("{properties: new Proxy({}, {ownKeys() { throw 1 }})}", {}),
    "long name": ("{properties: {['n'.repeat(65)]: 1, '': 2, kept: 3}}", {"properties": {"kept": 3}}),
    "array": ("{properties: ['a', 'b']}", {}),
    "text": ("{properties: 'plan=pro'}", {}),
    "half a character": ("{properties: {half: 'a\\ud83d'}}", None),
}


@pytest.mark.parametrize("who", WHO)
def test_invalid_properties_of_a_user_cost_no_score(earshot: Earshot, visit: Callable[..., Page], who: str) -> None:
    sent, kept = WHO[who]
    tab = visit("/inline")
    tab.evaluate(f"earshot('identify', {sent})")
    respond(tab, 9)
    thanked(tab)
    body = arrived(earshot, tab, 9) if kept is not None else earshot.responses[0]
    if kept is not None:
        assert {name: body[name] for name in ("properties", "email", "token") if body.get(name)} == kept


def test_of_25_properties_the_tracked_ones_are_kept_and_20_in_all(earshot: Earshot, visit: Callable[..., Page]) -> None:
    earshot.survey = replace(earshot.survey, segments=("p24", "p23"))
    tab = visit("/inline")
    tab.evaluate(
        "earshot('identify', {properties: Object.fromEntries(Array.from({length: 25}, (_, i) => ['p' + i, i]))})"
    )
    respond(tab, 9)
    thanked(tab)
    assert list(arrived(earshot, tab, 9)["properties"]) == ["p24", "p23", *(f"p{index}" for index in range(18))]


def test_a_comment_that_a_script_made_too_long_is_cut(earshot: Earshot, visit: Callable[..., Page]) -> None:
    tab = visit("/inline")
    tab.locator("earshot-survey input[value='9']").check()
    tab.evaluate(
        "document.querySelector('earshot-survey').shadowRoot.querySelector('textarea').value = '語'.repeat(40000)"
    )
    tab.locator(SEND_SCORE).click()
    thanked(tab)
    assert arrived(earshot, tab, 9)["comment"] == "語" * 10_000


def test_leaving_sends_only_the_score(earshot: Earshot, visit: Callable[..., Page]) -> None:
    widget = replace(earshot.survey.widget, contact_box=True)
    earshot.survey = replace(earshot.survey, segments=("plan",), widget=widget)
    tab = visit("/inline")
    tab.evaluate(
        "earshot('identify', {token: 'a.b.c', email: 'ann@example.com', properties: {plan: 'pro', name: 'Ann'}})"
    )
    tab.locator("earshot-survey input[value='4']").check()
    tab.locator("earshot-survey textarea").fill("My name is Ann")
    tab.locator("earshot-survey input[type=checkbox]").check()
    tab.goto("about:blank")
    for _ in range(50):
        if earshot.responses:
            break
        tab.wait_for_timeout(100)
    response = earshot.responses[0]
    assert set(response) == {"id", "score", "seconds", "channel", "token", "properties", "final"}
    assert (response["properties"], response["final"], response["token"]) == ({"plan": "pro"}, False, "a.b.c")


def test_a_survey_without_partials_hears_nothing_of_who_leaves(earshot: Earshot, visit: Callable[..., Page]) -> None:
    earshot.survey = replace(earshot.survey, widget=replace(earshot.survey.widget, partials=False))
    tab = visit("/inline")
    tab.locator("earshot-survey input[value='4']").check()
    tab.goto("about:blank")
    tab.wait_for_timeout(700)
    assert earshot.responses == []


# Thanks and refusals


def test_nothing_is_claimed_before_the_server_has_the_response(earshot: Earshot, visit: Callable[..., Page]) -> None:
    earshot.stall = 2
    tab = visit("/inline")
    tab.evaluate("earshot('on', 'answered', (said) => { window.heard = said.score })")
    respond(tab, 10)
    expect(tab.locator(f"{STATUS} h2")).to_be_focused()
    assert tab.locator(STATUS).inner_text().strip() == NEUTRAL
    assert (tab.locator("earshot-survey a").count(), tab.evaluate("window.heard")) == (0, None)
    thanked(tab)
    expect(tab.locator(f"{STATUS} h2")).to_be_focused()
    assert (tab.locator("earshot-survey a").count(), tab.evaluate("window.heard")) == (1, 10)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (409, "This survey has just closed."),
        (403, "Your answer could not be accepted."),
        (404, "Your answer could not be accepted."),
        (400, "Your answer could not be accepted."),
        (413, "Your answer could not be accepted."),
    ],
)
def test_a_refusal_is_shown_and_keeps_the_comment(
    earshot: Earshot, visit: Callable[..., Page], status: int, expected: str
) -> None:
    earshot.refusals, earshot.detail = [(status, {})] * 3, "the survey 'demo' is closed"
    tab = visit("/inline")
    lines: list[str] = []
    tab.on("console", lambda line: lines.append(line.text) if "earshot" in line.text else None)
    tab.evaluate("earshot('on', 'refused', (said) => { window.heard = said })")
    tab.evaluate("earshot('on', 'answered', () => { window.thanked = true })")
    respond(tab, 10, "Much to say.")
    expect(tab.locator(STATUS)).to_contain_text(expected)
    tab.wait_for_timeout(2_500)
    shown = tab.locator("earshot-survey .body").inner_text()
    assert not re.search("Thank|reached|glad", shown)
    words = tab.locator("earshot-survey textarea")
    expect(words).to_be_visible()
    assert (words.input_value(), words.is_editable()) == ("Much to say.", False)
    assert tab.evaluate("[window.heard, window.thanked]") == [{"score": 10, "status": status}, None]
    assert lines == [
        f"[earshot] {status} /v1/surveys/demo/responses the survey 'demo' is closed docs/widget.md#{status}".replace(
            "/v1", earshot.url + "/v1"
        )
    ]
    assert (len(earshot.refusals), tab.evaluate("localStorage.getItem('earshot.queue')")) == (2, "[]")


def test_a_refused_number_without_words_leaves_no_empty_box(earshot: Earshot, visit: Callable[..., Page]) -> None:
    earshot.refusals = [(409, {})]
    tab = visit("/inline")
    respond(tab, 10)
    expect(tab.locator(STATUS)).to_contain_text("This survey has just closed.")
    expect(tab.locator("earshot-survey textarea")).to_be_hidden()


def test_the_respondent_page_thanks_when_the_server_has_the_response(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    earshot.refusals = [(503, {})]
    tab = visit("/s/token")
    tab.locator(SEND_SCORE).click()
    expect(tab.locator(f"{STATUS} h1")).to_have_text(NEUTRAL)
    thanked(tab)
    assert [form.score for form in earshot.forms] == [9]


def test_a_refusal_on_the_respondent_page_is_explained_by_the_server(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    earshot.refusals = [(410, {}), (410, {})]
    tab = visit("/s/token")
    tab.locator(SEND_SCORE).click()
    expect(tab.get_by_role("heading", name="This survey is closed")).to_be_visible()
    assert earshot.forms == []


def test_a_form_that_goes_the_old_way_after_a_refusal_is_the_same_form(
    earshot: Earshot, visit: Callable[..., Page]
) -> None:
    earshot.refusals, earshot.facts = [(400, {})], replace(earshot.facts, has_contact_box=True)
    tab = visit("/s/token")
    tab.locator("earshot-survey textarea[part]").fill("Too late")
    tab.locator("earshot-survey [part=contact] input").check()
    tab.locator(SEND_SCORE).click()
    expect(tab.get_by_role("heading", name="Thank you!")).to_be_visible()
    assert earshot.forms == [ResponseForm(9, "Too late", contact_requested=True)]


# What only a developer reads


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        ("unknown", "[earshot] 404 URL/v1/surveys/demo/widget there is no survey docs/widget.md#404"),
        ("placement", "[earshot] placement modall  docs/widget.md#placement"),
    ],
)
def test_a_misconfigured_page_leaves_one_line(
    browser: Browser, earshot: Earshot, visit: Callable[..., Page], trouble: str, line: str
) -> None:
    context = browser.new_context()
    tab = context.new_page()
    lines: list[str] = []
    tab.on("console", lambda message: lines.append(message.text) if "earshot" in message.text else None)
    if trouble == "unknown":
        earshot.unknown = "there is no survey"
    tab.goto(earshot.url + ("/popover" if trouble == "unknown" else "/modall"))
    tab.wait_for_timeout(1_000)
    assert lines == [line.replace("URL", earshot.url)]
    context.close()
