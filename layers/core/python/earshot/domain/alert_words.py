"""An alert in words for people: what happened, and the facts, as a mail or a channel shows them."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.message_types import PARKED, SUMMARIZED, TEST, UPDATED, is_about_a_response


def title_of(kind: str, data: Mapping[str, Any]) -> str:
    """Return what happened, in a few words."""
    if is_about_a_response(kind):
        score, category = data["score"], data["category"]
        wishes = ", wants to be contacted" if data.get("contact_requested") else ""
        changed = " changed" if kind == UPDATED else ""
        return f"{category.capitalize()}{changed}: {score} of 10{wishes}"
    titles = {
        "score.changed": "The score has changed",
        "target.reached": "The target is reached",
        "target.missed": "The target is missed",
        SUMMARIZED: f"{data.get('count', 0)} alerts in this hour",
        PARKED: "Alerts could not be delivered",
        TEST: "A test of Earshot",
    }
    return titles[kind]


def facts_of(kind: str, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of an alert as names and values, without those that it lacks."""
    found = _facts(kind, data, data.get("person") or {})
    return [(name, str(value)) for name, value in found if value not in (None, "", False)]


def _facts(kind: str, data: Mapping[str, Any], person: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if is_about_a_response(kind):
        return [
            ("Name", person.get("name")),
            ("Address", person.get("email")),
            ("Person", person.get("id")),
            ("Channel", data.get("channel")),
            ("Given at", data.get("responded_at")),
            ("Case", data.get("case")),
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
