"""The score with everything needed to judge it, on one small panel."""

from typing import Any

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.drawing.bars import bar, columns
from earshot_cli.drawing.gauge import gauge
from earshot_cli.drawing.words import (
    band_in_words,
    change_in_words,
    notes_in_words,
    target_in_words,
    window_in_words,
)

WIDTH = 76
GROUPS = (("promoters", "green"), ("passives", "yellow"), ("detractors", "red"))


def score_panel(score: dict[str, Any], ascii_only: bool = False) -> Panel:
    """Draw an answer of the nps call."""
    title = f" {window_in_words(score)} "
    parts: list[Any] = [_headline(score)]
    if score["responses"]:
        parts += [
            Text(),
            *gauge(score, ascii_only),
            Text(),
            _groups(score, ascii_only),
            Text(),
            *columns(score["histogram"], 4, ascii_only),
        ]
    if judged := " ".join(filter(None, (band_in_words(score), target_in_words(score)))):
        parts += [Text(), Text(judged)]
    if words := change_in_words(score):
        parts += [Text(), Text(words, style="bold" if (score.get("change") or {}).get("significant") else "")]
    parts += [Text(line, style="dim") for line in notes_in_words(score)]
    return Panel(
        Group(*parts),
        title=Text(title.replace(" · ", ", ") if ascii_only else title),
        title_align="left",
        border_style="dim",
        box=box.ASCII if ascii_only else box.ROUNDED,
        padding=(1, 2),
        width=WIDTH,
    )


def _headline(score: dict[str, Any]) -> Text:
    if not score["responses"]:
        return Text("No responses in this window, so there is no score.")
    interval = score["interval"]
    sure = f"{interval['level']:.0%} interval {interval['low']:.1f} to {interval['high']:.1f}"
    return Text.assemble(
        ("NPS ", "bold"), (f"{score['nps']}", "bold reverse"), f"   {sure}   {score['responses']:,} responses"
    )


def _groups(score: dict[str, Any], ascii_only: bool) -> Table:
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify)
    for group, colour in GROUPS:
        share = score[group] / score["responses"]
        drawn = Text(bar(share, 1, 34, ascii_only), style=colour)
        table.add_row(group, f"{score[group]:,}", f"{share:.1%}", drawn)
    return table
