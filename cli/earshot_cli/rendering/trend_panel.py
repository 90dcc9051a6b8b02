"""The trend of a score as a small line in the terminal, with its band and the responses of each window."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.panel import Panel
from rich.text import Text

from earshot.charts.scales import points_scale
from earshot.charts.trend_svg import TOO_FEW, shared
from earshot.domain.score import FEWEST_DRAWN
from earshot_cli.rendering.bars import RISING
from earshot_cli.rendering.frame import Frame
from earshot_cli.rendering.phrases import (
    FEW,
    basis_in_words,
    count_in_words,
    day_in_words,
    is_too_few,
    whose,
)

WIDTH, COLUMNS, ROWS = 78, 62, 11
SIGNS = {"score": "●", "interval": "░", "zero": "─", "nothing": " "}
ASCII_SIGNS = {"score": "*", "interval": ":", "zero": "-", "nothing": " "}
COLORS = {"score": "bold cyan", "interval": "cyan", "zero": "dim", "nothing": ""}

Point = Mapping[str, Any]


def trend_panel(trend: Mapping[str, Any], ascii_only: bool = False, width: int = WIDTH) -> Panel:
    """Draw a reply of the trend call for a terminal; of several days that share a column the last is shown."""
    frame = Frame(WIDTH, width, ascii_only)
    points = _columns(trend["points"], _most_columns(trend["points"], frame))
    signs = ASCII_SIGNS if ascii_only else SIGNS
    parts = [Text("No responses in any of these windows.")]
    if any(point["interval"] for point in points):
        parts = [*_rows(points, signs), _responses(points, ascii_only), _days(trend["points"], len(points))]
    lines = (Text(line, style="dim") for line in summary_in_words(trend))
    return frame.around(f"{whose(trend)} · trend, {trend['window']} windows", *parts, Text(), *lines)


def _most_columns(points: Sequence[Point], frame: Frame) -> int:
    """Return how many columns find room between the labels and the number at the end of the last row."""
    most = max((point["responses"] for point in points), default=0)
    return min(COLUMNS, frame.inner_width - 6 - len(f" {most:,}"))


def summary_in_words(trend: Mapping[str, Any]) -> list[str]:
    """Return the first and the last score of the trend, and notes on the responses behind it."""
    known = [point for point in trend["points"] if point["interval"]]
    if not known:
        return []
    lines = [
        f"{point['day']}: {_summary(point)}" for point in dict.fromkeys([0, len(known) - 1]) for point in [known[point]]
    ]
    if any(point["responses"] < FEW for point in known):
        lines.append(f"Grey: fewer than {FEW} responses, a hint, not a measurement.")
    if any(map(is_too_few, known)):
        lines.append(f"Without a band: fewer than {FEWEST_DRAWN} responses, too few to say.")
    if folded := trend.get("counted_as"):
        lines.append(f"This value {shared(folded)} with others: the trend is that of all of them.")
    if basis := basis_in_words(trend):
        lines.append(basis)
    if not trend.get("complete", True):
        lines.append("Older responses of this segment are still being counted: the trend is not complete yet.")
    return lines


def _summary(point: Point) -> str:
    bounds = point["interval"]
    sure = TOO_FEW if is_too_few(point) else f"{bounds['low']:.1f} to {bounds['high']:.1f}"
    return f"NPS {point['nps']}, {sure}, {count_in_words(point['responses'])}"


def _columns(points: Sequence[Point], most: int) -> list[Point]:
    if len(points) <= most:
        return list(points)
    return [points[(column + 1) * len(points) // most - 1] for column in range(most)]


def _rows(points: Sequence[Point], signs: Mapping[str, str]) -> list[Text]:
    known = [point for point in points if point["interval"]]
    ends = (point["interval"][end] for point in known if not is_too_few(point) for end in ("low", "high"))
    values = [*(point["nps"] for point in known), *ends]
    lowest, highest, _ = points_scale(values, 6)
    places = range(ROWS - 1, -1, -1)
    labels = {_row(value, lowest, highest): value for value in (lowest, highest, 0)}
    rows = []
    for place in places:
        cells = [_cell(point, place, lowest, highest) for point in points]
        line = [(signs[what], _style(point, what)) for what, point in zip(cells, points, strict=True)]
        rows.append(Text.assemble(f"{labels.get(place, ''):>5} ", *line))
    return rows


def _cell(point: Point, place: int, lowest: int, highest: int) -> str:
    if bounds := point["interval"]:
        if _row(point["nps"], lowest, highest) == place:
            return "score"
        if not is_too_few(point) and _row(bounds["low"], lowest, highest) <= place <= _row(
            bounds["high"], lowest, highest
        ):
            return "interval"
    return "zero" if _row(0, lowest, highest) == place else "nothing"


def _row(value: float, lowest: int, highest: int) -> int:
    return round((ROWS - 1) * (value - lowest) / (highest - lowest))


def _style(point: Point, what: str) -> str:
    return "dim" if point["responses"] < FEW else COLORS[what]


def _responses(points: Sequence[Point], ascii_only: bool) -> Text:
    most = max(point["responses"] for point in points) or 1
    steps = " .:=#" if ascii_only else RISING
    bars = "".join(steps[-(-point["responses"] * (len(steps) - 1) // most)] for point in points)
    return Text.assemble(("    n ", "dim"), bars, (f" {most:,}", "dim"))


def _days(points: Sequence[Point], width: int) -> Text:
    first, last = points[0]["day"], points[-1]["day"]
    return Text(" " * 6 + (f"{first}{last:>{width - len(first)}}" if width > 22 else day_in_words(first, last)), "dim")
