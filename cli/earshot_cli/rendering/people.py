"""People as a table: who they are, and what is known of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text


def people_table(people: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table with a row for each person."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("id", "name", "address", "account", "properties"):
        table.add_column(title, overflow="fold")
    for person in people:
        properties = ", ".join(f"{name}={value}" for name, value in person["properties"].items())
        cells = (person["id"], person["name"], person["email"], person["account"], properties)
        table.add_row(*(Text(cell or "") for cell in cells))
    return table
