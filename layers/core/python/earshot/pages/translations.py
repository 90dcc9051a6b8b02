"""The words and colors of the element that asks in a page, wherever that page is."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.colors import palette
from earshot.domain.survey import DEFAULT_QUESTION
from earshot.domain.widget import BANDS, Widget
from earshot.languages.texts import Texts


def question_in(texts: Texts, question: str, brand: str) -> str:
    """Return a survey's own question, or that of the language if the survey has none of its own."""
    return texts.fill(texts.question, brand=brand) if question == DEFAULT_QUESTION else question


def words(texts: Texts, question: str, brand: str, widget: Widget) -> dict[str, Any]:
    """Return the words around a question: the survey's own where it has some, else those of the language."""
    return {
        "question": question,
        "low": texts.anchor_low,
        "high": texts.anchor_high,
        "comment": _by_band(texts, "why", widget.follow_ups, brand),
        "hint": texts.comment_hint,
        "send": texts.send,
        "close": texts.close,
        "tab": texts.tab,
        "choose": texts.choose_score,
        "thanks": texts.thank_you_title,
        "thanks_text": _by_band(texts, "thanks", widget.thanks, brand),
        "time": texts.thanks_for_time,
        "waiting": texts.not_sent_yet,
        "closed": texts.just_closed,
        "refused": texts.not_accepted,
        "copy": texts.copy_comment,
        "failed": texts.failed_text,
    }


def colors(color: str | None) -> dict[str, str]:
    """Return the brand's color and the readable colors for it, by their names in the style sheet."""
    chosen = palette(color)
    return {"brand": chosen.brand, "on-brand": chosen.on_brand, "day": chosen.by_day, "night": chosen.by_night}


def link_view(widget: Widget) -> dict[str, str] | None:
    """Show the way on for promoters."""
    return {"label": widget.link.label, "url": widget.link.url} if widget.link else None


def _by_band(texts: Texts, word: str, own: Mapping[str, str], brand: str) -> dict[str, str]:
    return {band: own.get(band) or texts.fill(getattr(texts, f"{word}_{band}"), brand=brand) for band in BANDS}
