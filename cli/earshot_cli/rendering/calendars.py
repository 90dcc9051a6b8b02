"""Calendars of business hours as a table and a card."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from earshot_cli.hours import write_hours


def calendar_table(calendars: Sequence[Mapping[str, Any]]) -> Table:
    """Draw calendars, a line each."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "time zone", "hours", "holidays"):
        table.add_column(column, overflow="fold")
    for each in calendars:
        table.add_row(each["id"], each["timezone"], _lines(each), f"{len(each['holidays']):,}")
    return table


def calendar_card(calendar: Mapping[str, Any]) -> Table:
    """Draw one calendar, with its holidays."""
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    card.add_row("id", calendar["id"])
    card.add_row("time zone", calendar["timezone"])
    card.add_row("hours", _lines(calendar))
    card.add_row("holidays", ", ".join(calendar["holidays"]) or "none")
    card.add_row("revision", str(calendar["revision"]))
    return card


def _lines(calendar: Mapping[str, Any]) -> str:
    return "\n".join(write_hours(calendar["hours"]))
