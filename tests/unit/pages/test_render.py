"""The pages themselves: whole in every language, and safe whatever stands in a name, a question or a comment."""

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.brand import Brand
from earshot.languages.catalogue import LANGUAGES, texts_for
from earshot.languages.texts import Texts
from earshot.pages.forms import FormFault, read_response_form
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import (
    Notice,
    Page,
    render_final_page,
    render_notice,
    render_response_page,
    render_thanks_page,
    render_unsubscribe_page,
)

QUESTION = "How likely are you to recommend Northwind?"
BRAND = Brand("Northwind", "#0f766e", "https://cdn.example.com/logo.png?v=1&size=2")
FACTS = PageFacts(texts_for("en"), QUESTION, "/s/token", BRAND)
NASTY = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea></title><img src=x onerror=alert(1)>",
    "\" autofocus onfocus='alert(1)' x=\"",
    "{{7*7}} {% for x in y %} {brand} {0}",
    "--></main> & &lt; &#0;",
    "\U0001f469\u200d\U0001f4bb \u202e evil \u0000 \u2028",
]

STATES: dict[str, Callable[[PageFacts], Page]] = {
    "first": render_response_page,
    "preselected": lambda facts: render_response_page(replace(facts, chosen=9)),
    "answered": lambda facts: render_response_page(replace(facts, current=9, comment="quick")),
    "contact": lambda facts: render_response_page(replace(facts, has_contact_box=True)),
    "no-score": lambda facts: render_response_page(replace(facts, fault=FormFault.NO_SCORE, comment="kept")),
    "too-long": lambda facts: render_response_page(replace(facts, chosen=3, fault=FormFault.COMMENT_TOO_LONG)),
    "no-form": lambda facts: render_response_page(replace(facts, fault=FormFault.NOT_A_FORM)),
    "standing": render_final_page,
    "standing-with-score": lambda facts: render_final_page(replace(facts, current=9)),
    "thanks": render_thanks_page,
    "thanks-with-score": lambda facts: render_thanks_page(replace(facts, current=9)),
    "unsubscribe": lambda facts: render_unsubscribe_page(facts.texts, "/u/token", facts.brand),
    **{
        notice.word: lambda facts, notice=notice: render_notice(notice, facts.texts, facts.brand)  # type: ignore[misc]
        for notice in Notice
    },
}
# The pages whose form the widget's element enhances; one that came back with a fault names what to fix as it is.
ENHANCED = ("first", "preselected", "answered", "contact")
EVERY_STATE = pytest.mark.parametrize("state", STATES)


class Tags(HTMLParser):
    """The elements of a page with their attributes, and the text of each kind of element."""

    VOID = ("meta", "img", "input", "br", "link")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "an element is left open"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute is given twice"
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            self.texts[tag] = self.texts.get(tag, "") + data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    def radios(self) -> list[dict[str, str | None]]:
        return [attributes for attributes in self.all("input") if attributes.get("type") == "radio"]

    def checked(self) -> list[str | None]:
        return [radio["value"] for radio in self.radios() if "checked" in radio]


def style_of(page: Page) -> str:
    return page.html.partition("<style>")[2].partition("</style>")[0]


@EVERY_STATE
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language(state: str, language: str) -> None:
    texts = texts_for(language)
    page = STATES[state](replace(FACTS, texts=texts))
    tags = Tags(page.html)

    assert tags.all("html") == [{"lang": language, "dir": texts.direction}]
    assert page.headers["content-language"] == language
    assert len(tags.all("h1")) == len(tags.all("main")) == len(tags.all("title")) == 1
    assert not re.search(
        r"[{}]|None|Undefined", re.sub(r"<style>.*</style>|<script>.*</script>|config='[^']*\'", "", page.html)
    )
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    described = [str(attributes.get("aria-describedby", "")).split() for _, attributes in tags.found]
    assert {name for names in described for name in names} <= set(ids)


@EVERY_STATE
def test_every_page_has_every_header(state: str) -> None:
    headers = STATES[state](FACTS).headers

    assert {name: value for name, value in headers.items() if name != "content-security-policy"} == {
        "content-type": "text/html; charset=utf-8",
        "content-language": "en",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
    }


