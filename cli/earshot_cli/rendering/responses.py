"""Responses as a feed: the score, its date and its person, and the comment below."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from earshot_cli.rendering.response_card import COLORS


def response_lines(response: Mapping[str, Any]) -> Group:
    """Return one response: a line of facts, its comment, and its id."""
    facts = Text(f"{response['score']:>2}  ", f"bold {COLORS[response['category']]}")
    facts.append(f"{response['responded_at'][:16].replace('T', ' ')}", "dim")
    shown = [part for part in (*_who(response), *_properties(response), _contact(response), _state(response)) if part]
    facts.append("".join(f" · {part}" for part in shown))
    comment = [Padding(Text(response["comment"]), (0, 4))] if response["comment"] else []
    return Group(facts, *comment, Padding(Text(response["id"], "dim"), (0, 4)))


def _who(response: Mapping[str, Any]) -> list[str | None]:
    """Return who gave it: by name and address if known, else by id or a page's unverified address."""
    named = [response.get(part) for part in ("name", "email", "account")]
    return named if any(named) else [response["person"] or response["unverified_email"]]


def _properties(response: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in response["properties"].items()]


def _contact(response: Mapping[str, Any]) -> str:
    return "contact requested" if response["contact_requested"] else ""


def _state(response: Mapping[str, Any]) -> str:
    return "" if response["state"] == "final" else str(response["state"])
