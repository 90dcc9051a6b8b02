"""The invitation: eleven links as HTML and one as plain text, whole and harmless whatever stands in a name."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.colors import contrast
from earshot.emails import invitation
from earshot.emails.brand import MailBrand
from earshot.emails.invitation import render_invitation
from earshot.languages.catalogue import LANGUAGES, texts_for
from tests.unit.emails.mails import RESPONSE_URL, UNSUBSCRIBE_URL, Page, make_facts

LAYER = Path(invitation.__file__).parents[2]
SCORE_LINKS = [f"{RESPONSE_URL}?score={score}" for score in range(11)]
TEMPLATE = (files("earshot.emails") / "templates/invitation.html").read_text(encoding="utf-8")
NASTY = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert('1')>",
    "{{7*7}} {% raw %} {#",
    "{brand} {name} {brand.__class__}",
    "Zoë 👩‍👧 & Söhne",
    "--><style>*{display:none}</style>",
    "<![endif]-->",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_renders_a_whole_mail(language: str) -> None:
    mail = render_invitation(make_facts(language))
    page = Page(mail.html)

    assert page.faults == []
    assert "Northwind Rail" in mail.subject
    assert "Ann" in page.text
    assert not re.search(r"\{(brand|name)\}", mail.subject + mail.html + mail.text)
    for text in (texts_for(language).anchor_low, texts_for(language).anchor_high, texts_for(language).unsubscribe):
        assert text in page.text
        assert text in mail.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_calls_itself_one_in_every_language_and_asks_the_same(language: str) -> None:
    first, again = (render_invitation(make_facts(language, is_reminder=flag)) for flag in (False, True))
    page = Page(again.html)

    assert page.faults == []
    assert again.subject != first.subject
    assert "Northwind Rail" in again.subject
    assert not re.search(r"\{(brand|name)\}", again.subject + again.html + again.text)
    texts = texts_for(language)
    for mail in (page.text, " ".join(again.text.split())):
        assert " ".join(texts.reminder_intro.split()) in mail
        assert " ".join(texts.invitation_intro.split()) not in mail
    assert page.links == Page(first.html).links


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_far_from_being_clipped(language: str) -> None:
    longest = make_facts(
        language, brand=MailBrand("n" * 80, "#0f6b5c", "https://x.example/" + "l" * 480), question="q" * 500
    )

    assert len(render_invitation(make_facts(language)).html.encode()) < 20_000
    assert len(render_invitation(longest).html.encode()) < 25_000


def test_the_scores_are_eleven_links_in_order_and_the_last_link_unsubscribes() -> None:
    page = Page(render_invitation(make_facts()).html)

    assert page.links == [*SCORE_LINKS, UNSUBSCRIBE_URL]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plain_text_has_one_link_to_respond_and_one_to_unsubscribe(language: str) -> None:
    mail, texts = render_invitation(make_facts(language)), texts_for(language)
    lines = mail.text.splitlines()

    assert re.findall(r"https?://\S+", mail.text) == [RESPONSE_URL, UNSUBSCRIBE_URL]
    assert lines[lines.index(texts.text_instruction) + 1] == RESPONSE_URL
    assert f"{texts.unsubscribe}: {UNSUBSCRIBE_URL}" in lines


@pytest.mark.parametrize("is_reminder", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_part_with_numbers_mentions_them(language: str, is_reminder: bool) -> None:
    mail, texts = render_invitation(make_facts(language, is_reminder=is_reminder)), texts_for(language)

    assert " ".join(texts.choose_below.split()) in " ".join(Page(mail.html).text.split())
    assert texts.choose_below not in mail.text


def test_the_plain_text_is_plain() -> None:
    mail = render_invitation(make_facts(name="O'Neil & <Co>"))

    assert "Hello O'Neil & <Co>," in mail.text
    assert "How likely are you to recommend Northwind Rail to a friend or colleague?" in mail.text


@pytest.mark.parametrize("language", ["ar", "he"])
def test_from_right_to_left_the_scores_still_run_from_left_to_right(language: str) -> None:
    page = Page(render_invitation(make_facts(language)).html)
    cells = [cell for cell in page.all("td") if "colspan" in cell]
    (scores,) = [cell for cell in page.all("td") if cell.get("dir") == "ltr" and "colspan" not in cell]

    assert page.all("html")[0]["dir"] == page.all("table")[0]["dir"] == "rtl"
    assert page.all("html")[0]["lang"] == page.all("table")[0]["lang"] == language
    assert scores["align"] == "left"
    assert [cell["align"] for cell in cells] == ["left", "right"]
    assert [cell["dir"] for cell in cells] == ["rtl", "rtl"]
    assert page.links[:11] == SCORE_LINKS
    assert page.text.index(texts_for(language).anchor_low) < page.text.index(texts_for(language).anchor_high)


def test_a_survey_asks_its_own_question() -> None:
    mail = render_invitation(make_facts(question="Was  the {brand}\ntrain on time?"))

    assert "Was the {brand} train on time?" in Page(mail.html).text
    assert "Was the {brand} train on time?" in mail.text
    assert "recommend" not in mail.text


@pytest.mark.parametrize("name", [None, "", "  ", "\u202e"])
def test_a_person_without_a_name_is_greeted_without_one(name: str | None) -> None:
    mail = render_invitation(make_facts(name=name))

    assert mail.text.startswith("Hello,\n")
    assert "Hello," in Page(mail.html).text


@pytest.mark.parametrize("value", NASTY)
def test_what_looks_like_markup_or_a_template_is_text(value: str) -> None:
    plain = Page(render_invitation(make_facts()).html)
    brand = MailBrand(value, "#0f6b5c", "https://cdn.example/logo.png")
    for facts in (make_facts(name=value, question=value), make_facts(brand=MailBrand(value)), make_facts(brand=brand)):
        mail = render_invitation(facts)
        page = Page(mail.html)
        assert page.faults == []
        assert value in page.text or value in page.all("img")[0]["alt"]
        assert value in mail.text
        if not facts.brand.logo_url:
            assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
        assert page.comments == plain.comments


@given(st.text(max_size=80))
def test_no_name_and_no_question_breaks_the_mail(value: str) -> None:
    mail = render_invitation(make_facts(name=value, question=value))
    page = Page(mail.html)

    assert page.faults == []
    assert page.links == [*SCORE_LINKS, UNSUBSCRIBE_URL]
    assert [line for line in mail.text.split("\n") if line.startswith("https://")] == [RESPONSE_URL]
    assert not re.search("[\u202a-\u202e\u2066\u2067]", mail.subject + mail.html + mail.text)


def test_a_link_that_is_none_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="http"):
        make_facts(response_url="javascript:alert(1)")
    with pytest.raises(ValueError, match="http"):
        make_facts(unsubscribe_url="/u/x")


def test_with_a_logo_the_name_is_its_alternative_and_without_one_stands_on_the_color() -> None:
    brand = MailBrand("Gelbe Post", "#ffd400")
    (img,) = Page(
        render_invitation(make_facts(brand=MailBrand("Gelbe Post", "#ffd400", "https://cdn.example/l.png"))).html
    ).all("img")
    band = next(
        cell for cell in Page(render_invitation(make_facts(brand=brand)).html).all("td") if "#ffd400" in cell["style"]
    )

    assert (img["src"], img["alt"], img["height"]) == ("https://cdn.example/l.png", "Gelbe Post", "40")
    assert (band["bgcolor"], "color: #000000" in band["style"]) == ("#ffd400", True)


def test_nothing_but_a_logo_is_fetched_from_elsewhere() -> None:
    html = render_invitation(make_facts()).html
    outside = set(re.findall(r"https?://([^/\"'\s]+)", html)) - {"asks.example"}

    assert outside == {"www.w3.org"}  # a namespace
    assert not re.search(r"<(script|link|iframe|form|input|object)\b|@import|url\(|\bon\w+=", html)


def test_the_same_facts_give_the_same_mail() -> None:
    assert render_invitation(make_facts("ja")) == render_invitation(make_facts("ja"))


def test_layout_tables_are_declared_so_and_nothing_rests_on_what_outlook_lacks() -> None:
    page = Page(render_invitation(make_facts()).html)

    assert all(table["role"] == "presentation" for table in page.all("table"))
    assert all(table["cellspacing"] == table["cellpadding"] == table["border"] == "0" for table in page.all("table"))
    assert not re.search(r"display:\s*(flex|grid)|position:\s*(absolute|fixed)|float:", TEMPLATE)
    assert TEMPLATE.count("<!--[if mso]>") == TEMPLATE.count("<![endif]-->")
    keys = [cell for cell in page.all("td") if cell.get("class") == "key"]
    assert len(keys) == 11
    assert len({(cell["width"], cell["height"], cell["bgcolor"], cell["style"]) for cell in keys}) == 1  # no bias


def test_for_outlook_the_ghost_tables_close_what_they_open() -> None:
    as_outlook = re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", render_invitation(make_facts()).html)

    assert Page(as_outlook).faults == []


def test_dark_mode_is_declared_and_known_to_outlook() -> None:
    metas = {meta.get("name"): meta.get("content") for meta in Page(render_invitation(make_facts()).html).all("meta")}

    assert metas["color-scheme"] == metas["supported-color-schemes"] == "light dark"
    assert "@media (prefers-color-scheme: dark)" in TEMPLATE
    assert "[data-ogsc]" in TEMPLATE


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("#1c242c", "#ffffff"),
        ("#4a5561", "#ffffff"),
        ("#5a6672", "#ffffff"),
        ("#1c242c", "#f7f9fa"),
        ("#f2f4f6", "#1b2128"),
        ("#b3bcc6", "#1b2128"),
        ("#f2f4f6", "#2a323b"),
    ],
)
def test_every_text_of_the_template_is_readable(text: str, behind: str) -> None:
    assert text in TEMPLATE
    assert behind in TEMPLATE
    assert contrast(text, behind) >= 4.5


@pytest.mark.parametrize(("edge", "behind"), [("#85909c", "#ffffff"), ("#7a8693", "#1b2128")])
def test_the_edge_of_a_button_is_visible(edge: str, behind: str) -> None:
    assert edge in TEMPLATE
    assert behind in TEMPLATE
    assert contrast(edge, behind) >= 3


def test_a_mail_program_that_drops_the_style_block_shows_the_same_mail() -> None:
    """Styles stand in the template's elements; the block holds only what cannot: dark mode and narrow screens."""
    page = Page(render_invitation(make_facts()).html)

    assert all("style" in attributes for tag, attributes in page.elements if tag in ("td", "a", "h1", "img"))
    rules = re.sub(
        r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}|\[data-ogs[bc]\][^}]*\}",
        "",
        TEMPLATE.split("<style>")[1].split("</style>")[0],
    )
    assert set(re.findall(r"^\s*([^\s{][^{]*?)\s*\{", rules, re.MULTILINE)) == {":root", "a.score:hover, a.score:focus"}


