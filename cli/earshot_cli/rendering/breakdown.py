"""The scores of a segment's values as a table, each on its scale with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from earshot.domain.score import FEWEST_DRAWN
from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.gauge import ASCII_SIGNS, COLORS, SIGNS, cells_of
from earshot_cli.rendering.phrases import is_too_few, window_in_words

WIDTH = 76
# What a score, its interval and the gaps between the columns take of a line.
NUMBERS = 4 + 16 + 4
# The shortest scale that says anything, and the longest.
SHORTEST, LONGEST = 11, 41
LONGEST_VALUE = 24


def breakdown_panel(breakdown: Mapping[str, Any], ascii_only: bool, width: int) -> RenderableType:
    """Return a reply of the breakdown call, drawn for a terminal of that width.

    Values without responses in the window are only counted.
    """
    frame = Frame(WIDTH, width, ascii_only)
    shown = [row for row in breakdown["rows"] if row["responses"]]
    names = [_name(row) for row in shown]
    inner_width = min(max(map(len, [*names, breakdown["by"], "total"]), default=0), LONGEST_VALUE)
    size = len(f"{breakdown['total']['responses']:,}")
    cells = min(LONGEST, frame.inner_width - NUMBERS - inner_width - size)
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="fold", max_width=LONGEST_VALUE)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    heads = [breakdown["by"], "NPS", "n", "95% interval", _ends(cells)]
    table.add_row(*(Text(head, "dim") for head in heads))
    for name, row in zip(names, shown, strict=True):
        table.add_row(name, *_numbers(row), _scale(row, cells, ascii_only))
    total = breakdown["total"]
    table.add_row(Text("total", "bold"), *_numbers(total), _scale(total, cells, ascii_only))
    notes = _notes(breakdown)
    below = [Text(), *notes] if notes else []
    return frame.around(window_in_words({**breakdown, "segment": f"by {breakdown['by']}"}), table, *below)


def _name(row: Mapping[str, Any]) -> str:
    return "(all others)" if row["other"] else str(row["value"])


def _numbers(row: Mapping[str, Any]) -> Sequence[str]:
    if not row["responses"]:
        return "—", "0", ""
    bounds = "" if is_too_few(row) else f"{row['interval']['low']:.1f} to {row['interval']['high']:.1f}"
    return f"{row['nps']}", f"{row['responses']:,}", bounds


def _scale(row: Mapping[str, Any], cells: int, ascii_only: bool) -> Text:
    """Return the interval on its scale; nothing where there are too few responses."""
    if cells < SHORTEST or not row["responses"] or is_too_few(row):
        return Text()
    signs = ASCII_SIGNS if ascii_only else SIGNS
    return Text.assemble(*((signs[what], COLORS[what]) for what in cells_of(row, None, cells)))


def _ends(cells: int) -> str:
    return f"-100{'100':>{cells - 4}}" if cells >= SHORTEST else ""


def _notes(breakdown: Mapping[str, Any]) -> list[Text]:
    rows = breakdown["rows"]
    notes = []
    if any(row["responses"] and is_too_few(row) for row in rows):
        notes.append(f"Without an interval: fewer than {FEWEST_DRAWN} responses, too few to say.")
    if silent := sum(1 for row in rows if not row["responses"]):
        notes.append(f"{silent:,} more value{' has' if silent == 1 else 's have'} no response in this window.")
    # Read one after the other, so a response that came meanwhile may be in a value and not in the total.
    if (without := breakdown["total"]["responses"] - sum(row["responses"] for row in rows)) > 0:
        notes.append(f"{without:,} response{' has' if without == 1 else 's have'} no {breakdown['by']}.")
    if not breakdown["complete"]:
        notes.append("Older responses are still being counted by this segment.")
    return [Text(note, "dim") for note in notes]
