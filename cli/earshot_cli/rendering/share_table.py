"""A table of shares: each with its words, a bar, its interval and what it is a share of."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from earshot_cli.rendering.bars import bar
from earshot_cli.rendering.frame import Frame

BAR = 8

# The bar of a share, the share and its interval.
Measured = tuple[Text, str, Text]


def share_table(frame: Frame) -> Table:
    """Return a table without rows."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=None if frame.is_narrow else 18)
    if not frame.is_narrow:
        table.add_column(width=BAR)
        table.add_column(justify="right")
    table.add_column()
    if not frame.is_narrow:
        table.add_column(style="dim", overflow="fold")
    return table


def add_share(table: Table, frame: Frame, words: str, measured: Measured, of: str) -> None:
    """Add a row; in a narrow frame the interval, and what the share is of, each have one of their own below."""
    drawn, share, interval = measured
    if not frame.is_narrow:
        table.add_row(words, drawn, share, interval, of)
        return
    table.add_row(words, Text.assemble(share, " " if share else "", drawn))
    table.add_row(Text(f"  {of}", "dim"), interval)


def measured_share(share: float | None, interval: Mapping[str, float] | None, color: str, ascii_only: bool) -> Measured:
    """Return what the row of a share shows of it."""
    if share is None or interval is None:
        return Text(), "", Text("no data", "dim")
    return Text(bar(share, 1, BAR, ascii_only), color), f"{share:.1%}", Text(between(interval), "dim")


def between(interval: Mapping[str, float]) -> str:
    """Return from where to where an interval of a share goes."""
    return f"{interval['low']:.1%} to {interval['high']:.1%}"