def test_no_css_is_parsed_at_run_time_and_nothing_is_loaded_but_jinja() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(LAYER)!r})\n"
        "from earshot.emails.brand import MailBrand\n"
        "assert 'jinja2' not in sys.modules\n"
        "from earshot.emails import invitation, mime\n"
        "from earshot.languages.catalogue import texts_for, _catalogue\n"
        "assert _catalogue.cache_info().currsize == 0\n"
        "facts = invitation.MailFacts(MailBrand('A'), texts_for('de'), 'https://a.example/s/x', 'https://a.example/u/x')\n"
        "mail = invitation.render_invitation(facts)\n"
        "mime.to_mime(mail, sender=('A', 'a@a.example'), to='b@b.example', unsubscribe_url=facts.unsubscribe_url)\n"
        "assert _catalogue.cache_info().currsize == 1\n"
        "print('\\n'.join({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert not {name for name in loaded if re.search("css|premailer|lxml|bs4|babel|boto", name)}
    foreign = {"jinja2", "markupsafe", "earshot"}
    assert not {name for name in loaded - foreign - set(sys.stdlib_module_names) if not _is_of_the_interpreter(name)}


def _is_of_the_interpreter(name: str) -> bool:
    """Check whether a module comes with the interpreter or its environment, such as an editable install's hook."""
    return name.startswith(("_", "sitecustomize", "usercustomize"))
