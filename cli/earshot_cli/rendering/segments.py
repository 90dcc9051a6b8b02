"""The values of a segment, compared, as a table."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from earshot_cli.rendering.cards import table

SURE = 0.05
Shown = Mapping[str, Any]


def segments_table(comparison: Shown) -> Table:
    """Draw the values of a segment, the surest difference from the rest first."""
    found = table(comparison["property"], "NPS", "n", "95% interval", "detractors", "before", "from the rest", "p")
    for row in comparison["rows"]:
        found.add_row("(all others)" if row["other"] else row["value"], *_score(row), *_difference(row["difference"]))
    return found


def _score(row: Shown) -> tuple[str, ...]:
    if not row["responses"]:
        return "—", "0", "", "", ""
    bounds, change = row["interval"], row["change"]
    interval = f"{bounds['low']:.1f} to {bounds['high']:.1f}"
    before = f"{change['points']:+.1f}" if change else ""
    return str(row["nps"]), f"{row['responses']:,}", interval, f"{row['detractor_share']:.0%}", before


def _difference(difference: Shown | None) -> tuple[str, str]:
    if difference is None:
        return "too few", ""
    p_value = difference["p_value_adjusted"]
    mark = "" if p_value < SURE else " unsure"
    return f"{difference['points']:+.1f}{mark}", "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"
