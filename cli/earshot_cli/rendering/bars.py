"""Bars made of characters, an eighth of one being the smallest step."""

from rich.text import Text

COLORS = ["red"] * 7 + ["yellow"] * 2 + ["green"] * 2
RISING = " ▁▂▃▄▅▆▇█"
GROWING = " ▏▎▍▌▋▊▉█"


def bar(value: float, full: float, width: int, ascii_only: bool = False) -> str:
    """Return a horizontal bar; a value above zero is always visible."""
    eighths = _eighths(value, full, width)
    if ascii_only:
        return "#" * -(-eighths // 8)
    return GROWING[8] * (eighths // 8) + (GROWING[eighths % 8] if eighths % 8 else "")


def columns(histogram: list[int], height: int, ascii_only: bool = False) -> list[Text]:
    """Return the histogram of the scores 0 to 10 as vertical bars, with the scores and the counts below."""
    highest = max(histogram)
    eighths = [_eighths(count, highest, height) for count in histogram]
    lines = [_line([_cell(e - 8 * level, ascii_only) for e in eighths]) for level in reversed(range(height))]
    counts = Text("".join(f"{_short(count):^6}" for count in histogram), style="dim")
    return [*lines, Text("".join(f"{score:^6}" for score in range(11)), style="bold"), counts]


def rows(histogram: list[int], width: int, ascii_only: bool = False) -> list[Text]:
    """Return the histogram as horizontal bars, a line a score, for terminals too narrow for vertical ones."""
    counts = [f"{count:,}" for count in histogram]
    bar_width = max(3, width - 4 - max(map(len, counts)))
    drawn = [bar(count, max(histogram), bar_width, ascii_only) for count in histogram]
    return [
        Text.assemble((f"{score:>2} ", "bold"), (line, color), (f" {count}" if line else count, "dim"))
        for score, (line, color, count) in enumerate(zip(drawn, COLORS, counts, strict=True))
    ]


def _eighths(value: float, full: float, cells: int) -> int:
    return max(1, round(8 * cells * value / full)) if value and full else 0


def _cell(eighths: int, ascii_only: bool) -> str:
    step = min(8, max(0, eighths))
    return ("###" if step else "   ") if ascii_only else RISING[step] * 3


def _line(cells: list[str]) -> Text:
    return Text.assemble(*((f"{cell:^6}", color) for cell, color in zip(cells, COLORS, strict=True)))


def _short(count: int) -> str:
    return str(count) if count < 100_000 else f"{count // 1000}k" if count < 10_000_000 else f"{count // 1_000_000}M"
