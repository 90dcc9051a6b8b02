"""Render the mail that brings an alert to a member of staff: the score, the words, who it is, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from earshot.domain.alert_words import facts_of, title_of
from earshot.emails.invitation import Mail
from earshot.emails.mail_templates import rendered
from earshot.emails.mime import to_mime
from earshot.languages.texts import cleaned

# The band of color beside a score, and the text on it.
COLORS = {"detractor": ("#b3261e", "#ffffff"), "passive": ("#8a6100", "#ffffff"), "promoter": ("#1b6e3c", "#ffffff")}
PLAIN = ("#3d4a57", "#ffffff")
LONGEST_SUBJECT_NAME = 60


def compose_alert(
    kind: str, data: Mapping[str, Any], survey: str, *, sender: tuple[str, str], to: Sequence[str]
) -> bytes:
    """Write the mail of an alert from a sender (name, address) to some addresses; ValueError if there can be none."""
    return to_mime(render_alert(kind, data, survey), sender=sender, to=to[0], also=to[1:])


def render_alert(kind: str, data: Mapping[str, Any], survey: str) -> Mail:
    """Render an alert of a dotted type about a survey of this name; the same data give the same mail."""
    words = _words(kind, data, cleaned(survey)[:LONGEST_SUBJECT_NAME])
    return Mail(words["subject"], *rendered("alert", words))


def _words(kind: str, data: Mapping[str, Any], survey: str) -> dict[str, Any]:
    """Return everything that the templates show."""
    color, ink = COLORS.get(data.get("category", ""), PLAIN)
    title = title_of(kind, data)
    return {
        "subject": f"{title} · {survey}" if survey else title,
        "title": title,
        "survey": survey,
        "score": data.get("score"),
        "color": color,
        "ink": ink,
        "comment": data.get("comment"),
        "facts": facts_of(kind, data),
        "email": (data.get("person") or {}).get("email"),
        "links": list((data.get("links") or {}).values()),
        "rule": data.get("rule"),
    }
