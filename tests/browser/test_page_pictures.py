"""The pages in a real browser, with their real headers and without JavaScript: used, measured and photographed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from earshot.domain.brand import Brand
from earshot.languages.catalogue import texts_for
from earshot.pages.forms import (
    FormError,
    FormFault,
    ResponseForm,
    asks_to_unsubscribe,
    read_preselection,
    read_response_form,
    read_signal,
)
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import (
    Notice,
    Page,
    render_notice,
    render_response_page,
    render_thanks_page,
    render_unsubscribe_page,
)
from earshot.pages.script import script, style
from earshot.pages.served_file import ServedFile
from tests.browser.measuring import ENDS, RING, stray_ends
from tests.browser.server import run_server

ENGLISH, ARABIC = texts_for("en"), texts_for("ar")
QUESTION = "How likely are you to recommend Northwind to a friend or colleague?"
FACTS = PageFacts(ENGLISH, QUESTION, "/s/token", Brand("Northwind", "#0f766e"))
IN_ARABIC = replace(FACTS, texts=ARABIC, question=ARABIC.fill(ARABIC.question, brand="Northwind"))
PHONE, LAPTOP = (320, 640), (1280, 800)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

STATES: dict[str, Callable[[PageFacts], Page]] = {
    "answer": lambda facts: render_response_page(replace(facts, chosen=9)),
    "contact": lambda facts: render_response_page(replace(facts, chosen=3, has_contact_box=True)),
    "again": lambda facts: render_response_page(
        replace(facts, current=9, earlier="Quick, and a friendly driver.", earlier_score=9)
    ),
    "changing": lambda facts: render_response_page(
        replace(facts, chosen=9, current=3, earlier="Two hours late.\nNobody told us.", earlier_score=3)
    ),
    "changed": lambda facts: render_thanks_page(
        replace(facts, chosen=9, current=3, earlier="Two hours late.\nNobody told us.", earlier_score=3)
    ),
    "no-score": lambda facts: render_response_page(replace(facts, fault=FormFault.NO_SCORE, comment="Kept.")),
    "thanks": lambda facts: render_thanks_page(replace(facts, current=9)),
    "unsubscribe": lambda facts: render_unsubscribe_page(facts.texts, "/u/token", facts.brand),
    "unsubscribed": lambda facts: render_notice(Notice.UNSUBSCRIBED, facts.texts, facts.brand),
    "closed": lambda facts: render_notice(Notice.CLOSED, facts.texts, facts.brand),
    "wrong": lambda facts: render_notice(Notice.WRONG_LINK, facts.texts),
}
EVERY_STATE = pytest.mark.parametrize("state", STATES)


class Site:
    """One respondent's pages behind a web server: `/s/token`, `/u/token`, every state under `/<look>/<state>`."""

    def __init__(self) -> None:
        self.responses: list[ResponseForm] = []
        self.unsubscribed = False
        self.serves_widget = False
        self.has_contact_box = False
        self.asked: list[str] = []
        self.url = ""

    def get(self, path: str, query: str) -> Page:
        self.asked.append(path)
        kind, state = path.strip("/").split("/")
        if kind == "s":
            return render_response_page(replace(self._facts(), chosen=read_preselection(query.removeprefix("score="))))
        if kind == "u":
            return render_unsubscribe_page(ENGLISH, "/u/token", FACTS.brand)
        return STATES[state]({"en": FACTS, "ar": IN_ARABIC, "yellow": YELLOW}[kind])

    def post(self, path: str, body: bytes, content_type: str) -> Page:
        if path == "/u/token":
            self.unsubscribed = asks_to_unsubscribe(body, content_type)
            return render_notice(Notice.UNSUBSCRIBED, ENGLISH, FACTS.brand)
        # A person who clicks anything a second after the page came is signalled first, which is no response.
        if read_signal(body, content_type)[0]:
            return render_response_page(self._facts())
        try:
            self.responses.append(read_response_form(body, content_type))
        except FormError as exc:
            return render_response_page(
                replace(
                    self._facts(),
                    fault=exc.fault,
                    chosen=exc.score,
                    comment=exc.comment or "",
                    contact_requested=exc.contact_requested,
                )
            )
        return render_thanks_page(self._facts())

    def _facts(self) -> PageFacts:
        facts = replace(FACTS, has_contact_box=self.has_contact_box)
        if not self.responses:
            return facts
        last, written = self.responses[-1], [response for response in self.responses if response.comment]
        earlier = written[-1] if written else ResponseForm(0)
        return replace(
            facts,
            current=last.score,
            earlier=earlier.comment or "",
            earlier_score=earlier.score,
            contact_requested=last.contact_requested,
        )