@EVERY_STATE
@pytest.mark.parametrize("color", [None, "#0f766e", "#ffdd00", "red;}</style>"])
def test_the_policy_allows_the_one_style_block_and_nothing_else(state: str, color: str | None) -> None:
    page = STATES[state](replace(FACTS, brand=Brand("Northwind", color)))
    digest = b64encode(sha256(style_of(page).encode()).digest()).decode()

    own = ""
    if state in ENHANCED:
        (script,) = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
        hashed = b64encode(sha256(script.encode()).digest()).decode()
        own = f"script-src 'self' 'sha256-{hashed}'; connect-src 'self'; "

    assert page.html.count("<style") == 1
    assert page.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; {own}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@EVERY_STATE
def test_no_page_has_a_script_but_the_widget_nor_a_style_attribute_or_a_cookie(state: str) -> None:
    page = STATES[state](FACTS)
    tags = Tags(page.html)

    assert {tag for tag, _ in tags.found}.isdisjoint({"link", "iframe", "object", "svg", "base"})
    scripts = [attributes.get("src") for tag, attributes in tags.found if tag == "script"]
    assert scripts == ([None, "/widget.js"] if state in ENHANCED else [])
    names = {name for _, attributes in tags.found for name in attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert "set-cookie" not in page.headers


@EVERY_STATE
def test_no_page_loads_anything_but_the_logo(state: str) -> None:
    page = STATES[state](FACTS)
    addresses = [
        value
        for _, attributes in Tags(page.html).found
        for name, value in attributes.items()
        if name in ("src", "href", "action", "srcset", "poster", "formaction")
    ]

    assert [address for address in addresses if not str(address).startswith("/")] == [BRAND.logo]
    assert "img-src https://cdn.example.com;" in page.headers["content-security-policy"]
    assert not re.search(r"url\(|@import|https?:|//", style_of(page))


@pytest.mark.parametrize(
    "logo",
    [
        None,
        "",
        "http://cdn.example.com/logo.png",
        "//cdn.example.com/logo.png",
        "/logo.png",
        "data:image/svg+xml,<svg/>",
        "javascript:alert(1)",
        "https://",
        "https://user@cdn.example.com/logo.png",
        "https://a b/logo.png",
        "https://x; script-src *; /logo.png",
        "https://*/logo.png",
        "https://[::1/logo.png",
    ],
)
def test_without_a_logo_that_can_be_trusted_the_name_stands_alone(logo: str | None) -> None:
    page = render_response_page(replace(FACTS, brand=Brand("Northwind", None, logo)))

    assert Tags(page.html).all("img") == []
    assert "img-src" not in page.headers["content-security-policy"]
    assert "<bdi>Northwind</bdi>" in page.html


@EVERY_STATE
@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_a_person_or_a_brand_wrote_becomes_markup(state: str, nasty: str) -> None:
    plain = STATES[state](replace(FACTS, comment="comment" if state != "answered" else ""))
    page = STATES[state](replace(FACTS, question=nasty, comment=nasty, action=nasty, brand=replace(BRAND, name=nasty)))

    assert [tag for tag, _ in Tags(page.html).found] == [tag for tag, _ in Tags(plain.html).found]
    assert style_of(page) == style_of(plain)
    assert page.headers == plain.headers


@given(st.text(max_size=80))
def test_what_was_written_is_shown_as_it_was_written(text: str) -> None:
    page = render_response_page(replace(FACTS, question=text, comment=text))
    tags = Tags(page.html)

    assert tags.texts["textarea"].removeprefix("\n") == text
    assert tags.texts["h1"] == text if text else "h1" not in tags.texts


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("state", ["thanks", "unsubscribe", "unsubscribed"])
def test_a_brands_name_stands_in_a_sentence_literally(state: str, nasty: str) -> None:
    page = STATES[state](replace(FACTS, brand=Brand(nasty)))

    assert "7*7" in Tags(page.html).texts["main"] if "7*7" in nasty else True
    assert "<script" not in page.html


def test_the_question_is_asked_with_native_radios_in_a_group_of_that_name() -> None:
    tags = Tags(render_response_page(FACTS).html)

    assert tags.texts["legend"].strip() == QUESTION
    assert [radio["value"] for radio in tags.radios()] == [str(score) for score in range(11)]
    assert {radio["name"] for radio in tags.radios()} == {"score"}
    assert [radio.get("aria-label") for radio in tags.radios()] == [
        "0, Not at all likely",
        *[None] * 9,
        "10, Extremely likely",
    ]
    assert tags.all("form") == [{"method": "post", "action": "/s/token"}]


def test_the_first_time_nothing_is_chosen() -> None:
    assert Tags(render_response_page(FACTS).html).checked() == []


@pytest.mark.parametrize(
    ("chosen", "current", "checked"),
    [(9, None, ["9"]), (None, 3, ["3"]), (9, 3, ["9"]), (0, 3, ["0"]), (None, 0, ["0"])],
)
def test_a_link_preselects_and_an_earlier_response_is_shown(
    chosen: int | None, current: int | None, checked: list[str]
) -> None:
    tags = Tags(render_response_page(replace(FACTS, chosen=chosen, current=current)).html)

    assert tags.checked() == checked


def test_a_respondent_is_thanked_and_may_change_the_response() -> None:
    texts = FACTS.texts
    page = render_response_page(replace(FACTS, current=9, earlier="quick", earlier_score=9))
    tags = Tags(page.html)

    assert f"{texts.your_response} 9" in tags.texts["p"]
    assert texts.may_change in tags.texts["p"]
    assert tags.texts["textarea"] == "\nquick"
    assert tags.texts["button"] == texts.change
    assert {"type": "hidden", "name": "prefilled", "value": "yes"} in tags.all("input")
    assert '<div class="earlier" hidden>' in page.html


@pytest.mark.parametrize(("chosen", "current"), [(9, 3), (None, 9)])
def test_under_another_score_the_box_is_empty_and_the_earlier_comment_is_shown_as_such(
    chosen: int | None, current: int
) -> None:
    facts = replace(FACTS, chosen=chosen, current=current, earlier="two <b>hours</b> late", earlier_score=3)
    page = render_response_page(facts)
    tags = Tags(page.html)

    assert tags.texts["textarea"] == "\n"
    assert "two &lt;b&gt;hours&lt;/b&gt; late</blockquote>" in page.html
    assert "3" in facts.earlier_label
    assert facts.earlier_label in tags.texts["p"]
    assert FACTS.texts.comment_stays in tags.texts["p"]
    assert not [field for field in tags.all("input") if field["name"] == "prefilled"]


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        (FormFault.NO_SCORE, lambda texts: texts.choose_score),
        (FormFault.COMMENT_TOO_LONG, lambda texts: texts.comment_too_long),
        (FormFault.NOT_A_FORM, lambda texts: texts.wrong_text),
        (FormFault.TOO_LARGE, lambda texts: texts.comment_too_long),
    ],
)
def test_a_rejected_form_names_the_error_and_keeps_the_comment(
    fault: FormFault, wanted: Callable[[Texts], str]
) -> None:
    page = render_response_page(replace(FACTS, chosen=3, fault=fault, comment="a long story"))
    tags = Tags(page.html)

    assert page.status == 422
    assert [attributes["id"] for attributes in tags.all("p") if attributes.get("role") == "alert"] == ["alarm"]
    assert wanted(FACTS.texts) in tags.texts["p"]
    assert tags.texts["title"].startswith(wanted(FACTS.texts).replace("&", "&amp;"))
    assert tags.texts["textarea"] == "\na long story"
    assert tags.checked() == ["3"]


