"""The members of the team, and accounts, as tables and cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import add, card, table

Shown = Mapping[str, Any]


def member_table(members: Sequence[Shown]) -> Table:
    """Draw members, a line each."""
    found = table("id", "name", "role", "lead", "deputy", "away")
    for each in members:
        texts = (each["name"] or each["email"], each["role"], each["lead"] or "", each["deputy"] or "", _days(each))
        found.add_row(each["id"], *texts)
    return found


def member_card(member: Shown) -> Table:
    """Draw one member."""
    found = card()
    for field in ("id", "name", "email", "role", "lead", "deputy"):
        add(found, field, member[field])
    add(found, "away", _days(member))
    add(found, "access", access_in_words(member["access"]))
    for field in ("timezone", "locale", "calendar", "revision"):
        add(found, field, member[field])
    return found


def session_table(sessions: Sequence[Shown]) -> Table:
    """Draw the sessions of a member, a line each."""
    found = table("id", "browser", "started", "last used")
    for each in sessions:
        found.add_row(each["id"], each["browser"], each["started_at"], each["last_used_at"])
    return found


def account_card(account: Shown) -> Table:
    """Draw one account."""
    found = card()
    for field in ("id", "name", "owner"):
        add(found, field, account[field])
    for name, value in account["properties"].items():
        add(found, name, value)
    add(found, "revision", account["revision"])
    return found


def access_in_words(access: Shown) -> str:
    """Return in words which rows an access is limited to."""
    parts = [", ".join(access.get("surveys", ())), access.get("segment", "")]
    parts.append("own accounts" if "accounts" in access else "")
    return "; ".join(filter(None, parts)) or "everything"


def _days(member: Shown) -> str:
    away = member["away"]
    return f"{away['from']} to {away['to']}" if away else ""