YELLOW = replace(FACTS, brand=Brand("Sunny", "#ffdd00"))


@pytest.fixture
def site() -> Iterator[Site]:  # noqa: C901 a small server
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            files = {"/widget.js": ("text/javascript", script()), "/widget/style.css": ("text/css", style())}
            if path in files:
                self._serve_file(*files[path])
                return
            self._respond(site.get(path, query))

        def _serve_file(self, kind: str, file: ServedFile) -> None:
            """Serve a file of the widget, or 404: most tests look at the form as it is without the widget."""
            if not site.serves_widget:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(file.plain)))
            self.end_headers()
            self.wfile.write(file.plain)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._respond(site.post(self.path, body, self.headers["content-type"]))

        def _respond(self, page: Page) -> None:
            body = page.html.encode()
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    with run_server(Handler) as site.url:
        yield site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Tab]]:
    """Open a page without JavaScript; afterwards the console must be empty and no other host called."""
    opened: list[BrowserContext] = []
    messages: list[str] = []

    def open_page(path: str, size: tuple[int, int] = LAPTOP, javascript: bool = False, **settings: Any) -> Tab:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=javascript, **settings
        )
        opened.append(context)
        tab = context.new_page()
        # The browser itself logs a page with status 422 or 410; that is no fault of the page.
        tab.on("console", lambda line: messages.append(line.text) if "the server responded" not in line.text else None)
        tab.on("request", lambda request: None if request.url.startswith(site.url) else messages.append(request.url))
        tab.goto(site.url + path)
        return tab

    yield open_page
    assert [context.cookies() for context in opened] == [[] for _ in opened]
    for context in opened:
        context.close()
    assert messages == []


# Used


def test_a_score_is_chosen_and_sent_with_the_keyboard_alone(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token")

    tab.keyboard.press("Tab")
    expect(tab.get_by_role("radio", name="0, Not at all likely")).to_be_focused()
    for _ in range(7):
        tab.keyboard.press("ArrowRight")
    expect(tab.get_by_role("radio", name="7", exact=True)).to_be_checked()
    assert site.responses == []
    tab.keyboard.press("Tab")
    tab.keyboard.type("Friendly <b>driver</b>")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name=ENGLISH.send)).to_be_focused()
    tab.keyboard.press("Space")

    expect(tab.get_by_role("heading", name=ENGLISH.thank_you_title)).to_be_visible()
    assert site.responses == [ResponseForm(7, "Friendly <b>driver</b>")]


def test_enter_sends_too(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token")

    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("heading", name=ENGLISH.thank_you_title)).to_be_visible()
    assert [response.score for response in site.responses] == [0]