def test_the_field_that_is_wrong_is_described_and_has_the_focus() -> None:
    scoreless = Tags(render_response_page(replace(FACTS, fault=FormFault.NO_SCORE)).html)
    too_long = Tags(render_response_page(replace(FACTS, fault=FormFault.COMMENT_TOO_LONG)).html)

    assert scoreless.all("fieldset") == [{"aria-describedby": "low high alarm"}]
    assert [radio["value"] for radio in scoreless.radios() if "autofocus" in radio] == ["0"]
    assert too_long.all("textarea")[0]["aria-describedby"] == "hint alarm"
    assert "autofocus" in too_long.all("textarea")[0]


def test_no_person_meets_the_honeypot() -> None:
    page = render_response_page(FACTS)
    [honeypot] = [field for field in Tags(page.html).all("input") if field["name"] == "topic"]

    assert (honeypot["tabindex"], honeypot["autocomplete"]) == ("-1", "off")
    assert '<div class="away" aria-hidden="true"><label for="topic">' in page.html


@pytest.mark.parametrize("fault", [None, FormFault.NO_SCORE])
@pytest.mark.parametrize("wanted", [True, False])
def test_the_box_that_asks_for_contact_keeps_what_was_ticked(wanted: bool, fault: FormFault | None) -> None:
    facts = replace(FACTS, has_contact_box=True, contact_requested=wanted, fault=fault)
    tags = Tags(render_response_page(facts).html)
    [box] = [field for field in tags.all("input") if field.get("type") == "checkbox"]

    assert (box["name"], box["value"], "checked" in box) == ("contact_requested", "true", wanted)
    assert FACTS.texts.contact_me in tags.texts["label"]
    [config] = [json.loads(str(element["config"])) for element in tags.all("earshot-survey")] or [None]
    assert config is None or (config["contact"], config["contact_requested"]) == (FACTS.texts.contact_me, wanted)


