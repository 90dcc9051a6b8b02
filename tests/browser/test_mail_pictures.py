"""The mail as a person sees it: light, dark, on the narrowest telephone, right to left; build/pictures keeps it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from earshot.domain.colors import contrast
from earshot.emails.brand import MailBrand
from earshot.emails.invitation import render_invitation
from earshot.languages.catalogue import LANGUAGES
from tests.unit.emails.mails import make_facts

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="40"><circle cx="20" cy="20" r="18" fill="#0f6b5c"/>'
    '<text x="48" y="27" font-size="20" font-family="sans-serif" fill="#112233">northwind</text></svg>'
)
BRAND = MailBrand("Northwind Rail", "#0f6b5c")
WITH_LOGO = MailBrand("Northwind Rail", "#0f6b5c", "https://cdn.example/logo.svg")
WIDE, NARROW = 760, 320
NARROWEST_TARGET = 44

# Color and background of every element with text of its own; the background is that of the nearest painted ancestor.
READ_COLORS = """() => [...document.body.querySelectorAll('*')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
  .map(e => {
    let painted = e;
    while (painted && getComputedStyle(painted).backgroundColor === 'rgba(0, 0, 0, 0)') painted = painted.parentElement;
    return [e.textContent.trim(), getComputedStyle(e).color, getComputedStyle(painted).backgroundColor];
  })"""


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Callable[..., Any]:
    """Show a mail in a window of a width, light or dark."""

    @contextmanager
    def show(locale: str = "en", width: int = WIDE, scheme: Any = "light", **changes: Any) -> Iterator[Page]:
        context = browser.new_context(
            viewport={"width": width, "height": 640},
            color_scheme=scheme,
            device_scale_factor=2,
            java_script_enabled=True,
        )
        page = context.new_page()
        page.route("https://**", _serve)
        page.set_content(render_invitation(make_facts(locale, **{"brand": BRAND, **changes})).html)
        yield page
        context.close()

    return show


def _serve(route: Route) -> None:
    if route.request.url == WITH_LOGO.logo_url:
        route.fulfill(content_type="image/svg+xml", body=LOGO)
    else:
        route.abort()


def boxes(page: Page, selector: str) -> list[dict[str, float]]:
    read = "found => found.map(e => e.getBoundingClientRect().toJSON())"
    return list(page.locator(selector).evaluate_all(read))


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def hexadecimal(color: str) -> str:
    red, green, blue = (int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(","))
    return f"#{red:02x}{green:02x}{blue:02x}"


@pytest.mark.parametrize(
    ("picture", "options"),
    [
        ("mail-light", {}),
        ("mail-reminder", {"is_reminder": True}),
        ("mail-dark", {"scheme": "dark"}),
        ("mail-320", {"width": NARROW}),
        ("mail-ar", {"locale": "ar", "name": "ليلى"}),
        ("mail-ar-320-dark", {"locale": "ar", "name": "ليلى", "width": NARROW, "scheme": "dark"}),
        ("mail-logo", {"brand": WITH_LOGO}),
        ("mail-logo-dark", {"brand": WITH_LOGO, "scheme": "dark", "width": 390}),
        ("mail-yellow", {"locale": "de", "brand": MailBrand("Gelbe Post", "#ffd400")}),
    ],
)
def test_every_text_of_a_picture_can_be_read(
    shown: Callable[..., Any], pictures: Path, picture: str, options: dict[str, Any]
) -> None:
    with shown(**options) as page:
        page.screenshot(path=pictures / f"{picture}.png", full_page=True)
        texts = page.evaluate(READ_COLORS)

    assert len(texts) >= 17
    for text, color, behind in texts:
        assert contrast(hexadecimal(color), hexadecimal(behind)) >= 4.5, text


def test_dark_mode_is_dark(shown: Callable[..., Any]) -> None:
    with shown(scheme="dark") as page:
        behind = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")

    assert contrast(hexadecimal(behind), "#ffffff") > 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_narrowest_telephone_nothing_is_cut_and_every_button_is_a_target(
    shown: Callable[..., Any], language: str
) -> None:
    with shown(language, width=NARROW) as page:
        keys, links, sideways = boxes(page, ".key"), boxes(page, "a.score"), overflow(page)

    assert sideways == 0
    assert len(keys) == 11
    for key, link in zip(keys, links, strict=True):
        assert key["width"] >= NARROWEST_TARGET
        assert key["height"] >= NARROWEST_TARGET
        assert link["height"] >= NARROWEST_TARGET
        assert key["x"] >= 0
        assert key["x"] + key["width"] <= NARROW
    rows = [key["y"] for key in keys]
    assert (rows.count(rows[0]), rows.count(rows[-1])) == (6, 5)
    assert [round(key["x"]) for key in keys[:5]] == [round(key["x"]) for key in keys[6:]]  # one grid


@pytest.mark.parametrize("width", [360, 390, 480, 571, 572, 599, 600, 640])
def test_between_telephone_and_desk_nothing_scrolls_sideways(shown: Callable[..., Any], width: int) -> None:
    with shown("de", width=width) as page:
        assert overflow(page) == 0
        assert all(key["x"] + key["width"] <= width for key in boxes(page, ".key"))


@pytest.mark.parametrize("language", ["en", "ar", "he"])
def test_in_every_language_0_stands_left_of_10_with_its_words_below(shown: Callable[..., Any], language: str) -> None:
    with shown(language) as page:
        keys = boxes(page, ".key")
        low, high = boxes(page, "td[colspan]")
        left_text, right_text = page.evaluate(
            "[...document.querySelectorAll('td[colspan]')].map(cell => {"
            " const range = document.createRange(); range.selectNodeContents(cell);"
            " const box = range.getBoundingClientRect(); return [box.left, box.right]; })"
        )

    assert len({key["y"] for key in keys}) == 1
    assert [key["x"] for key in keys] == sorted(key["x"] for key in keys)
    assert low["x"] < high["x"]
    assert left_text[0] == pytest.approx(keys[0]["x"], abs=2)
    assert right_text[1] == pytest.approx(keys[10]["x"] + keys[10]["width"], abs=2)


@pytest.mark.parametrize("language", ["ar", "he"])
def test_from_right_to_left_the_words_begin_at_the_right(shown: Callable[..., Any], language: str) -> None:
    with shown(language) as page:
        (question,) = boxes(page, "h1")
        lefts = page.evaluate(
            "(() => { const range = document.createRange(); range.selectNodeContents(document.querySelector('h1'));"
            " return [...range.getClientRects()].map(box => box.right); })()"
        )

    assert max(lefts) == pytest.approx(question["x"] + question["width"], abs=2)


def test_what_the_inbox_previews_is_not_shown_twice(shown: Callable[..., Any]) -> None:
    with shown() as page:
        assert not page.get_by_text("It takes less than a minute", exact=False).first.is_visible()


def test_without_the_style_block_the_buttons_still_wrap(shown: Callable[..., Any]) -> None:
    """Some mail programs drop it, and the row must break all the same."""
    with shown(width=340) as page:
        page.evaluate("document.querySelector('style').remove()")
        page.evaluate("document.querySelectorAll('td.pad').forEach(cell => cell.style.paddingInline = '10px')")
        rows = [key["y"] for key in boxes(page, ".key")]

    assert (rows.count(rows[0]), rows.count(rows[-1])) == (6, 5)
