"""The pages a respondent meets, as HTML with its headers: complete without a script, in the person's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from earshot.domain.brand import Brand
from earshot.domain.colors import palette
from earshot.languages.texts import Texts
from earshot.pages import forms
from earshot.pages.forms import FormFault
from earshot.pages.page_facts import NO_BRAND, PageFacts
from earshot.pages.policy import page_headers
from earshot.pages.widget_config import element_config

if TYPE_CHECKING:
    from earshot.languages.digest_texts import DigestTexts

TEMPLATES = Path(__file__).with_name("templates")

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """A page ready to be sent; header names are in lower case."""

    status: int
    html: str
    headers: Mapping[str, str]


class Notice(Enum):
    """A page that only says something: its words are `<value>_title` and `<value>_text`; with its HTTP status."""

    CLOSED = "closed", 410
    EXPIRED = "expired", 410
    GONE = "gone", 410
    WRONG_LINK = "wrong", 404
    UNSUBSCRIBED = "unsubscribed", 200
    UNDONE = "undone", 200
    FAILED = "failed", 500

    def __init__(self, word: str, status: int) -> None:
        self.word = word
        self.status = status


def render_response_page(facts: PageFacts) -> Page:
    """Render the question with its form; a score may be preselected, but only Send sends it."""
    texts = facts.texts
    # What is not a form stays so, however often it is sent: no alarm says to try again later.
    alarms = {
        FormFault.NO_SCORE: texts.choose_score,
        FormFault.COMMENT_TOO_LONG: texts.comment_too_long,
        FormFault.TOO_LARGE: texts.comment_too_long,
        FormFault.NOT_A_FORM: texts.wrong_text,
    }
    values = {
        "facts": facts,
        "selected": facts.selected,
        "ends": {0: texts.anchor_low, 10: texts.anchor_high},
        "alarm": alarms[facts.fault] if facts.fault else None,
        "is_scoreless": facts.fault is FormFault.NO_SCORE,
        "is_too_long": facts.fault is FormFault.COMMENT_TOO_LONG,
        # A form that came back says what must be fixed: it stays as it is.
        "config": None if facts.fault else _single_quoted(element_config(facts)),
    }
    sheets = ("page.css", "contact.css") if facts.has_contact_box else ("page.css",)
    status = 422 if facts.fault else 200
    return _page("response.html", texts, facts.brand, values, status, is_scripted=not facts.fault, sheets=sheets)


def render_thanks_page(facts: PageFacts) -> Page:
    """Render the thanks for a response, with the way back to change it."""
    return _page("thanks.html", facts.texts, facts.brand, {"facts": facts})


def render_final_page(facts: PageFacts) -> Page:
    """Render the current response for a person who can no longer change it."""
    return _page("final.html", facts.texts, facts.brand, {"facts": facts}, 409)


def render_unsubscribe_page(texts: Texts, action: str, brand: Brand = NO_BRAND) -> Page:
    """Render the question before unsubscribing: a button, since a GET changes nothing."""
    values = {
        "title": texts.unsubscribe_title,
        "text": texts.unsubscribe_text,
        "button": texts.unsubscribe_button,
        "action": action,
        "confirmed": forms.CONFIRM,
    }
    return _page("notice.html", texts, brand, values)


def render_unsubscribed_page(texts: Texts, action: str, brand: Brand = NO_BRAND) -> Page:
    """Render that the mails have ended, with the button that takes it back."""
    values = {
        "title": texts.unsubscribed_title,
        "text": texts.unsubscribed_text,
        "is_done": True,
        "button": texts.undo_button,
        "action": action,
        "confirmed": forms.UNDO,
    }
    return _page("notice.html", texts, brand, values)


def render_digest_page(texts: Texts, words: "DigestTexts", action: str, *, is_stopped: bool | None) -> Page:
    """Render the question before a digest is stopped, that it is, or (None) that it goes on."""
    if is_stopped is None:
        return _page(
            "notice.html", texts, NO_BRAND, {"title": words.undone_title, "text": words.undone_text, "is_done": True}
        )
    values = {
        "title": words.stopped_title if is_stopped else words.stop_title,
        "text": words.stopped_text if is_stopped else words.stop_text,
        "is_done": is_stopped,
        "button": words.undo_button if is_stopped else words.stop_button,
        "action": action,
        "confirmed": forms.UNDO if is_stopped else forms.CONFIRM,
    }
    return _page("notice.html", texts, NO_BRAND, values)


def render_notice(notice: Notice, texts: Texts, brand: Brand = NO_BRAND) -> Page:
    """Render a page that only says something; a brand may be unknown, as with a wrong link."""
    values = {
        "title": getattr(texts, f"{notice.word}_title"),
        "text": getattr(texts, f"{notice.word}_text"),
        "is_done": notice in (Notice.UNSUBSCRIBED, Notice.UNDONE),
    }
    return _page("notice.html", texts, brand, values, notice.status)


def render_nothing(texts: Texts) -> Page:
    """Render nothing, for the page's own script."""
    return Page(204, "", page_headers(texts.language, "", None, ""))


def _page(
    template: str,
    texts: Texts,
    brand: Brand,
    values: Mapping[str, Any],
    status: int = 200,
    *,
    is_scripted: bool = False,
    sheets: tuple[str, ...] = ("page.css",),
) -> Page:
    style, signal = _style(brand.color, sheets), _signal() if is_scripted else ""
    origin = _origin(brand.logo)
    shown = Brand(brand.name, brand.color, brand.logo if origin else None)
    given = {"button": None, "is_done": False, "signal": Markup(signal), **values}  # noqa: S704 - our own script
    html = _templates().get_template(template).render(t=texts, brand=shown, style=Markup(style), field=forms, **given)  # noqa: S704 - our own style sheet and checked colors
    return Page(status, html, page_headers(texts.language, style, origin, signal))


def _single_quoted(text: str) -> Markup:
    """Return a text safe between single quotes; the double ones of JSON stay as they are, which saves a fifth of it."""
    return Markup(str(escape(text)).replace("&#34;", '"'))  # noqa: S704 - all else is escaped


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _sheet(name: str) -> str:
    """Read a style sheet once, without the space that only we need."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return re.sub(r"\s*([{};:,])\s*", r"\1", text).replace(";}", "}").strip()


@cache
def _signal() -> str:
    """Read the script that reports a person once: after a click, a second after the page became visible.

    Scanners run scripts, move and scroll; few click.
    """
    text = (TEMPLATES / "signal.js").read_text(encoding="utf-8")
    return re.sub(r"\s*([{}();:,=<>|&?-])\s*", r"\1", text).strip()


def _style(color: str | None, sheets: tuple[str, ...]) -> str:
    chosen = palette(color)
    ours = f"--brand:{chosen.brand};--on-brand:{chosen.on_brand};--day:{chosen.by_day};--night:{chosen.by_night}"
    return f":root{{{ours}}}{''.join(map(_sheet, sheets))}"


def _origin(address: str | None) -> str | None:
    """Return the origin of a logo, which is all the page may load from anywhere; None if it is no https address."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    return f"https://{parts.netloc}" if parts.scheme == "https" and _HOST.fullmatch(parts.netloc) else None