def test_a_page_without_the_box_that_asks_for_contact_does_not_mention_it() -> None:
    assert "contact" not in render_response_page(FACTS).html


def test_a_comment_that_begins_with_an_empty_line_keeps_it() -> None:
    page = render_response_page(replace(FACTS, comment="\n\nfirst"))

    assert ">\n\n\nfirst</textarea>" in page.html  # a browser drops the first


def test_the_form_sends_what_the_reader_reads() -> None:
    tags = Tags(render_response_page(replace(FACTS, has_contact_box=True)).html)
    names = {str(field["name"]) for field in [*tags.all("input"), *tags.all("textarea")]}
    values = {"score": "7", "contact_requested": "true"}
    raw = "&".join(f"{name}={values.get(name, name)}" for name in sorted(names)).encode()

    form = read_response_form(raw, "application/x-www-form-urlencoded")

    assert (form.score, form.comment, form.honeypot, form.contact_requested) == (7, "comment", "topic", True)


def test_the_thanks_repeat_what_was_sent_and_not_what_it_replaced() -> None:
    tags = Tags(render_thanks_page(replace(FACTS, current=3, chosen=9)).html)

    assert f"{FACTS.texts.your_response} 9" in tags.texts["p"]


def test_the_thanks_lead_back_to_the_response() -> None:
    tags = Tags(render_thanks_page(replace(FACTS, current=9)).html)

    assert tags.all("a") == [{"href": "/s/token"}]
    assert f"{FACTS.texts.your_response} 9" in tags.texts["p"]


def test_unsubscribing_takes_a_button() -> None:
    tags = Tags(render_unsubscribe_page(FACTS.texts, "/u/token", BRAND).html)

    assert tags.all("form") == [{"method": "post", "action": "/u/token"}]
    assert tags.texts["button"] == FACTS.texts.unsubscribe_button


@pytest.mark.parametrize("notice", Notice)
def test_a_notice_needs_no_brand(notice: Notice) -> None:
    page = render_notice(notice, FACTS.texts)

    assert page.status == notice.status
    assert "<title>" + getattr(FACTS.texts, f"{notice.word}_title") + "</title>" in page.html
    assert 'class="brand"' not in page.html


def test_the_style_sheet_knows_no_left_and_no_right() -> None:
    style = style_of(render_response_page(FACTS))

    assert not re.search(r"left|right|margin-top|margin-bottom|[;{ ](?:min-|max-)?(?:width|height):(?!.{0,9}\))", style)


def test_a_page_is_small() -> None:
    page = render_response_page(replace(FACTS, current=9)).html.encode()

    assert len(page) <= 9_000
    # 200 bytes of these are the script that distinguishes a person from a scanner.
    assert len(gzip.compress(page, 9)) <= 3_200
