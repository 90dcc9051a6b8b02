"""When the widget asks: one instance a page, rules and routes, one person's question, the page's own modals, keys."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from earshot.domain.widget import Link
from tests.browser.faults import FAST
from tests.browser.host_pages import Earshot, serving
from tests.browser.visiting import (
    QUESTION,
    Visitor,
    arrived,
    asked,
    choose,
    go,
    left_alone,
    ready,
    send,
    sign_in,
    token_of,
)

Visit = Callable[..., Visitor]

DOCS = (Path(__file__).parents[2] / "docs/widget.md").read_text(encoding="utf-8")

SCRIPT = '<script async src="/widget.js" {}></script>'
DEMO = SCRIPT.format('data-survey="demo"')
MANUAL = SCRIPT.format('data-survey="demo" data-manual')
# Delighted's own snippet, its script's address aside: an array whose methods push their name and arguments.
DELIGHTED = """
!function (e, n) { if (!e[n]) { for (var a = e[n] = [], i = ["survey", "reset", "config", "init", "set", "get", "event",
"identify", "track", "page", "screen", "group", "alias"], s = 0; s < i.length; s++) { var c = i[s]; a[c] = a[c] ||
function (e) { return function () { var t = Array.prototype.slice.call(arguments); a.push([e, t]) } }(c) }
a.SNIPPET_VERSION = "1.0.1" } }(window, "delighted");
"""
JO = "{email: 'jo@example.com', properties: {plan: 'pro'}, forceDisplay: true}"
HEARD = "window.heard = []; earshot('on', '{0}', (said) => heard.push(said ?? null));"


@pytest.fixture
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, earshot: Earshot) -> Iterator[Visit]:
    """Open visits; afterwards no console may have a line."""
    visitors: list[Visitor] = []

    def visiting(**settings: Any) -> Visitor:
        visitors.append(Visitor(browser, earshot.url, **settings))
        return visitors[-1]

    yield visiting
    for person in visitors:
        person.context.close()
    assert [line for person in visitors for line in person.errors] == []


def a_page(*tags: str, body: str = "", before: str = "") -> str:
    """Write a host page with tags of the widget at its end, and scripts by name before it."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host</title>{before}</head>'
        f"<body><main><h1>Host page</h1>{body}</main>{''.join(tags)}</body></html>"
    )


def script(name: str) -> str:
    return f'<script src="/script/{name}"></script>'


def rule(earshot: Earshot, **rules: Any) -> None:
    earshot.survey = replace(earshot.survey, widget=replace(earshot.survey.widget, **rules))


def second_survey(earshot: Earshot, name: str = "second") -> None:
    earshot.others[name] = replace(earshot.survey, id=name, name=name)


def question_of(tab: Page, survey: str) -> Any:
    return tab.locator(f"earshot-survey[survey={survey}] fieldset:visible")


def is_chosen(tab: Page, score: int) -> None:
    expect(tab.locator("earshot-survey input:checked")).to_have_value(str(score))


def load_again(tab: Page, survey: str = "demo", **data: str) -> None:
    """Add the script once more, as a tag manager does."""
    tab.evaluate(
        """([survey, data]) => new Promise((done) => {
          const again = document.createElement("script");
          again.onload = done;
          Object.assign(again.dataset, { survey, ...data });
          const policy = trustedTypes.createPolicy("tests" + Math.random(), { createScriptURL: (url) => url });
          again.src = policy.createScriptURL("/widget.js");
          document.body.append(again);
        })""",
        [survey, data],
    )


# One instance of a page and a script's host


def test_two_tags_of_a_survey_share_identity_and_listeners(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO, DEMO)
    tab = visit().open("/")
    sign_in(tab, "dana", properties={"plan": "pro"})
    tab.evaluate(HEARD.format("answered"))
    choose(tab, 9)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["token"], response["properties"]) == (token_of("dana"), {"plan": "pro"})
    assert tab.evaluate("heard") == [{"score": 9}]


def test_a_tag_manager_that_comes_later_hears_and_changes_nothing(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    sign_in(tab, "dana")
    tab.evaluate(HEARD.format("answered"))
    load_again(tab)
    load_again(tab, manual="")
    asked(tab)
    tab.evaluate("earshot('identify', {token: '%s', properties: {plan: 'pro'}})" % token_of("dana"))  # noqa: UP031
    choose(tab, 9)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["properties"], tab.evaluate("heard.length")) == ({"plan": "pro"}, 1)


def test_after_a_turbo_visit_the_same_instance_asks_in_the_new_body(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    sign_in(tab, "dana")
    tab.evaluate(HEARD.format("answered"))
    # Turbo puts a new body in, and evaluates its scripts again.
    tab.evaluate("document.body = document.createElement('body')")
    load_again(tab)
    choose(tab, 9)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["token"], tab.evaluate("heard.length")) == (token_of("dana"), 1)


