"""A score on its scale from -100 to 100, with its interval and the target."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

CELLS = 61
COLORS = {"score": "bold", "interval": "cyan", "target": "magenta", "scale": "dim"}
SIGNS = {"score": "●", "interval": "━", "target": "◆", "scale": "─"}
ASCII_SIGNS = {"score": "O", "interval": "=", "target": "T", "scale": "-"}


def gauge(score: Mapping[str, Any], ascii_only: bool = False, cells: int = CELLS) -> list[Text]:
    """Draw a reply of the nps call that has responses; the signs are explained below."""
    target = (score.get("target") or {}).get("score")
    drawn = cells_of(score, target, cells)
    signs = ASCII_SIGNS if ascii_only else SIGNS
    edge = "|" if ascii_only else "│"
    line = Text.assemble((edge, "dim"), *((signs[what], COLORS[what]) for what in drawn), (edge, "dim"))
    meaning = _meaning(score, target, signs)
    return [_labels(cells), line, *(meaning if cells < CELLS else [Text("   ").join(meaning)])]


def cells_of(score: Mapping[str, Any], target: int | None, cells: int) -> list[str]:
    """Return what each cell of the scale shows: the score, its interval, the target or nothing."""
    drawn, bounds = ["scale"] * cells, score["interval"]
    for place in range(_place(bounds["low"], cells), _place(bounds["high"], cells) + 1):
        drawn[place] = "interval"
    if target is not None:
        drawn[_place(target, cells)] = "target"
    drawn[_place(score["nps"], cells)] = "score"
    return drawn


def _labels(cells: int) -> Text:
    labels = [" "] * (cells + 2)
    for value in (-100, -50, 0, 50, 100):
        label = str(value)
        start = min(max(0, 1 + _place(value, cells) - len(label) // 2), len(labels) - len(label))
        labels[start : start + len(label)] = label
    return Text("".join(labels), style="dim")


def _meaning(score: Mapping[str, Any], target: int | None, signs: Mapping[str, str]) -> list[Text]:
    words = {"score": f"{score['nps']}", "interval": f"its {score['interval']['level']:.0%} interval"}
    if target is not None:
        words["target"] = f"the target {target}"
    return [Text.assemble((signs[what], COLORS[what]), f" {label}") for what, label in words.items()]


def _place(value: float, cells: int) -> int:
    return round((value + 100) / 200 * (cells - 1))
