"""A score on its scale from -100 to 100, with its interval and the target."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

CELLS = 61
COLOURS = {"score": "bold", "interval": "cyan", "target": "magenta", "scale": "dim"}
SIGNS = {"score": "●", "interval": "━", "target": "◆", "scale": "─"}
ASCII_SIGNS = {"score": "O", "interval": "=", "target": "T", "scale": "-"}


def gauge(score: Mapping[str, Any], ascii_only: bool = False) -> list[Text]:
    """Draw an answer of the nps call that has responses; what each sign means stands below."""
    bounds, target = score["interval"], (score.get("target") or {}).get("score")
    cells = ["scale"] * CELLS
    for place in range(_place(bounds["low"]), _place(bounds["high"]) + 1):
        cells[place] = "interval"
    if target is not None:
        cells[_place(target)] = "target"
    cells[_place(score["nps"])] = "score"
    signs = ASCII_SIGNS if ascii_only else SIGNS
    edge = "|" if ascii_only else "│"
    line = Text.assemble((edge, "dim"), *((signs[what], COLOURS[what]) for what in cells), (edge, "dim"))
    return [_labels(), line, _meaning(score, target, signs)]


def _labels() -> Text:
    labels = [" "] * (CELLS + 2)
    for value in (-100, -50, 0, 50, 100):
        said = str(value)
        start = min(max(0, 1 + _place(value) - len(said) // 2), len(labels) - len(said))
        labels[start : start + len(said)] = said
    return Text("".join(labels), style="dim")


def _meaning(score: Mapping[str, Any], target: int | None, signs: Mapping[str, str]) -> Text:
    words = {"score": f"{score['nps']}", "interval": f"its {score['interval']['level']:.0%} interval"}
    if target is not None:
        words["target"] = f"the target {target}"
    parts = [part for what, said in words.items() for part in ((signs[what], COLOURS[what]), f" {said}   ")]
    return Text.assemble(" ", *parts)


def _place(value: float) -> int:
    return round((value + 100) / 200 * (CELLS - 1))