def test_a_link_only_preselects(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token?score=9")

    expect(tab.get_by_role("radio", checked=True)).to_have_value("9")
    assert site.responses == []
    tab.get_by_role("button").click()
    assert [response.score for response in site.responses] == [9]


def test_a_response_can_be_changed_by_coming_back(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token?score=1")
    tab.get_by_label(ENGLISH.comment_label).fill("Mis-tapped\n\nreally")
    tab.get_by_role("button").click()
    tab.get_by_role("link", name=ENGLISH.change).click()

    expect(tab.get_by_role("radio", checked=True)).to_have_value("1")
    expect(tab.get_by_text(ENGLISH.may_change)).to_be_visible()
    expect(tab.get_by_label(ENGLISH.comment_label)).to_have_value("Mis-tapped\n\nreally")
    tab.get_by_role("radio", name="10, Extremely likely").click()
    tab.get_by_role("button", name=ENGLISH.change).click()

    assert [response.score for response in site.responses] == [1, 10]


def test_after_a_change_the_page_shows_the_new_score_and_keeps_the_earlier_comment(
    site: Site, visit: Callable[..., Tab], pictures: Path
) -> None:
    site.serves_widget = True
    tab = visit("/s/token?score=3", PHONE, javascript=True)
    element = tab.locator("earshot-survey")
    element.locator("textarea[part]").fill("Two hours late")
    element.locator(".send").click()
    element.locator(".done").wait_for()
    tab.get_by_role("link", name=ENGLISH.change).click()

    expect(element.locator(".note")).to_contain_text("Your answer: 3")
    box = element.locator("textarea[part]")
    expect(box).to_have_value("Two hours late")
    element.locator("blockquote").wait_for(state="hidden")
    element.locator("input[value='9']").last.check()
    expect(box).to_have_value("")
    expect(element.locator(".earlier")).to_contain_text("Your comment with the answer 3:")
    expect(element.locator("blockquote")).to_be_visible()
    tab.screenshot(path=pictures / "page-scripted-changing.png", full_page=True)
    element.locator("input[value='3']").last.check()
    expect(box).to_have_value("Two hours late")
    element.locator("input[value='9']").last.check()
    element.locator(".send").click()
    element.locator(".done").wait_for()

    expect(tab.locator("main")).to_contain_text("Your answer: 9")
    assert "Your answer: 3" not in tab.locator("main").inner_text()
    assert [(response.score, response.comment, response.is_prefilled) for response in site.responses] == [
        (3, "Two hours late", False),
        (9, None, False),
    ]
    tab.screenshot(path=pictures / "page-scripted-changed.png")


@pytest.mark.parametrize("is_scripted", [False, True])
def test_who_asks_for_contact_can_take_it_back(
    site: Site, visit: Callable[..., Tab], pictures: Path, is_scripted: bool
) -> None:
    site.has_contact_box, site.serves_widget = True, is_scripted
    tab = visit("/s/token?score=3", PHONE, javascript=is_scripted)
    question = tab.locator("earshot-survey textarea[part]" if is_scripted else "main textarea")
    question.wait_for()
    box = tab.get_by_role("checkbox", name=ENGLISH.contact_me)
    expect(box).not_to_be_checked()
    tab.get_by_role("textbox").focus()
    tab.keyboard.press("Tab")
    expect(box).to_be_focused()
    tab.keyboard.press("Space")
    tab.screenshot(path=pictures / f"page-contact-{'scripted' if is_scripted else 'plain'}.png", full_page=True)
    tab.get_by_role("button", name=ENGLISH.send).click()
    tab.get_by_role("link", name=ENGLISH.change).click()

    question.wait_for()
    expect(box).to_be_checked()
    box.uncheck()
    tab.get_by_role("button", name=ENGLISH.change).click()
    expect(tab.get_by_role("heading", name=ENGLISH.thank_you_title)).to_be_visible()
    assert [response.contact_requested for response in site.responses] == [True, False]


def test_a_form_that_comes_back_keeps_the_box_as_it_was(site: Site, visit: Callable[..., Tab]) -> None:
    site.has_contact_box = True
    tab = visit("/s/token")
    box = tab.get_by_role("checkbox", name=ENGLISH.contact_me)
    box.check()
    tab.get_by_role("button").click()

    expect(tab.get_by_role("alert")).to_be_visible()
    expect(box).to_be_checked()
    assert site.responses == []


def test_typed_text_stays_inside_the_box(site: Site, visit: Callable[..., Tab]) -> None:
    site.serves_widget = True
    site.responses.append(ResponseForm(3, "Two hours late"))
    tab = visit("/s/token", javascript=True)
    box = tab.locator("earshot-survey textarea[part]")
    box.wait_for()
    tab.locator("earshot-survey input[value='9']").last.check()
    box.fill("Much better now")
    for value in ("3", "10"):
        tab.locator(f"earshot-survey input[value='{value}']").last.check()
        expect(box).to_have_value("Much better now")


def test_sending_without_a_score_shows_an_error_and_keeps_the_comment(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token")
    tab.get_by_label(ENGLISH.comment_label).fill("It was fine")
    tab.get_by_role("button").click()

    expect(tab.get_by_role("alert")).to_have_text(ENGLISH.choose_score)
    expect(tab.get_by_label(ENGLISH.comment_label)).to_have_value("It was fine")
    expect(tab.get_by_role("radio", name="0, Not at all likely")).to_be_focused()
    assert site.responses == []


def test_unsubscribing_takes_one_click(site: Site, visit: Callable[..., Tab]) -> None:
    tab = visit("/u/token")
    assert not site.unsubscribed

    tab.get_by_role("button", name=ENGLISH.unsubscribe_button).click()

    expect(tab.get_by_role("heading", name=ENGLISH.unsubscribed_title)).to_be_visible()
    assert site.unsubscribed


def test_the_scale_runs_from_left_to_right_in_every_language(visit: Callable[..., Tab]) -> None:
    tab = visit("/ar/again")
    nine, ten = (tab.locator(f"input[value='{score}']") for score in (9, 10))

    nine.focus()
    tab.keyboard.press("ArrowRight")

    expect(ten).to_be_checked()
    assert box(ten)["x"] > box(nine)["x"]


# Understood


def test_screen_readers_get_labels_and_errors(visit: Callable[..., Tab]) -> None:
    tab = visit("/en/again")

    reported = tab.locator("main").aria_snapshot()

    assert f'- group "{QUESTION}":' in reported
    assert f'- heading "{QUESTION}" [level=1]' in reported
    assert '- radio "0, Not at all likely"' in reported
    assert '- radio "9" [checked]' in reported
    assert '- radio "10, Extremely likely"' in reported
    assert f'- textbox "{ENGLISH.comment_label}": Quick, and a friendly driver.' in reported
    assert f'- button "{ENGLISH.change}"' in reported
    assert reported.count("radio") == 11
    assert ENGLISH.leave_empty not in reported


def test_the_group_is_described_by_its_ends(visit: Callable[..., Tab]) -> None:
    group = visit("/en/no-score").get_by_role("group")

    expect(group).to_have_accessible_description(
        re.compile(f"0 – {ENGLISH.anchor_low} ?10 – {ENGLISH.anchor_high} ?{re.escape(ENGLISH.choose_score)}")
    )


# Measured

MEASURE = """() => {
  const say = element => element.tagName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 30);
  const channels = color => (color.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const radio = at.tagName === 'LABEL' && at.querySelector('input[type=radio]');
      if (radio && channels(getComputedStyle(radio).backgroundColor)[3] !== 0)
        return channels(getComputedStyle(radio).backgroundColor);
      const picture = getComputedStyle(at).backgroundImage.match(/rgba?\\([^)]*\\)/g);
      if (picture) return channels(picture[picture.length - 1]);
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const faults = [];
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth) faults.push('it scrolls sideways: ' + page.scrollWidth);
  const seen = [...document.querySelectorAll('main *')].filter(e => !e.closest('.away') && e.type !== 'hidden');
  for (const element of seen) {
    const box = element.getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth + .5) faults.push('it sticks out: ' + say(element));
    const isTarget = element.matches('input, button, textarea, a');
    const least = element.matches('input, button') ? 44 : 24;
    // Of a checkbox the words are clicked as well.
    const target = element.type === 'checkbox' ? element.closest('label').getBoundingClientRect() : box;
    if (isTarget && (target.height < least || target.width < least || box.height < 24 || box.width < 24))
      faults.push(`it is ${box.width} by ${box.height}: ` + say(element));
    if ([...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) {
      const [one, two] = [luminance(channels(getComputedStyle(element).color)), luminance(ground(element))];
      const contrast = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
      if (contrast < 4.5) faults.push(`its contrast is ${contrast}: ` + say(element));
    }
  }
  const boxes = [...document.querySelectorAll('.scale label')].map(e => e.getBoundingClientRect());
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) faults.push('scores overlap');
  }));
  return faults;
}"""


@EVERY_STATE
@pytest.mark.parametrize("look", ["en", "ar", "yellow"])
def test_everything_fits_and_can_be_read(visit: Callable[..., Tab], state: str, look: str) -> None:
    # The measuring needs a script; the pages have none to run, and their policy stays in force.
    tab = visit(f"/{look}/{state}", javascript=True, reduced_motion="reduce")
    faults = {}
    for scheme, (width, height) in product(SCHEMES, (PHONE, (390, 844), LAPTOP)):
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size({"width": width, "height": height})
        faults[scheme, width] = tab.evaluate(MEASURE)

    assert {where: fault for where, fault in faults.items() if fault} == {}


def test_the_measuring_finds_what_is_wrong(visit: Callable[..., Tab]) -> None:
    tab = visit("/en/answer", PHONE, javascript=True)
    for line in ("h1 { color: #999 }", "main { inline-size: 40rem }", ".button { min-block-size: 0; padding: 0 }"):
        tab.evaluate("rule => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length)", line)

    found = " ".join(tab.evaluate(MEASURE))

    assert all(words in found for words in ("its contrast is", "it scrolls sideways", "it sticks out", "by 2"))


@EVERY_STATE
def test_text_may_be_twice_as_large_on_a_narrow_phone(visit: Callable[..., Tab], state: str) -> None:
    tab = visit(f"/en/{state}", PHONE, javascript=True)

    tab.evaluate("document.documentElement.style.setProperty('font-size', '200%')")

    assert tab.evaluate("document.documentElement.scrollWidth") == 320


def test_the_scale_is_two_rows_on_a_narrow_phone_and_one_on_a_wide_screen(visit: Callable[..., Tab]) -> None:
    def rows(tab: Tab) -> list[int]:
        tops = [box(tab.locator("label:has(input[type=radio])").nth(score))["y"] for score in range(11)]
        return [tops.count(top) for top in sorted(set(tops))]

    assert rows(visit("/en/answer", PHONE)) == [6, 5]
    assert rows(visit("/en/answer", LAPTOP)) == [11]


WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("look", ["en", "ar"])
def test_each_end_has_its_words_at_its_own_number(visit: Callable[..., Tab], look: str) -> None:
    tab = visit(f"/{look}/answer", javascript=True)
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        measured = tab.evaluate(ENDS)
        assert stray_ends(measured) == [], (width, measured)


@pytest.mark.parametrize("look", ["en", "ar"])
def test_with_the_widget_too_each_end_has_its_words_at_its_own_number(
    site: Site, visit: Callable[..., Tab], pictures: Path, look: str
) -> None:
    site.serves_widget = True
    tab = visit(f"/{look}/answer", javascript=True)
    tab.locator("earshot-survey .send").wait_for()
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 800})
        measured = tab.evaluate(ENDS, "earshot-survey")
        assert stray_ends(measured) == [], (width, measured)
        tab.screenshot(path=pictures / f"page-scripted-{look}-{width}.png")


def test_the_ring_around_the_thanks_is_whole(site: Site, visit: Callable[..., Tab], pictures: Path) -> None:
    site.serves_widget = True
    tab = visit("/s/token?score=9", PHONE, javascript=True)
    tab.locator("earshot-survey .send").press("Enter")
    tab.locator("earshot-survey .done").wait_for()
    assert tab.evaluate(RING, "earshot-survey") == ["H1"]
    tab.screenshot(path=pictures / "page-scripted-thanks.png")


def test_the_focus_is_seen(visit: Callable[..., Tab]) -> None:
    tab = visit("/s/token")
    scale = tab.locator("fieldset")
    before = scale.screenshot()

    tab.keyboard.press("Tab")

    assert scale.screenshot() != before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colors_the_chosen_score_still_stands_out(visit: Callable[..., Tab], scheme: str) -> None:
    tab = visit("/en/answer", javascript=True, forced_colors="active", color_scheme=scheme)
    color = "e => getComputedStyle(e).backgroundColor"

    chosen, other = (tab.locator(f"input[value='{score}']").evaluate(color) for score in (9, 8))

    assert chosen != other


def test_nothing_moves_for_who_wants_no_motion(visit: Callable[..., Tab]) -> None:
    tab = visit("/en/answer", javascript=True, reduced_motion="reduce")

    moving = tab.evaluate(
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    )
    assert moving == 0


def test_a_page_asks_for_nothing_but_itself(site: Site, visit: Callable[..., Tab]) -> None:
    visit("/en/answer")

    assert site.asked == ["/en/answer"]


# Photographed


@pytest.mark.parametrize(
    ("name", "path", "size", "settings"),
    [
        ("light", "/en/answer", LAPTOP, {}),
        ("dark", "/en/answer", LAPTOP, {"color_scheme": "dark"}),
        ("320", "/en/again", PHONE, {}),
        ("ar", "/ar/answer", PHONE, {}),
        ("390", "/en/answer", (390, 844), {}),
        ("no-score", "/yellow/no-score", LAPTOP, {}),
        ("forced-colors", "/en/again", LAPTOP, {"forced_colors": "active", "color_scheme": "dark"}),
        ("thanks", "/en/thanks", LAPTOP, {}),
        ("changing", "/en/changing", PHONE, {}),
        ("changed", "/en/changed", PHONE, {}),
        ("unsubscribe", "/en/unsubscribe", LAPTOP, {}),
    ],
)
def test_a_picture_is_taken(
    visit: Callable[..., Tab], pictures: Path, name: str, path: str, size: tuple[int, int], settings: dict[str, str]
) -> None:
    tab = visit(path, size, **settings)

    picture = tab.screenshot(path=pictures / f"page-{name}.png", full_page=True)

    assert len(picture) > 5_000


def box(locator: Any) -> Any:
    return locator.bounding_box()
