"""How the widget looks, everywhere: no accessibility fault, nothing cut off, nothing too small; and pictures of it."""

from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.host_pages import Earshot, serving
from tests.browser.measuring import ENDS, RING, stray_ends

PLACEMENTS = ("inline", "popover", "bar", "modal", "tab")
LANGUAGES = ("en", "ar")
SIZES = ((320, 480), (390, 844), (1280, 800))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FORCED: tuple[Literal["none", "active"], ...] = ("none", "active")
STATES = list(product(SIZES, SCHEMES, FORCED))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LEAST_TARGET = 24

# What of the widget is where, as a person sees it: nothing outside the window, nothing too small, no focus covered.
MEASURE = """() => {
  const root = document.querySelector("earshot-survey").shadowRoot;
  const box = root.querySelector("section, dialog").getBoundingClientRect();
  const active = [...root.querySelectorAll("input, textarea, button, a")].filter((one) => one.getClientRects().length);
  const covered = active.filter((one) => {
    one.focus();
    const it = one.getBoundingClientRect();
    // Of a field for text the browser shows the line that is written in, and need not show the whole.
    if (one.tagName === "TEXTAREA") return it.top > innerHeight - 24 || it.bottom < 24;
    const hit = root.elementFromPoint(it.left + it.width / 2, it.top + it.height / 2);
    const outside = it.top < -1 || it.left < -1 || it.bottom > innerHeight + 1 || it.right > innerWidth + 1;
    return outside || !hit || (hit !== one && !one.contains(hit) && !hit.closest("label")?.contains(one));
  });
  return {
    sideways: document.documentElement.scrollWidth - innerWidth,
    inner: [...root.querySelectorAll("*")].some(
      (one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible"),
    box: [box.left, box.top, innerWidth - box.right, innerHeight - box.bottom],
    small: active.filter((one) => {
      const it = one.getBoundingClientRect();
      return Math.min(it.width, it.height) < LEAST;
    }).length,
    covered: covered.map((one) => `${one.outerHTML.slice(0, 60)} ${JSON.stringify(one.getBoundingClientRect())}`),
  };
}""".replace("LEAST", str(LEAST_TARGET))


@pytest.fixture(scope="module")
def earshot() -> Iterator[Earshot]:
    with serving() as running:
        # With all that a question may show.
        running.survey = replace(running.survey, widget=replace(running.survey.widget, contact_box=True))
        yield running


@pytest.fixture(scope="module", params=list(product(PLACEMENTS, LANGUAGES)), ids="-".join)
def asking(request: pytest.FixtureRequest, browser: Browser, earshot: Earshot) -> Iterator[tuple[str, str, Page]]:
    """A page in which the widget asks, with a score chosen; the axe run needs to get past the page's policy."""
    placement, language = request.param
    context = browser.new_context(bypass_csp=True)
    tab = context.new_page()
    tab.goto(f"{earshot.url}/{placement}?lang={language}")
    tab.locator("earshot-survey fieldset").wait_for(state="attached")
    if placement == "tab":
        tab.locator("earshot-survey .handle").click()
    tab.locator("earshot-survey input[value='9']").check()
    tab.evaluate(AXE)
    yield placement, language, tab
    context.close()


def set_up(tab: Page, state: tuple[Any, Any, Any]) -> None:
    (width, height), scheme, forced = state
    tab.set_viewport_size({"width": width, "height": height})
    tab.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")


def test_no_rule_of_accessibility_is_broken(asking: tuple[str, str, Page]) -> None:
    placement, language, tab = asking
    broken = []
    for state in STATES:
        set_up(tab, state)
        measured = tab.evaluate("(tags) => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", RULES)
        broken += [(state, fault["id"], fault["nodes"][0]["html"][:120]) for fault in measured["violations"]]
        assert measured["passes"], "axe looked at nothing"
    assert broken == [], (placement, language)


def test_everything_is_inside_the_window_and_large_enough(asking: tuple[str, str, Page]) -> None:
    placement, _, tab = asking
    for state in STATES:
        set_up(tab, state)
        measured = tab.evaluate(MEASURE)
        assert (measured["sideways"] <= 0, measured["inner"], measured["small"], measured["covered"]) == (
            True,
            False,
            0,
            [],
        ), state
        if placement != "inline":
            assert min(measured["box"]) >= -0.5, (state, measured["box"])


def test_the_question_is_on_the_right_side_and_the_scale_runs_from_low_to_high(asking: tuple[str, str, Page]) -> None:
    _, language, tab = asking
    set_up(tab, STATES[-1])
    section = tab.locator("earshot-survey section, earshot-survey dialog")
    assert (section.get_attribute("dir"), section.get_attribute("lang")) == (
        "rtl" if language == "ar" else "ltr",
        language,
    )
    places = tab.locator("earshot-survey input[type=radio]").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().left)"
    )
    assert places == sorted(places)


def test_each_end_has_its_words_at_its_own_number(asking: tuple[str, str, Page]) -> None:
    _, _, tab = asking
    for size in SIZES:
        set_up(tab, (size, "light", "none"))
        measured = tab.evaluate(ENDS, "earshot-survey")
        assert stray_ends(measured) == [], (size, measured)


@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_the_ring_around_the_thanks_is_whole(
    browser: Browser, earshot: Earshot, pictures: Path, placement: str, language: str
) -> None:
    tab = browser.new_page(viewport={"width": 320, "height": 480})
    tab.goto(f"{earshot.url}/{placement}?lang={language}")
    tab.locator("earshot-survey fieldset").wait_for(state="attached")
    if placement == "tab":
        tab.locator("earshot-survey .handle").press("Enter")
    tab.locator("earshot-survey input[value='9']").press("Space")
    tab.locator("earshot-survey .send").press("Enter")
    tab.locator("earshot-survey h2").wait_for()
    assert tab.evaluate(RING, "earshot-survey") == ["H2"]
    tab.screenshot(path=pictures / f"widget-{placement}-{language}-thanks.png")
    tab.close()


def test_text_may_be_four_times_as_large(asking: tuple[str, str, Page]) -> None:
    placement, _, tab = asking
    # A window of 1280 pixels at 400 % is one of 320 by 200.
    set_up(tab, ((320, 200), "light", "none"))
    measured = tab.evaluate(MEASURE)
    assert (measured["sideways"] <= 0, measured["inner"], measured["covered"]) == (True, False, []), placement


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_picture_is_taken(
    asking: tuple[str, str, Page], pictures: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    placement, language, tab = asking
    set_up(tab, (size, scheme, "none"))
    tab.evaluate("document.activeElement?.shadowRoot?.activeElement?.blur()")
    place = pictures / f"widget-{placement}-{language}-{size[0]}-{scheme}.png"
    assert len(tab.screenshot(path=place)) > 2_000
