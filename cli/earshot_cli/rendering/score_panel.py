"""The score with everything needed to interpret it, on one small panel."""

from typing import Any

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from earshot_cli.rendering.bars import bar, columns, rows
from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.gauge import CELLS, gauge
from earshot_cli.rendering.phrases import (
    band_in_words,
    change_in_words,
    count_in_words,
    interval_in_words,
    is_too_few,
    notes_in_words,
    target_in_words,
    window_in_words,
)

WIDTH, BAR = 76, 34
GROUPS = (("promoters", "green"), ("passives", "yellow"), ("detractors", "red"))


def score_panel(score: dict[str, Any], ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Draw a reply of the nps call for a terminal of that width."""
    frame = Frame(WIDTH, width, ascii_only)
    parts: list[Any] = [_headline(score, "\n" if frame.is_narrow else "   ")]
    if score["responses"]:
        if not is_too_few(score):
            parts += [Text(), *gauge(score, ascii_only, min(CELLS, frame.inner_width - 2))]
        parts += [Text(), _groups(score, frame), Text(), *_histogram(score, frame)]
    if verdict := " ".join(filter(None, (band_in_words(score), target_in_words(score)))):
        parts += [Text(), Text(verdict)]
    if words := change_in_words(score):
        parts += [Text(), Text(words, style="bold" if (score.get("change") or {}).get("significant") else "")]
    parts += [Text(line, style="dim") for line in notes_in_words(score)]
    return frame.around(window_in_words(score), *parts)


def _headline(score: dict[str, Any], apart: str) -> Text:
    if not score["responses"]:
        return Text("No responses in this window, so there is no score.")
    size = count_in_words(score["responses"])
    rest = f"{apart}{interval_in_words(score)}{apart}{size}"
    return Text.assemble(("NPS ", "bold"), (f"{score['nps']}", "bold reverse"), rest)


def _histogram(score: dict[str, Any], frame: Frame) -> list[Text]:
    histogram = score["histogram"]
    return (
        rows(histogram, frame.inner_width, frame.ascii_only)
        if frame.is_narrow
        else columns(histogram, 4, frame.ascii_only)
    )


def _groups(score: dict[str, Any], frame: Frame) -> Table:
    table = Table.grid(padding=(0, 1 if frame.is_narrow else 2))
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for group, color in GROUPS:
        share = score[group] / score["responses"]
        drawn = Text(bar(share, 1, _bar_width(score, frame), frame.ascii_only), style=color)
        table.add_row(group, f"{score[group]:,}", f"{share:.1%}", drawn)
    return table


def _bar_width(score: dict[str, Any], frame: Frame) -> int:
    """Return what the words of a group, its number and its share leave for its bar."""
    return max(1, min(BAR, frame.inner_width - 20 - max(len(f"{score[group]:,}") for group, _ in GROUPS)))