def test_a_snippet_that_replaces_the_command_is_taken_over_again(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    sign_in(tab, "dana")
    tab.evaluate("window.earshot = function () { (earshot.q = earshot.q || []).push(arguments) }")
    tab.evaluate("earshot('show', {force: true})")
    load_again(tab, manual="")
    choose(tab, 9)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert response["token"] == token_of("dana")


@pytest.mark.parametrize("loads", ["tag", "import"])
def test_a_module_asks_like_any_script(browser: Browser, earshot: Earshot, visit: Visit, loads: str) -> None:
    with serving() as page:
        page.policy = "default-src *"
        page.scripts["app"] = f"import '{earshot.url}/widget.js'; earshot('show', {{survey: 'demo'}});"
        module = f'src="{earshot.url}/widget.js" data-survey="demo"' if loads == "tag" else 'src="/script/app"'
        page.pages["/"] = a_page(f'<script type="module" {module}></script>')
        person = Visitor(browser, page.url)
        tab = person.open("/")
        choose(tab, 8)
        send(tab)
        (response,) = arrived(earshot, tab)
        assert (response["score"], page.responses) == (8, [])
        person.context.close()


@pytest.mark.parametrize("given", ["", ", null", ", undefined", ", {}"])
def test_a_page_that_shows_without_settings_asks_its_survey(earshot: Earshot, visit: Visit, given: str) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate(f"earshot('show'{given})")
    asked(tab)


def test_what_is_pushed_onto_the_queue_after_the_script_came_is_done(earshot: Earshot, visit: Visit) -> None:
    earshot.scripts["keeping"] = (
        "window.earshot = window.earshot || function () { (earshot.q = earshot.q || []).push(arguments) };"
        "window.kept = window.earshot;"
    )
    earshot.pages["/"] = a_page(MANUAL, before=script("keeping"))
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate("kept('show', {force: true})")
    asked(tab)


def test_two_hosts_on_a_page_ask_each_its_own_server(browser: Browser, earshot: Earshot, visit: Visit) -> None:
    with serving() as other:
        second_survey(other)
        tag = SCRIPT.format('data-survey="second"').replace("/widget.js", other.url + "/widget.js")
        earshot.policy = "default-src *; script-src *; connect-src *"
        earshot.pages["/"] = a_page(DEMO + "\n" + tag)
        tab = visit().open("/", wait=False)
        tab.wait_for_timeout(1500)
        assert [path for path in earshot.asked if "surveys/second" in path] == []
        assert [path for path in other.asked if "surveys/demo" in path] == []
        assert [path.partition("?")[0] for path in other.asked if "surveys" in path] == ["/v1/surveys/second/widget"]


# Pages written for Delighted


def test_a_page_with_our_snippet_calls_before_the_script_has_come(earshot: Earshot, visit: Visit) -> None:
    earshot.scripts["snippet"] = (
        "window.earshot = window.earshot || function () { (earshot.q = earshot.q || []).push(arguments) };"
        "window.delighted = window.delighted || { survey: function (who) { earshot('survey', who) } };"
    )
    earshot.scripts["call"] = f"delighted.survey({JO})"
    earshot.pages["/"] = a_page(MANUAL, script("call"), before=script("snippet"))
    tab = visit().open("/")
    choose(tab, 4)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["email"], response["properties"]) == ("jo@example.com", {"plan": "pro"})


