"""Tables with a line each, and cards with a field a line."""

import json
from typing import Any

from rich import box
from rich.table import Table


def table(*columns: str) -> Table:
    """Return an empty table."""
    found = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        found.add_column(column, overflow="fold")
    return found


def card() -> Table:
    """Return an empty card."""
    found = Table.grid(padding=(0, 2))
    found.add_column(style="dim")
    found.add_column(overflow="fold")
    return found


def add(to: Table, name: str, value: Any) -> None:
    """Add a field to a card, unless it is None."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if value is not None:
        to.add_row(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
