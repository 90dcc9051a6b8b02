"""The mail of a digest: sound HTML without pictures, a text that says the same, and headers to end it."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from earshot.domain.digests import DigestRole
from earshot.emails.digest import DigestComposer, digest_text, render_digest
from earshot.emails.digest_view import section_lines
from earshot.languages.catalogue import LANGUAGES
from tests.unit.emails.digests import STOP_URL, URL, case_lines, make_addressee, make_contents, make_digest, make_view
from tests.unit.emails.mails import Page

# From here on Gmail cuts a mail.
CUT_AT = 102 * 1024


@pytest.mark.parametrize("role", list(DigestRole))
@pytest.mark.parametrize("language", LANGUAGES)
def test_html_is_sound_loads_nothing_and_runs_nothing(role: DigestRole, language: str) -> None:
    mail = render_digest(make_view(role, language))
    page = Page(mail.html)
    assert page.faults == []
    for tag in ("img", "script", "link", "iframe", "form", "button"):
        assert page.all(tag) == []
    assert "url(" not in mail.html
    assert [each for each in page.links if not each.startswith(URL)] == []
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == (language, "rtl" if language in ("ar", "he") else "ltr")
    assert page.all("meta")[-2:] == [
        {"name": "color-scheme", "content": "light dark"},
        {"name": "supported-color-schemes", "content": "light dark"},
    ]


@pytest.mark.parametrize("role", list(DigestRole))
@pytest.mark.parametrize("language", ["en", "ar", "ja"])
def test_text_and_html_say_the_same(role: DigestRole, language: str) -> None:
    view = make_view(role, language)
    mail = render_digest(view)
    html = " ".join(Page(mail.html).text.split())
    shown = [view.title, view.survey, view.period, *view.notes, view.reason, view.stop]
    for section in view.sections:
        shown += [section.title, section.big, *section.notes]
        for fact in section.facts:
            shown += [fact.label, fact.value, fact.detail]
        for row in section.rows:
            shown += [row.label, row.value, row.detail]
        for line in section.lines:
            shown += [line.score, line.title, line.comment, line.detail]
        assert list(section_lines(section))
    for each in filter(None, shown):
        assert each in mail.text, each
        assert each in html, each
    assert STOP_URL in mail.text


def test_words_of_customers_cannot_become_html() -> None:
    html = render_digest(make_view(DigestRole.LEAD)).html
    assert "<b>on hold</b>" not in html
    assert "&lt;b&gt;on hold&lt;/b&gt; &amp; nobody" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_digest_is_not_cut(language: str) -> None:
    longest = case_lines(40, comment="あ" * 300)
    mail = render_digest(make_view(DigestRole.FRONTLINE, language, mine=longest))
    assert len(mail.html.encode()) < CUT_AT
    for role in DigestRole:
        assert len(render_digest(make_view(role, language)).html.encode()) < CUT_AT / 2


def test_the_mail_can_be_ended_with_one_click_and_its_link_names_no_address() -> None:
    signed: list[tuple[str, Any]] = []

    def sign(purpose: str, ids: Any) -> str:
        signed.append((purpose, ids))
        return "token"

    composer = DigestComposer(f"{URL}/", "survey@example.com", sign)
    contents = make_contents(DigestRole.LEAD)
    mime = composer.compose(make_digest(DigestRole.LEAD), make_addressee("de-AT"), contents)
    mail = message_from_bytes(mime, policy=policy.default)
    assert signed == [("digest", {"d": "d", "r": "mia", "l": "de"})]
    assert mail["List-Unsubscribe"] == f"<{URL}/u/token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["From"], mail["To"]) == ("Earshot <survey@example.com>", "mia@example.com")
    assert mail["Subject"].startswith("Wochenbericht")
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.iter_parts()
    assert f"{URL}/u/token" in text.get_content()
    assert f"{URL}/u/token" in html.get_content()


def test_without_a_link_there_is_none() -> None:
    composer = DigestComposer(URL, "survey@example.com", lambda *_: "token")
    view = composer.view(make_digest(DigestRole.LEAD), make_addressee(), make_contents(DigestRole.LEAD))
    mail = render_digest(view)
    assert "/u/" not in mail.html + mail.text
    assert view.stop not in digest_text(view)