@pytest.mark.parametrize("tag", [MANUAL, DEMO], ids=["manual", "automatic"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_old_snippets_queue_is_drained(earshot: Earshot, visit: Visit, tag: str, when: str) -> None:
    earshot.scripts["delighted"] = DELIGHTED
    earshot.scripts["call"] = f"delighted.survey({JO})" if when == "before" else "window.kept = delighted.survey"
    earshot.pages["/"] = a_page(tag, before=script("delighted") + script("call"))
    tab = visit().open("/", wait=False)
    if when == "after":
        ready(tab)
        # Who kept the stub's own method calls that.
        tab.evaluate(f"kept({JO})")
    asked(tab)
    choose(tab, 4)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["email"], response["properties"]) == ("jo@example.com", {"plan": "pro"})


# Surveys take turns


def test_two_surveys_of_a_page_take_turns(earshot: Earshot, visit: Visit) -> None:
    second_survey(earshot)
    earshot.pages["/"] = a_page(DEMO, SCRIPT.format('data-survey="second"'))
    tab = visit().open("/")
    tab.wait_for_timeout(700)
    asked(tab)
    tab.locator("earshot-survey .close:visible").click()
    tab.wait_for_timeout(700)
    asked(tab)
    tab.locator("earshot-survey .close:visible").click()
    left_alone(tab)


def test_a_survey_that_a_page_forces_takes_the_place_of_the_one_that_came_by_itself(
    earshot: Earshot, visit: Visit
) -> None:
    second_survey(earshot)
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.evaluate("earshot('show', {survey: 'second', force: true})")
    expect(question_of(tab, "second")).to_have_count(1)
    asked(tab)


def test_a_tab_that_somebody_opens_is_alone(earshot: Earshot, visit: Visit) -> None:
    second_survey(earshot)
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.evaluate("earshot('show', {survey: 'second', placement: 'tab', force: true})")
    tab.locator("earshot-survey[survey=second] .handle").dispatch_event("click")
    expect(question_of(tab, "second")).to_have_count(1)
    asked(tab)


# Rules and routes


def test_a_route_left_within_the_delay_is_not_asked_on(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/search*",), delay=1)
    earshot.pages["/search"] = a_page(DEMO)
    tab = visit().open("/search", wait=False)
    ready(tab)
    tab.wait_for_timeout(300)
    go(tab, "/checkout")
    left_alone(tab, 1500)
    go(tab, "/search?q=1")
    left_alone(tab, 500)  # the delay begins again
    asked(tab)


def test_a_page_that_freezes_its_history_is_asked_all_the_same(earshot: Earshot, visit: Visit) -> None:
    earshot.scripts["freeze"] = "Object.freeze(history)"
    earshot.pages["/"] = a_page(DEMO, before=script("freeze"))
    asked(visit().open("/", wait=False))


def test_an_untouched_question_goes_with_its_route(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/search*",))
    earshot.pages["/search"] = a_page(DEMO)
    tab = visit().open("/search")
    go(tab, "/checkout")
    asked(tab, 0)


def test_a_question_somebody_began_stays(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/search*",))
    earshot.pages["/search"] = a_page(DEMO)
    tab = visit().open("/search")
    choose(tab, 3)
    go(tab, "/checkout")
    tab.wait_for_timeout(300)
    is_chosen(tab, 3)


@pytest.mark.parametrize("how", ["route", "show", "back"])
def test_a_no_is_not_for_ever(earshot: Earshot, visit: Visit, how: str) -> None:
    rule(earshot, urls=("/search*",))
    earshot.pages["/home"] = a_page(DEMO)
    tab = visit().open("/home", wait=False)
    ready(tab)
    left_alone(tab, 400)
    if how == "back":
        tab.evaluate("history.replaceState({}, '', '/search?q=1'); history.pushState({}, '', '/home')")
        left_alone(tab, 400)
        tab.evaluate("history.back()")
    else:
        go(tab, "/search?q=1")
    if how == "show":
        tab.evaluate("earshot('show', {survey: 'demo'})")
    asked(tab)


def test_a_page_that_scrolls_on_another_route_is_not_asked(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/search*",), scroll=50)
    earshot.pages["/search"] = a_page(DEMO, body="<p>Long.</p>" * 200)
    tab = visit().open("/search", wait=False)
    ready(tab)
    tab.wait_for_timeout(300)
    tab.evaluate("history.replaceState({}, '', '/checkout')")
    tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    left_alone(tab)


@pytest.mark.parametrize(
    ("glob", "path", "is_asked"),
    [
        ("/#/pricing*", "/#/pricing", True),
        ("/#/pricing*", "/?from=mail#/pricing/team", True),
        ("/app*#/pricing", "/app?x=1#/pricing", True),
        ("/#/pricing*", "/#/home", False),
        ("/pricing", "/pricing#plans", True),
        ("/a*a", "/a", False),
    ],
)
def test_a_glob_with_a_hash_fits_hash_routes(
    earshot: Earshot, visit: Visit, glob: str, path: str, is_asked: bool
) -> None:
    rule(earshot, urls=(glob,))
    earshot.pages[path.partition("?")[0].partition("#")[0]] = a_page(DEMO)
    tab = visit().open(path, wait=False)
    ready(tab)
    if is_asked:
        asked(tab)
    else:
        left_alone(tab)


def test_a_change_of_the_hash_is_a_route(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/#/pricing*",))
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/", wait=False)
    ready(tab)
    left_alone(tab, 400)
    tab.evaluate("location.hash = '/pricing'")
    asked(tab)
    tab.evaluate("location.hash = '/home'")
    asked(tab, 0)


def test_a_navigation_that_the_page_intercepts_is_a_route(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/search*",))
    earshot.pages["/home"] = a_page(DEMO, body='<a href="/search?q=1">Search</a> <a href="/checkout">Checkout</a>')
    tab = visit().open("/home", wait=False)
    ready(tab)
    tab.evaluate("navigation.addEventListener('navigate', (event) => event.intercept())")
    left_alone(tab, 400)
    tab.get_by_text("Search", exact=True).click()
    asked(tab)
    tab.get_by_text("Checkout").click()
    asked(tab, 0)


@pytest.mark.parametrize("next_look", ["go(search)", "show", "force"])
def test_a_config_that_failed_is_fetched_again(earshot: Earshot, visit: Visit, next_look: str) -> None:
    earshot.config_faults = 1
    earshot.pages["/"] = a_page(DEMO)
    person = visit()
    tab = person.open("/", wait=False)
    ready(tab)
    left_alone(tab, 500)
    if next_look == "go(search)":
        go(tab, "/search")
    else:
        tab.evaluate(f"earshot('show', {{force: {str(next_look == 'force').lower()}}})")
    asked(tab)
    assert [line.split()[:2] for line in person.warned] == [["[earshot]", "503"]]


@pytest.mark.parametrize("rules", [{"sample": 0.0}, {"delay": 60}, {"urls": ("/elsewhere",)}, {"scroll": 90}])
def test_force_means_force(earshot: Earshot, visit: Visit, rules: dict[str, Any]) -> None:
    rule(earshot, **rules)
    earshot.pages["/"] = a_page(DEMO, body="<p>Long.</p>" * 200)
    tab = visit().open("/", wait=False)
    ready(tab)
    left_alone(tab, 500)
    tab.evaluate("earshot('show', {force: true})")
    asked(tab)
    go(tab, "/checkout")
    tab.wait_for_timeout(300)
    asked(tab)


def test_force_asks_again_after_a_response_on_this_page(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    choose(tab, 9)
    send(tab)
    arrived(earshot, tab)
    tab.evaluate("earshot('show', {force: true})")
    asked(tab)
    choose(tab, 8)
    send(tab)
    first, second = arrived(earshot, tab, 2)
    assert first["id"] != second["id"]


@pytest.mark.parametrize("after", [0, 300])
def test_hide_before_the_question_is_there_means_not_shown(earshot: Earshot, visit: Visit, after: int) -> None:
    rule(earshot, delay=1)
    earshot.scripts["hide"] = "earshot('hide')"
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate(HEARD.format("shown"))
    tab.evaluate("earshot('show')")
    tab.wait_for_timeout(after)
    tab.evaluate("earshot('hide')")
    left_alone(tab, 1500)
    assert tab.evaluate("heard") == []
    assert tab.evaluate("Object.keys(localStorage).filter((key) => key.includes('demo'))") == []


def test_a_glob_takes_no_longer_than_the_address_is(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, urls=("/" + "*a" * 149 + "b", "/*a*a*a*a*b"))
    path = "/" + "a" * 2000
    earshot.pages[path] = a_page(DEMO)
    tab = visit().open(path, wait=False)
    ready(tab)
    # A page that is stuck in a glob does not react: this alone would time out.
    left_alone(tab)
    took = tab.evaluate(
        "() => { const from = performance.now(); history.pushState({}, '', location.href + 'a'); "
        "return performance.now() - from }"
    )
    assert took < 100


# One person's question


def test_a_question_that_was_ignored_rests(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    person = visit()
    person.open("/").close()
    for _ in range(3):
        tab = person.open("/", wait=False)
        ready(tab)
        left_alone(tab)
        tab.close()


def test_a_question_rests_only_for_its_quiet_days(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, quiet_days=2)
    earshot.pages["/"] = a_page(DEMO)
    person = visit()
    tab = person.open("/")
    tab.wait_for_timeout(200)
    aged = "(days) => { for (const [key, kept] of Object.entries(localStorage)) if (key.includes('demo')) {"
    aged += "const older = JSON.parse(kept); older.asked -= days * 864e5;"
    aged += "localStorage.setItem(key, JSON.stringify(older)) } }"
    tab.evaluate(aged, 1)
    tab.goto(earshot.url + "/")
    ready(tab)
    left_alone(tab)
    tab.evaluate(aged, 1)
    tab.goto(earshot.url + "/")
    asked(tab)


def test_other_devices_hear_that_a_signed_person_was_asked(earshot: Earshot, visit: Visit) -> None:
    earshot.scripts["ann"] = f"window.earshot = {{ q: [['identify', '{token_of('ann')}']] }};"
    earshot.pages["/"] = a_page(DEMO, before=script("ann"))
    tab = visit().open("/")
    tab.locator("earshot-survey .close").click()
    tab.wait_for_timeout(300)
    sent = earshot.noted[1]["id"]
    assert earshot.noted == [
        {"token": token_of("ann")},
        {"token": token_of("ann"), "event": "shown", "id": sent},
        {"token": token_of("ann"), "event": "closed", "id": sent},
    ]


@pytest.mark.parametrize("page", [DEMO, "<earshot-survey survey=demo></earshot-survey>" + MANUAL])
def test_the_server_hears_which_response_a_signed_person_is_shown(earshot: Earshot, visit: Visit, page: str) -> None:
    earshot.scripts["ann"] = f"window.earshot = {{ q: [['identify', '{token_of('ann')}']] }};"
    earshot.pages["/"] = a_page(page, before=script("ann"))
    tab = visit().open("/")
    choose(tab, 9)
    send(tab)
    (response,) = arrived(earshot, tab)
    reported = earshot.noted[-1]
    assert (reported["id"], reported["token"]) == (response["id"], response["token"])
    # Only what comes by itself counts for the quiet days.
    assert reported.get("event") == ("shown" if page == DEMO else None)


def test_nothing_is_noted_of_nobody(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.locator("earshot-survey .close").click()
    tab.wait_for_timeout(300)
    assert earshot.noted == []


def test_visitors_the_server_does_not_ask_are_not_looked_up_on_every_route(earshot: Earshot, visit: Visit) -> None:
    earshot.is_known_quiet = True
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    sign_in(tab, "ann")
    tab.evaluate("earshot('show')")
    for step in range(5):
        tab.wait_for_timeout(100)
        go(tab, f"/page/{step}")
    left_alone(tab, 300)
    assert len(earshot.noted) == 1
    earshot.is_known_quiet = False
    sign_in(tab, "ben")
    asked(tab)


def test_the_next_visitor_is_asked_after_a_response(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    person = visit()
    for number, name in enumerate(("ann", "ben"), 1):
        tab = person.open("/", wait=False)
        sign_in(tab, name)
        tab.evaluate("earshot('show')")
        asked(tab)
        choose(tab, 9)
        send(tab)
        arrived(earshot, tab, number)
    assert [response["token"] for response in earshot.responses] == [token_of("ann"), token_of("ben")]
    assert len({response["id"] for response in earshot.responses}) == 2


def test_two_people_in_two_tabs_have_a_response_each(earshot: Earshot, visit: Visit) -> None:
    person = visit()
    tabs = {name: person.open("/inline") for name in ("ann", "ben")}
    for name, tab in tabs.items():
        sign_in(tab, name)
    for number, (tab, score) in enumerate(zip(tabs.values(), (2, 10), strict=True), 1):
        asked(tab)
        choose(tab, score)
        send(tab)
        arrived(earshot, tab, number)
    assert [(response["token"], response["score"]) for response in earshot.responses] == [
        (token_of("ann"), 2),
        (token_of("ben"), 10),
    ]
    assert len({response["id"] for response in earshot.responses}) == 2


def test_who_comes_after_somebody_who_closed_it_is_asked(earshot: Earshot, visit: Visit) -> None:
    person = visit()
    for name in ("ann", "ben"):
        tab = person.open("/popover?manual", wait=False)
        sign_in(tab, name)
        tab.evaluate("earshot('show')")
        asked(tab)
        tab.locator("earshot-survey .close").click()
        tab.wait_for_timeout(300)
        tab.close()
    tab = person.open("/popover?manual", wait=False)
    sign_in(tab, "ann")
    tab.evaluate("earshot('show')")
    left_alone(tab)


@pytest.mark.parametrize("after", [token_of("ben"), "", None], ids=["ben", "signed-out", "nobody"])
@pytest.mark.parametrize("page", ["reload", "same"])
def test_nobody_takes_over_what_another_person_began(
    earshot: Earshot, visit: Visit, after: str | None, page: str
) -> None:
    earshot.pages["/"] = a_page(MANUAL, body='<earshot-survey survey="demo"></earshot-survey>')
    tab = visit().open("/")
    sign_in(tab, "ann")
    choose(tab, 3)
    if page == "reload":
        tab.goto(earshot.url + "/")
        tab.locator(QUESTION).wait_for()
    ready(tab)
    tab.evaluate("who => earshot('identify', who)", {"token": after} if after is not None else None)
    tab.wait_for_timeout(200)
    assert tab.locator("earshot-survey input:checked").count() == 0
    choose(tab, 10)
    send(tab)
    tab.wait_for_timeout(700)
    response = {(row["id"], row["score"], row.get("token") or None) for row in earshot.responses}
    assert {(score, token) for _, score, token in response} == {(3, token_of("ann")), (10, after or None)}
    assert len({name for name, *_ in response}) == 2


def test_a_late_refusal_leaves_the_next_persons_question_alone(earshot: Earshot, visit: Visit) -> None:
    earshot.refusals, earshot.stall = [(409, {})], 1.5
    tab = visit().open("/inline")
    sign_in(tab, "ann")
    tab.evaluate("window.refused = new Promise((done) => earshot('on', 'refused', done)), 0")
    choose(tab, 3)
    tab.locator("earshot-survey textarea").fill("Ann's words")
    send(tab)
    sign_in(tab, "bob")
    choose(tab, 9)
    tab.locator("earshot-survey textarea").fill("Bob's")
    tab.evaluate("refused.then(() => 0)")
    expect(tab.locator("earshot-survey textarea")).to_be_editable()
    expect(tab.locator("earshot-survey textarea")).to_have_value("Bob's")
    expect(tab.locator("earshot-survey label[for=comment]")).to_have_text("What do you like most?")
    expect(tab.locator("earshot-survey fieldset")).to_be_visible()


def test_who_comes_back_goes_on_with_their_own(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL, body='<earshot-survey survey="demo"></earshot-survey>')
    tab = visit().open("/")
    sign_in(tab, "ann")
    choose(tab, 3)
    sign_in(tab, "ben")
    tab.wait_for_timeout(200)
    choose(tab, 5)
    tab.evaluate("who => earshot('identify', who)", {"token": token_of("ann", 4_000_000_009)})
    tab.wait_for_timeout(200)
    choose(tab, 7)
    send(tab)
    tab.wait_for_timeout(700)
    ids = {response["score"]: response["id"] for response in earshot.responses}
    assert ids[7] == ids[3] != ids[5]


def test_a_half_finished_form_survives_signing_in(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL, body='<earshot-survey survey="demo"></earshot-survey>')
    tab = visit().open("/")
    choose(tab, 3)
    sign_in(tab, "ann")
    is_chosen(tab, 3)
    tab.goto(earshot.url + "/")
    # The next visitor is nobody again, and begins one of their own.
    choose(tab, 10)
    send(tab)
    tab.wait_for_timeout(700)
    ids = {response["score"]: (response["id"], response.get("token")) for response in earshot.responses}
    assert (ids[3][1], ids[10][1]) == (token_of("ann"), None)
    assert ids[3][0] != ids[10][0]


def test_addresses_without_a_signature_are_people_of_their_own_on_a_device(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    person = visit()
    for name in ("jo", "kim"):
        tab = person.open("/", wait=False)
        ready(tab)
        tab.evaluate(f"delighted.survey({{email: '{name}@example.com'}})")
        asked(tab)
        tab.close()
    tab = person.open("/", wait=False)
    ready(tab)
    tab.evaluate("delighted.survey({email: 'jo@example.com'})")
    left_alone(tab)


def test_a_person_draws_once_whatever_the_token_is(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, sample=0.5, quiet_days=0)
    earshot.pages["/"] = a_page(MANUAL)
    drawn: dict[str, bool] = {}
    for turn in range(3):
        person = visit()  # another device each time
        for name in ("ann", "ben", "cleo", "dan"):
            tab = person.open("/", wait=False)
            ready(tab)
            tab.evaluate("who => earshot('identify', who)", token_of(name, 4_000_000_000 + turn))
            tab.evaluate("earshot('show')")
            if name not in drawn:
                tab.wait_for_timeout(2000)
                drawn[name] = tab.locator(QUESTION).count() == 1
            elif drawn[name]:
                asked(tab)
            else:
                left_alone(tab, 400)
            tab.close()


def test_a_share_of_people_is_drawn(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, sample=0.2, quiet_days=0)
    earshot.pages["/"] = a_page(MANUAL)
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate("earshot('show')")
    shown = tab.evaluate(
        """async () => {
          let shown = 0;
          earshot("on", "shown", () => shown++);
          for (let number = 0; number < 300; number++) {
            earshot("identify", { email: `cust-${number}@example.com` });
            await new Promise((done) => setTimeout(done, 15));
          }
          return shown;
        }"""
    )
    assert 35 < shown < 90


def test_a_survey_may_have_any_name(earshot: Earshot, visit: Visit) -> None:
    for number, name in enumerate(("queue", "device"), 1):
        second_survey(earshot, name)
        earshot.pages["/"] = a_page(SCRIPT.format(f'data-survey="{name}"'))
        person = visit()
        tab = person.open("/")
        choose(tab, 9)
        send(tab)
        arrived(earshot, tab, number)
        again = person.open("/", wait=False)
        ready(again)
        left_alone(again)


def test_a_clock_that_was_set_back_does_not_silence_the_question_for_years(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, quiet_days=2)
    earshot.pages["/"] = a_page(DEMO)
    person = visit()
    person.context.add_init_script("Date.now = ((own) => () => own() + 3e12 * !sessionStorage.length)(Date.now)")
    tab = person.open("/")
    tab.wait_for_timeout(200)
    tab.evaluate("sessionStorage.setItem('clock', 'right')")
    tab.goto(earshot.url + "/")
    asked(tab)


@pytest.mark.parametrize("second", ["in the page", "by the tag"])
def test_a_response_in_one_place_closes_the_question_elsewhere_on_the_page(
    earshot: Earshot, visit: Visit, second: str
) -> None:
    rule(earshot, delay=0)
    element = '<earshot-survey survey="demo"></earshot-survey>'
    is_tag = second == "by the tag"
    earshot.pages["/"] = a_page(DEMO if is_tag else SCRIPT.format(""), body=element if is_tag else 2 * element)
    tab = visit().open("/")
    asked(tab, 2)
    first, other = tab.locator("earshot-survey").all()
    other.locator("input[value='2']").check()
    first.locator("input[value='9']").check()
    first.locator(".send").click()
    assert arrived(earshot, tab)[0]["score"] == 9
    expect(other.locator("fieldset")).to_have_count(0)


def test_a_response_in_one_tab_closes_the_question_in_the_others(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(MANUAL)
    earshot.pages["/inline"] = a_page(MANUAL, body='<earshot-survey survey="demo"></earshot-survey>')
    person = visit()
    first, second, third = person.open("/inline"), person.open("/inline"), person.open("/", wait=False)
    ready(third)
    third.evaluate("earshot('show', {force: true})")
    asked(third)
    choose(second, 2)
    choose(first, 9)
    send(first)
    arrived(earshot, first)
    for other in (second, third):
        asked(other, 0)
    go(second, "/next")
    left_alone(second, 300)
    assert [response["score"] for response in earshot.responses if response["final"]] == [9]


# The page's own modals


LAYER = '<div id="layer" style="{}"><button id="pay">Pay</button></div>'
MODALS = {
    "layer": LAYER.format("position:fixed;inset:0;z-index:1000"),
    "aria": '<div id="layer" aria-modal="true" role="dialog" style="position:fixed;inset:20%">Sure?</div>',
    "dialog": '<dialog id="layer"><button id="pay">Pay</button></dialog>',
    "inert": "<div id='layer'></div>",
    "sheet": '<div id="layer" popover style="width:80%;height:90%"><button id="pay">Pay</button></div>',
}
OPEN = {
    "sheet": "document.querySelector('#layer').showPopover()",
    "dialog": "document.querySelector('#layer').showModal()",
    "inert": "document.body.inert = true",
}
GONE = {
    "sheet": "document.querySelector('#layer').hidePopover()",
    "dialog": "document.querySelector('#layer').close()",
    "inert": "document.body.inert = false",
}


@pytest.mark.parametrize("kind", MODALS)
@pytest.mark.parametrize("placement", ["popover", "tab"])
def test_a_modal_of_the_page_goes_before(earshot: Earshot, visit: Visit, kind: str, placement: str) -> None:
    earshot.policy = "default-src 'self'; style-src 'unsafe-inline'"
    earshot.pages["/"] = a_page(MANUAL, body=MODALS[kind])
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate(OPEN.get(kind, "1"))
    tab.evaluate("placement => earshot('show', {placement})", placement)
    tab.wait_for_timeout(800)
    visible = tab.locator("earshot-survey fieldset:visible, earshot-survey .handle:visible")
    expect(visible).to_have_count(0)
    tab.evaluate(GONE.get(kind, "document.querySelector('#layer').remove()"))
    expect(visible).to_have_count(1)


def test_a_modal_that_opens_later_goes_before_and_nothing_is_lost(earshot: Earshot, visit: Visit) -> None:
    earshot.policy = "default-src 'self'; style-src 'unsafe-inline'"
    earshot.pages["/"] = a_page(DEMO, body=MODALS["dialog"])
    tab = visit().open("/")
    choose(tab, 3)
    tab.locator("earshot-survey textarea").fill("Half a")
    tab.evaluate(OPEN["dialog"])
    asked(tab, 0)
    tab.evaluate(GONE["dialog"])
    asked(tab)
    is_chosen(tab, 3)
    expect(tab.locator("earshot-survey textarea")).to_have_value("Half a")


def test_a_film_that_fills_the_screen_goes_before(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, delay=0)
    earshot.pages["/"] = a_page(MANUAL, body="<div id=film>Film</div>")
    tab = visit().open("/", wait=False)
    ready(tab)
    tab.evaluate("document.querySelector('#film').requestFullscreen()")
    tab.evaluate("earshot('show')")
    left_alone(tab)
    tab.evaluate("document.exitFullscreen()")
    asked(tab)
    # An app that fills the screen as a whole holds nothing up.
    tab.evaluate("document.documentElement.requestFullscreen()")
    tab.wait_for_timeout(700)
    asked(tab)


def test_a_printed_page_has_no_box_over_it(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, delay=0)
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.emulate_media(media="print")
    asked(tab, 0)
    tab.emulate_media(media="screen")
    asked(tab)


@pytest.mark.parametrize(
    "body",
    [
        '<div aria-modal="true" style="position:fixed;inset:0 -400px 0 auto;width:400px">A drawer, closed</div>',
        '<div aria-modal="true" hidden>Not open</div>',
        '<div style="position:fixed;inset:0;z-index:-1"></div>',
        '<div style="position:fixed;inset:0;z-index:5;pointer-events:none"></div>',
        '<div style="position:fixed;inset:0;z-index:1"><h2>An app</h2><ul>' + 30 * "<li>row</li>" + "</ul></div>",
        '<div style="position:fixed;inset:auto 0 0;z-index:9;height:60px">Cookies?</div>',
        "<dialog>Closed</dialog>",
        '<div popover style="width:80%;height:90%">Not shown</div>',
    ],
    ids=["drawer", "hidden", "behind", "untouchable", "shell", "banner", "dialog", "sheet"],
)
def test_what_only_looks_like_a_modal_holds_nothing_up(earshot: Earshot, visit: Visit, body: str) -> None:
    earshot.policy = "default-src 'self'; style-src 'unsafe-inline'"
    earshot.pages["/"] = a_page(DEMO, body=body)
    asked(visit().open("/", wait=False))


# Keys and focus


@pytest.mark.parametrize(("keys", "score"), [("7", 7), ("0", 0), ("10", 10), ("110", 10), ("13", 3)])
def test_digits_choose(earshot: Earshot, visit: Visit, keys: str, score: int) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.locator("earshot-survey input").first.focus()
    for key in keys:
        tab.keyboard.press(key)
    is_chosen(tab, score)
    expect(tab.locator(f"earshot-survey input[value='{score}']")).to_be_focused()
    expect(tab.locator("earshot-survey textarea")).to_be_visible()
    assert earshot.responses == []


def test_a_nought_long_after_a_one_is_a_nought(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.locator("earshot-survey input").first.focus()
    tab.keyboard.press("1")
    tab.wait_for_timeout(1300)
    tab.keyboard.press("0")
    is_chosen(tab, 0)


def test_digits_elsewhere_and_in_a_comment_choose_nothing(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO, body='<input id="own">')
    tab = visit().open("/")
    choose(tab, 3)
    tab.locator("earshot-survey textarea").press_sequentially("10 of 10? No: 7")
    tab.locator("#own").press_sequentially("55")
    is_chosen(tab, 3)
    expect(tab.locator("earshot-survey textarea")).to_have_value("10 of 10? No: 7")


@pytest.mark.parametrize("key", ["Control+Enter", "Meta+Enter"])
@pytest.mark.parametrize("place", ["textarea", "input >> nth=0"])
def test_enter_with_control_or_command_sends(earshot: Earshot, visit: Visit, key: str, place: str) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    choose(tab, 8)
    tab.locator(f"earshot-survey {place}").press(key)
    (response,) = arrived(earshot, tab)
    assert response["score"] == 8


def test_shortcuts_of_the_page_are_not_meant_while_somebody_writes(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    tab.evaluate("window.heard = []; addEventListener('keydown', (event) => heard.push(event.key))")
    choose(tab, 8)
    tab.locator("earshot-survey textarea").press_sequentially("? x")
    assert tab.evaluate("heard") == []


@pytest.mark.parametrize("placement", ["popover", "bar", "modal"])
def test_the_first_stop_is_the_question(earshot: Earshot, visit: Visit, placement: str) -> None:
    tab = visit().open(f"/{placement}")
    if placement != "modal":
        tab.locator("#own").focus()
        tab.keyboard.press("Tab")
    expect(tab.locator("earshot-survey input").first).to_be_focused()
    tab.locator("earshot-survey .send").press("Tab")
    expect(tab.locator("earshot-survey .close")).to_be_focused()


def test_f6_goes_into_the_question_from_anywhere_and_closing_goes_back(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/"] = a_page(DEMO, body="<button>One</button>" * 5 + '<button id="own">Own</button>')
    tab = visit().open("/")
    tab.locator("#own").focus()
    tab.keyboard.press("F6")
    expect(tab.locator("earshot-survey input").first).to_be_focused()
    tab.keyboard.press("5")
    tab.locator("#own").focus()
    tab.keyboard.press("F6")
    expect(tab.locator("earshot-survey input[value='5']")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#own")).to_be_focused()


def thanked(earshot: Earshot, visit: Visit, placement: str, score: int = 5) -> Page:
    """Respond with the mouse, where eight seconds pass in two."""
    earshot.scripts["fast"] = FAST.replace("factor = 20", "factor = 4")
    tab = visit().open(f"/{placement}?with=fast")
    choose(tab, score)
    send(tab)
    expect(tab.locator("earshot-survey h2")).to_have_text("Thank you!")
    return tab


@pytest.mark.parametrize("placement", ["popover", "bar"])
def test_mere_thanks_go_away_by_themselves(earshot: Earshot, visit: Visit, placement: str) -> None:
    tab = thanked(earshot, visit, placement)
    tab.mouse.move(1, 1)
    expect(tab.locator("earshot-survey")).to_have_count(0)


def test_thanks_stay_under_a_pointer_and_leave_somebody_elsewhere_alone(earshot: Earshot, visit: Visit) -> None:
    earshot.pages["/popover"] = a_page(
        SCRIPT.format('data-survey="demo" data-placement="popover"'),
        before='<script src="/script/fast"></script>',
        body='<button id="own">Own</button><input id="field">',
    )
    tab = thanked(earshot, visit, "popover")
    tab.locator("earshot-survey h2").hover()
    tab.wait_for_timeout(5000)
    expect(tab.locator("earshot-survey h2")).to_have_text("Thank you!")
    tab.locator("#field").click()
    expect(tab.locator("earshot-survey")).to_have_count(0)
    expect(tab.locator("#field")).to_be_focused()


def test_thanks_stay_while_they_have_keyboard_focus(earshot: Earshot, visit: Visit) -> None:
    earshot.scripts["fast"] = FAST
    tab = visit().open("/popover?with=fast")
    tab.keyboard.press("F6")
    tab.keyboard.press("5")
    tab.keyboard.press("Control+Enter")
    tab.wait_for_timeout(2000)
    expect(tab.locator("earshot-survey h2")).to_be_focused()
    tab.keyboard.press("Tab")
    expect(tab.locator("earshot-survey .close")).to_be_focused()
    tab.wait_for_timeout(1000)
    tab.locator("#own").focus()
    expect(tab.locator("earshot-survey")).to_have_count(0)


@pytest.mark.parametrize(("placement", "score"), [("modal", 5), ("popover", 9), ("inline", 5)])
def test_thanks_that_hold_more_or_stand_in_nobodys_way_stay(
    earshot: Earshot, visit: Visit, placement: str, score: int
) -> None:
    tab = thanked(earshot, visit, placement, score)
    tab.mouse.move(1, 1)
    tab.wait_for_timeout(5000)
    expect(tab.locator("earshot-survey h2")).to_have_text("Thank you!")


def test_a_refusal_stays_with_the_words_to_copy(earshot: Earshot, visit: Visit) -> None:
    earshot.refusals.append((409, {}))
    earshot.scripts["fast"] = FAST
    tab = visit().open("/popover?with=fast")
    choose(tab, 5)
    tab.locator("earshot-survey textarea").fill("Kept")
    send(tab)
    tab.mouse.move(1, 1)
    tab.wait_for_timeout(2000)
    expect(tab.locator("earshot-survey textarea")).to_have_value("Kept")


def test_a_modal_that_the_browser_closes_by_itself_is_closed(earshot: Earshot, visit: Visit) -> None:
    tab = visit().open("/modal")
    tab.evaluate(HEARD.format("closed"))
    # As the back gesture of a phone does it, without a key.
    tab.evaluate(
        "document.querySelector('earshot-survey').shadowRoot.querySelector('dialog')"
        ".dispatchEvent(new Event('cancel', {cancelable: true}))"
    )
    expect(tab.locator("earshot-survey")).to_have_count(0)
    assert tab.evaluate("heard.length") == 1


# Server and links


def test_markup_of_the_page_names_no_server(earshot: Earshot, visit: Visit) -> None:
    with serving() as attacker:
        earshot.policy = "default-src *; script-src 'self' 'unsafe-inline'"
        element = f"<earshot-survey src='{attacker.url}' survey='demo'></earshot-survey>"
        earshot.pages["/"] = a_page(MANUAL, body=element)
        tab = visit().open("/", wait=False)
        sign_in(tab, "ann")
        tab.locator(QUESTION).first.wait_for()
        choose(tab, 9)
        send(tab)
        arrived(earshot, tab)
        assert (attacker.asked, attacker.noted, attacker.responses) == ([], [], [])


@pytest.mark.parametrize("kind", ["script", "module"])
def test_markup_that_takes_the_scripts_name_names_no_server(
    browser: Browser, earshot: Earshot, visit: Visit, kind: str
) -> None:
    with serving() as page, serving() as attacker:
        page.policy = "default-src *"
        taken = f'<img name="currentScript" src="{attacker.url}/favicon.ico" data-survey="other">'
        tag = f'<script type="{kind.replace("script", "")}" src="{earshot.url}/widget.js" data-survey="demo"></script>'
        page.pages["/"] = a_page(tag, body=taken)
        person = Visitor(browser, page.url)
        tab = person.open("/")
        choose(tab, 9)
        send(tab)
        arrived(earshot, tab)
        assert ([*page.responses, *attacker.responses], attacker.asked) == ([], ["/favicon.ico"])
        person.context.close()


def test_a_question_that_stands_in_markup_is_not_taken_on_a_foreign_page(
    browser: Browser, earshot: Earshot, visit: Visit
) -> None:
    with serving() as page:
        page.policy = "default-src *"
        config = '{"survey": "evil", "open": true}'
        tag = MANUAL.replace("/widget.js", earshot.url + "/widget.js")
        page.pages["/"] = a_page(tag, body=f"<earshot-survey survey='demo' config='{config}'></earshot-survey>")
        person = Visitor(browser, page.url)
        tab = person.open("/")
        expect(tab.locator("earshot-survey legend")).to_contain_text("Northwind")
        person.context.close()


def test_a_link_that_is_not_https_is_not_shown(earshot: Earshot, visit: Visit) -> None:
    rule(earshot, link=Link("Tell others", "javascript:alert(1)"))
    earshot.pages["/"] = a_page(DEMO)
    tab = visit().open("/")
    choose(tab, 10)
    send(tab)
    expect(tab.locator("earshot-survey h2")).to_be_visible()
    assert tab.locator("earshot-survey a").count() == 0


# What docs/widget.md shows


def shown_in_docs(language: str, heading: str) -> list[str]:
    """Return the blocks of a language under a heading, with the survey and the host of the test."""
    part = re.split(r"^#+ ", DOCS, flags=re.MULTILINE)
    (section,) = [one for one in part if one.startswith(heading)]
    return [
        block.replace("https://EARSHOT", "") for block in re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_the_tags_of_the_docs_ask(earshot: Earshot, visit: Visit, number: int) -> None:
    second_survey(earshot, "shop")
    earshot.pages["/"] = a_page(shown_in_docs("html", "The widget")[number])
    tab = visit().open("/")
    expect(question_of(tab, "shop")).to_have_count(1)


def test_the_calls_of_the_docs_work_before_the_script_has_come(earshot: Earshot, visit: Visit) -> None:
    second_survey(earshot, "shop")
    snippet, calls = shown_in_docs("js", "From a script")
    earshot.scripts |= {"snippet": snippet, "calls": calls.replace('earshot("hide");', "")}
    earshot.pages["/"] = a_page(MANUAL, before=script("snippet") + script("calls"))
    tab = visit().open("/")
    expect(tab.locator("earshot-survey[survey=shop] dialog[open]")).to_have_count(1)
    tab.evaluate(calls)
    asked(tab, 0)


def test_the_snippet_for_delighted_works(earshot: Earshot, visit: Visit) -> None:
    (snippet,) = shown_in_docs("html", "Pages written for Delighted")
    earshot.policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"
    earshot.pages["/"] = a_page(MANUAL, f"<script>delighted.survey({JO})</script>", before=snippet)
    tab = visit().open("/")
    choose(tab, 4)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["email"], response["properties"]) == ("jo@example.com", {"plan": "pro"})
