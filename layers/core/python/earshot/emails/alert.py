"""Render the mail that brings an alert to a member of staff: the score, the words, who it is, and what to do."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2

from earshot.emails.invitation import Mail
from earshot.languages.texts import cleaned

# The band of color beside a score, and the text on it.
COLORS = {"detractor": ("#b3261e", "#ffffff"), "passive": ("#8a6100", "#ffffff"), "promoter": ("#1b6e3c", "#ffffff")}
PLAIN = ("#3d4a57", "#ffffff")
LONGEST_SUBJECT_NAME = 60


def render_alert(kind: str, data: Mapping[str, Any], survey: str) -> Mail:
    """Render an alert of a dotted type about a survey of this name; the same data give the same mail."""
    words = _words(kind, data, cleaned(survey)[:LONGEST_SUBJECT_NAME])
    html, text = templates()
    return Mail(words["subject"], html.render(words), text.render(words))


@cache
def templates() -> tuple[jinja2.Template, jinja2.Template]:
    """Compile the HTML and the text template, once a process."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("earshot.emails"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template("alert.html"), environment.get_template("alert.txt")


def _words(kind: str, data: Mapping[str, Any], survey: str) -> dict[str, Any]:
    """Return everything that the templates show."""
    color, ink = COLORS.get(data.get("category", ""), PLAIN)
    title = _title(kind, data)
    person = data.get("person") or {}
    return {
        "subject": f"{title} · {survey}" if survey else title,
        "title": title,
        "survey": survey,
        "score": data.get("score"),
        "color": color,
        "ink": ink,
        "comment": data.get("comment"),
        "facts": [(name, str(value)) for name, value in _facts(kind, data, person) if value not in (None, "", False)],
        "email": person.get("email"),
        "link": next(iter((data.get("links") or {}).values()), None),
        "rule": data.get("rule"),
    }


def _title(kind: str, data: Mapping[str, Any]) -> str:
    if kind.startswith("response."):
        score, category = data["score"], data["category"]
        wishes = ", wants to be contacted" if data.get("contact_requested") else ""
        changed = " changed" if kind == "response.updated" else ""
        return f"{category.capitalize()}{changed}: {score} of 10{wishes}"
    titles = {
        "score.changed": "The score has changed",
        "target.reached": "The target is reached",
        "target.missed": "The target is missed",
        "alerts.summarized": f"{data.get('count', 0)} alerts in this hour",
        "delivery.parked": "Alerts could not be delivered",
        "destination.test": "A test of Earshot",
    }
    return titles[kind]


def _facts(kind: str, data: Mapping[str, Any], person: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if kind.startswith("response."):
        return [
            ("Name", person.get("name")),
            ("Address", person.get("email")),
            ("Person", person.get("id")),
            ("Channel", data.get("channel")),
            ("Given at", data.get("responded_at")),
            *sorted((data.get("properties") or {}).items()),
        ]
    if kind in ("score.changed", "target.reached", "target.missed"):
        current, previous = data.get("current") or {}, data.get("previous") or {}
        change = data.get("change") or {}
        return [
            ("Day", data.get("day")),
            ("Of", data.get("series")),
            ("Score now", _number(current.get("nps"))),
            ("Responses", current.get("responses")),
            ("Score before", _number(previous.get("nps"))),
            ("Change", f"{change['points']:+} points, {change['low']:+} to {change['high']:+}" if change else None),
            ("Target", data.get("target")),
        ]
    return [("From", data.get("from")), ("To", data.get("to")), ("Destination", data.get("destination")),
            ("Reason", data.get("reason")), ("Says", data.get("text"))]  # fmt: skip


def _number(value: Any) -> str | None:
    """Write a score with its sign; 0 as well, which would be left out."""
    return None if value is None else f"{value:+d}" if value else "0"
