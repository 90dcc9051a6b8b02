"""Digests as a table and a card."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import add, card, table

Shown = Mapping[str, Any]


def digest_table(digests: Sequence[Shown]) -> Table:
    """Draw digests, a line each."""
    found = table("id", "role", "survey", "to", "every")
    for each in digests:
        found.add_row(each["id"], each["role"], _about(each), ", ".join(each["to"]), _rhythm(each))
    return found


def digest_card(digest: Shown) -> Table:
    """Draw one digest, with what became of it for each recipient if that is known."""
    found = card()
    for field in ("id", "role", "survey", "segment", "to"):
        add(found, field, digest[field])
    add(found, "every", _rhythm(digest))
    for field in ("timezone", "locale", "next_at", "last_sent_at", "revision"):
        add(found, field.replace("_at", ""), digest[field])
    skipped = digest["skipped"]
    add(found, "skipped", f"{skipped['period']}: {skipped['why']}" if skipped else None)
    for each in digest.get("recipients", ()):
        add(found, each["to"], _standing(each))
    return found


def _about(digest: Shown) -> str:
    return f"{digest['survey']} {digest['segment']}" if digest["segment"] else str(digest["survey"])


def _rhythm(digest: Shown) -> str:
    day = f", {digest['weekday']}" if digest["weekday"] else ""
    return f"{digest['every']}{day} {digest['hour']:02}:00"


def _standing(recipient: Shown) -> str:
    newest = f"{recipient['period']} {recipient['state']}" if recipient["period"] else "nothing yet"
    parts = (newest, recipient["why"], recipient["delivery"], "stopped by its link" if recipient["stopped"] else None)
    return "; ".join(part for part in parts if part)
