"""The widget in a real browser: used by keyboard and pointer, under the strictest policy, on pages that misbehave."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.host_pages import Earshot, serving
from tests.browser.visiting import Visitor, arrived, choose, send

OVERLAYS = ("popover", "bar", "modal", "tab")


@pytest.fixture
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, earshot: Earshot) -> Iterator[Callable[..., Visitor]]:
    """Open visits; afterwards no console may have a line, and nobody has a cookie."""
    visitors: list[Visitor] = []

    def visit(**settings: Any) -> Visitor:
        visitors.append(Visitor(browser, earshot.url, **settings))
        return visitors[-1]

    yield visit
    assert [person.context.cookies() for person in visitors] == [[] for _ in visitors]
    for person in visitors:
        person.context.close()
    assert [line for person in visitors for line in person.errors] == []


# Questions and responses


def test_a_response_can_be_given_with_the_keyboard_alone(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    tab.locator("#own").focus()
    for key in ("Tab", "ArrowRight", "ArrowRight", "ArrowLeft"):
        tab.keyboard.press(key)
    assert tab.evaluate("document.querySelector('earshot-survey').shadowRoot.activeElement.value") == "1"
    assert earshot.responses == []
    tab.keyboard.press("Tab")
    tab.keyboard.type("Too <b>slow</b> & cold.")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    (response,) = arrived(earshot, tab)
    assert (response["score"], response["comment"], response["final"]) == (1, "Too <b>slow</b> & cold.", True)
    assert (response["channel"], 0 < response["seconds"] < 60) == ("widget", True)
    expect(tab.locator("earshot-survey h2")).to_be_focused()


def test_nothing_is_sent_before_a_score_is_chosen(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    send(tab)
    expect(tab.locator("earshot-survey [role=alert]")).to_have_text("Please choose a number from 0 to 10.")
    expect(tab.locator("earshot-survey input").first).to_be_focused()
    choose(tab, 7)
    expect(tab.locator("earshot-survey [role=alert]")).to_have_text("")
    assert earshot.responses == []


def test_a_number_that_a_script_chose_without_telling_is_sent(
    earshot: Earshot, visitor: Callable[..., Visitor]
) -> None:
    tab = visitor().open("/inline")
    tab.evaluate(
        "document.querySelector('earshot-survey').shadowRoot.querySelector('input[value=\"9\"]').checked = true"
    )
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["score"], response["comment"], response["final"]) == (9, "", True)


@pytest.mark.parametrize(
    ("score", "follow_up", "link"),
    [(3, "What went wrong?", 0), (8, "What is missing to make it a 10?", 0), (10, "What do you like most?", 1)],
)
def test_each_camp_is_asked_and_thanked_in_its_own_words(
    visitor: Callable[..., Visitor], score: int, follow_up: str, link: int
) -> None:
    tab = visitor().open("/inline")
    choose(tab, score)
    expect(tab.locator("earshot-survey label[for=comment]")).to_have_text(follow_up)
    send(tab)
    expect(tab.locator("earshot-survey [role=status]")).to_contain_text("Thank you!")
    assert tab.locator("earshot-survey a").count() == link


def test_a_box_asks_for_contact_where_the_survey_shows_it(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.survey = replace(earshot.survey, widget=replace(earshot.survey.widget, contact_box=True))
    tab = visitor().open("/inline")
    box = tab.get_by_role("checkbox", name="Please contact me about my answer")
    expect(box).to_have_count(0)
    choose(tab, 3)
    tab.locator("earshot-survey textarea").focus()
    tab.keyboard.press("Tab")
    expect(box).to_be_focused()
    tab.keyboard.press("Space")
    choose(tab, 2)
    expect(box).to_be_checked()
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["score"], response["contact_requested"]) == (2, True)


def test_without_the_box_no_contact_is_requested(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    choose(tab, 3)
    expect(tab.get_by_role("checkbox")).to_have_count(0)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert response["contact_requested"] is False


def test_a_double_click_on_send_is_one_response(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    choose(tab, 9)
    tab.locator("earshot-survey .send").dblclick()
    arrived(earshot, tab)


# Placed


@pytest.mark.parametrize("placement", ["popover", "bar"])
def test_what_comes_by_itself_takes_no_focus_and_closes_with_escape(
    visitor: Callable[..., Visitor], placement: str
) -> None:
    tab = visitor().open(f"/{placement}?manual", wait=False)
    tab.locator("#own").focus()
    tab.wait_for_function("window.earshot && earshot('show')  === undefined")
    tab.locator("earshot-survey fieldset").wait_for()
    expect(tab.locator("#own")).to_be_focused()
    tab.locator("earshot-survey input").first.focus()
    tab.keyboard.press("Escape")
    expect(tab.locator("earshot-survey")).to_have_count(0)
    expect(tab.locator("#own")).to_be_focused()


def test_a_modal_keeps_the_focus_and_gives_it_back(visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/modal?manual", wait=False)
    tab.locator("#own").focus()
    tab.wait_for_function("window.earshot && earshot('show') === undefined")
    tab.locator("earshot-survey dialog[open]").wait_for()
    for _ in range(6):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.id") != "own"
    tab.keyboard.press("Escape")
    expect(tab.locator("earshot-survey")).to_have_count(0)
    expect(tab.locator("#own")).to_be_focused()


def test_a_tab_opens_on_click_and_closes_again(visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/tab")
    expect(tab.locator("earshot-survey fieldset")).to_be_hidden()
    tab.locator("earshot-survey .handle").press("Enter")
    expect(tab.locator("earshot-survey input").first).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("earshot-survey .handle")).to_be_focused()


# Delivered


def test_an_unsent_choice_is_kept_as_a_partial_response_and_completed(
    earshot: Earshot, visitor: Callable[..., Visitor]
) -> None:
    person = visitor()
    tab = person.open("/inline")
    choose(tab, 2)
    tab.goto(earshot.url + "/inline")
    tab.locator("earshot-survey fieldset").wait_for()
    choose(tab, 6)
    send(tab)
    for _ in range(50):
        if earshot.responses and earshot.responses[-1]["final"]:
            break
        tab.wait_for_timeout(100)
    assert {response["id"] for response in earshot.responses} == {earshot.responses[0]["id"]}
    assert [(a["score"], a["final"]) for a in (earshot.responses[0], earshot.responses[-1])] == [(2, False), (6, True)]


def test_opening_another_tab_without_a_choice_sends_nothing(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    tab.goto("about:blank")
    tab.wait_for_timeout(300)
    assert earshot.responses == []


def test_an_offline_response_is_sent_once_when_the_network_is_back(
    earshot: Earshot, visitor: Callable[..., Visitor]
) -> None:
    person = visitor()
    tab = person.open("/inline")
    person.context.set_offline(True)
    choose(tab, 10)
    send(tab)
    status = tab.locator("earshot-survey [role=status]")
    expect(status).to_contain_text("Your answer has not been sent yet.")
    tab.wait_for_timeout(500)
    assert earshot.responses == []
    person.context.set_offline(False)
    arrived(earshot, tab)
    expect(status).to_contain_text("Thank you!")


def test_an_unsent_response_is_sent_by_the_next_page(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    person = visitor()
    tab = person.open("/inline")
    person.context.set_offline(True)
    choose(tab, 10)
    send(tab)
    # Before the attempt has failed it counts as being sent: another page then waits for 30 seconds.
    expect(tab.locator("earshot-survey [role=status]")).to_contain_text("has not been sent yet")
    tab.close()
    person.context.set_offline(False)
    next_tab = person.open("/inline")
    for _ in range(100):
        if earshot.responses:
            break
        next_tab.wait_for_timeout(100)
    # The page that left may have sent it too, the moment the network was back: it is the same response.
    assert {(response["score"], response["final"]) for response in earshot.responses} == {(10, True)}
    assert len({response["id"] for response in earshot.responses}) == 1


@pytest.mark.parametrize("refusal", [(429, {"retry-after": "1"}), (503, {}), (408, {}), (500, {})])
def test_a_busy_server_is_asked_again_with_the_same_id(
    earshot: Earshot, visitor: Callable[..., Visitor], refusal: tuple[int, dict[str, str]]
) -> None:
    earshot.refusals = [refusal]
    tab = visitor().open("/inline")
    choose(tab, 5)
    send(tab)
    expect(tab.locator("earshot-survey [role=status]")).to_contain_text("Thank you!")
    arrived(earshot, tab)


def test_what_is_refused_for_good_is_not_asked_again(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.refusals = [(409, {})]
    person = visitor()
    tab = person.open("/inline")
    choose(tab, 5)
    send(tab)
    tab.wait_for_timeout(2500)
    assert len(person.warned) == 1
    expect(tab.locator("earshot-survey [role=status]")).to_contain_text("This survey has just closed.")
    assert (earshot.responses, tab.evaluate("JSON.parse(localStorage.getItem('earshot.queue'))")) == ([], [])


def test_a_slow_server_keeps_nobody_waiting(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.stall = 2
    tab = visitor().open("/inline")
    choose(tab, 9)
    send(tab)
    expect(tab.locator("earshot-survey [role=status]")).to_have_text("Thank you for taking the time.", timeout=1000)
    arrived(earshot, tab)


def test_two_tabs_have_one_response(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    person = visitor()
    first, second = person.open("/inline"), person.open("/inline")
    choose(first, 9)
    choose(second, 9)
    send(first)
    arrived(earshot, first)
    expect(second.locator("earshot-survey fieldset")).to_have_count(0)


# Who is asked, where and when


def test_a_page_that_is_not_meant_shows_nothing(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.survey = replace(
        earshot.survey, widget=replace(earshot.survey.widget, urls=("/pricing*", "/shop/*/pay?x=1"))
    )
    tab = visitor().open("/popover", wait=False)
    tab.wait_for_timeout(500)
    assert tab.locator("earshot-survey fieldset").count() == 0


@pytest.mark.parametrize("rule", [{"sample": 0.0}, {"delay": 60}, {"scroll": 50}])
def test_a_rule_that_is_not_met_shows_nothing(
    earshot: Earshot, visitor: Callable[..., Visitor], rule: dict[str, Any]
) -> None:
    earshot.survey = replace(earshot.survey, widget=replace(earshot.survey.widget, **rule))
    tab = visitor().open("/popover?tall", wait=False)
    tab.wait_for_timeout(500)
    assert tab.locator("earshot-survey fieldset").count() == 0
    if "scroll" in rule:
        tab.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        tab.locator("earshot-survey fieldset").wait_for()


def test_who_closed_it_is_left_in_peace(visitor: Callable[..., Visitor]) -> None:
    person = visitor()
    person.open("/popover").locator("earshot-survey .close").click()
    tab = person.open("/popover", wait=False)
    tab.wait_for_timeout(500)
    assert tab.locator("earshot-survey fieldset").count() == 0


@pytest.mark.parametrize("is_quiet", [True, False])
def test_the_server_decides_about_identified_visitors(
    earshot: Earshot, visitor: Callable[..., Visitor], is_quiet: bool
) -> None:
    earshot.is_known_quiet = is_quiet
    earshot.scripts["known"] = "window.earshot = { q: [['identify', 'a.b.c']] };"
    tab = visitor().open("/popover?with=known", wait=False)
    tab.wait_for_timeout(700)
    assert tab.locator("earshot-survey fieldset").count() == (0 if is_quiet else 1)


def test_nothing_is_asked_of_the_server_but_the_config(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    visitor().open("/popover")
    assert [path.partition("?")[0] for path in earshot.asked if "favicon" not in path] == [
        "/popover",
        "/widget.js",
        "/v1/surveys/demo/widget",
        "/widget/style.css",
    ]


# Called by the page


def test_calls_before_the_script_has_loaded_are_kept(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.scripts["early"] = (
        "earshot('identify', {token: 'a.b.c', properties: {plan: 'pro'}});"
        "earshot('on', 'answered', (said) => { window.heard = said.score });"
        "earshot('on', 'answered', () => { throw new Error('of the page') });"
        "earshot('show', {survey: 'demo', placement: 'popover', force: true});"
        "earshot('no such command');"
    )
    tab = visitor().open("/inline?manual&with=waiting&with=early")
    tab.locator("earshot-survey[made] fieldset").wait_for()
    tab.locator("earshot-survey[made] input[value='9']").check()
    tab.locator("earshot-survey[made] .send").click()
    (response,) = arrived(earshot, tab)
    assert (response["token"], response["properties"], tab.evaluate("window.heard")) == ("a.b.c", {"plan": "pro"}, 9)


def test_a_page_written_for_delighted_goes_on_working(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/popover?manual", wait=False)
    tab.wait_for_function("window.delighted")
    tab.evaluate("delighted.survey({email: 'ann@example.com', properties: {plan: 'pro'}, forceDisplay: true})")
    choose(tab, 4)
    send(tab)
    (response,) = arrived(earshot, tab)
    assert (response["email"], response["properties"]) == ("ann@example.com", {"plan": "pro"})


# On pages that misbehave


@pytest.mark.parametrize("placement", ["inline", *OVERLAYS])
def test_a_hostile_page_neither_hides_nor_breaks_it(
    earshot: Earshot, visitor: Callable[..., Visitor], placement: str
) -> None:
    tab = visitor().open(f"/{placement}?with=hostile&unset")
    if placement == "tab":
        tab.locator("earshot-survey .handle").click()
    choose(tab, 9)
    send(tab)
    arrived(earshot, tab)
    box = tab.locator("earshot-survey .body").bounding_box()
    assert box is not None
    assert box["width"] > 200


def test_a_browser_that_keeps_nothing_still_asks(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    earshot.scripts["no_storage"] = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } });"
        "Object.defineProperty(navigator, 'locks', { value: undefined });"
    )
    tab = visitor().open("/inline?with=no_storage")
    choose(tab, 9)
    send(tab)
    arrived(earshot, tab)


def test_a_script_that_is_loaded_twice_asks_once(visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/popover")
    tab.evaluate(
        "new Promise((done) => { const s = document.createElement('script'); s.onload = done;"
        "const policy = trustedTypes.createPolicy('tests', { createScriptURL: (u) => u });"
        "s.src = policy.createScriptURL('/widget.js'); s.dataset.survey = 'demo'; document.head.append(s) })"
    )
    tab.wait_for_timeout(300)
    assert tab.locator("earshot-survey").count() == 1


def test_an_element_that_is_moved_keeps_what_was_chosen(earshot: Earshot, visitor: Callable[..., Visitor]) -> None:
    tab = visitor().open("/inline")
    choose(tab, 8)
    tab.evaluate("document.querySelector('main').append(document.querySelector('earshot-survey'))")
    assert tab.locator("earshot-survey input:checked").get_attribute("value") == "8"
    tab.goto("about:blank")
    for _ in range(50):
        if earshot.responses:
            break
        tab.wait_for_timeout(100)
    assert [response["final"] for response in earshot.responses] == [False]


@pytest.mark.parametrize("trouble", ["closed", "gone"])
def test_where_there_is_no_question_there_is_nothing(
    earshot: Earshot, visitor: Callable[..., Visitor], trouble: str
) -> None:
    if trouble == "closed":
        earshot.survey = replace(earshot.survey, state="closed")
    else:
        earshot.knows_no_survey = True
    tab = visitor().open("/popover", wait=False)
    tab.wait_for_timeout(500)
    assert tab.locator("earshot-survey fieldset").count() == 0
