"""The quality of a survey's data: a bar a share, the response rate beside the one before, and the warnings."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.drawing.bars import bar

WIDTH = 78
BAR = 8
# Each share with its words, and what it is a share of.
SHARES = (
    ("speeders", "in under 2 seconds", "timed"),
    ("repeats", "said once more", "answers"),
    ("quarantined", "as machines press", "pressed"),
    ("excluded", "excluded", "kept"),
)


def quality_panel(quality: Mapping[str, Any], ascii_only: bool = False) -> Panel:
    """Draw an answer of the quality call."""
    window = quality["window"]
    return Panel(
        Group(_shares(quality, ascii_only), Text(), _rates(quality, ascii_only), Text(), *_warnings(quality)),
        title=Text(f" {quality['survey']}: quality, {window['from']} to {_last_day(window)} "),
        title_align="left",
        border_style="dim",
        box=box.ASCII if ascii_only else box.ROUNDED,
        padding=(1, 2),
        width=WIDTH,
    )


def _shares(quality: Mapping[str, Any], ascii_only: bool) -> Table:
    table = _table()
    for name, words, of in SHARES:
        share = quality[name]
        table.add_row(
            words, *_measured(share["share"], share["interval"], "yellow", ascii_only), f"of {share['of']:,} {of}"
        )
    return table


def _rates(quality: Mapping[str, Any], ascii_only: bool) -> Group:
    table, rate = _table(), quality["response_rate"]
    rows = (("response rate", rate), ("window before", rate["previous"]))
    for words, shown in rows:
        if shown is not None:
            measured = _measured(shown["rate"], shown["interval"], "cyan", ascii_only)
            table.add_row(words, *measured, f"of {shown['asked']:,} mails")
    return Group(table, Text(f"first mails of {rate['from']} to {_last_day(rate)}, and as many days before", "dim"))


def _measured(
    share: float | None, interval: Mapping[str, float] | None, colour: str, ascii_only: bool
) -> tuple[RenderableType, ...]:
    if share is None or interval is None:
        return "", "", Text("nothing known", "dim")
    drawn = Text(bar(share, 1, BAR, ascii_only), colour)
    return drawn, f"{share:.1%}", Text(f"{interval['low']:.1%} to {interval['high']:.1%}", "dim")


def _table() -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=18)
    table.add_column(width=BAR)
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim", overflow="fold")
    return table


def _warnings(quality: Mapping[str, Any]) -> Iterator[Text]:
    for warning in quality["warnings"]:
        yield Text(f"! {warning}", "bold yellow")
    if not quality["warnings"]:
        yield Text(f"Nothing speaks against these {quality['responses']:,} responses.", "green")


def _last_day(span: Mapping[str, Any]) -> str:
    # The end is exclusive; people name the last day that is in it.
    return str(date.fromisoformat(span["to"]) - timedelta(1))
