"""The label of the target: at its line, where neither the curve nor its band crosses it."""

from collections.abc import Iterator
from itertools import pairwise

from earshot.charts.sheet import BARS, FOOT, HEAD, LEFT, PRINT, Place, Sheet

# Where a day stands, and how high the upper end of its interval, its score and the lower end are drawn.
Day = tuple[float, float, float, float]
# How far the foot of the text stands from the line, above and below it; how many places along it are tried.
ABOVE, BELOW, TRIED = -5, 13, 9


def place_label(sheet: Sheet, target: int, space: float) -> Place:
    """Return the position of a label of that width that best avoids the curve, then its band."""
    along = [LEFT + 2 + at * max(0.0, sheet.end - LEFT - 4 - space) / (TRIED - 1) for at in range(TRIED)]
    y = sheet.y(target)
    feet = [y + off for off in (ABOVE, BELOW) if y + off - PRINT + 2 >= HEAD and y + off <= sheet.height - FOOT - BARS]
    places = [(x, foot) for x in along for foot in feet or [y + ABOVE]]
    return min(places, key=lambda place: _covered(sheet, place, space))


def _covered(sheet: Sheet, place: Place, space: float) -> tuple[bool, bool]:
    """Return whether the curve crosses a label at a position, and whether its band does."""
    start, end, top, bottom = place[0] - 3, place[0] + space + 3, place[1] - PRINT, place[1] + 3
    curve = band = False
    for left, right in _steps(sheet):
        if left[0] <= end and right[0] >= start:
            highs, scores, lows = ([_between(left, right, x, row) for x in (start, end)] for row in (1, 2, 3))
            curve = curve or (min(scores) <= bottom and max(scores) >= top)
            band = band or (min(highs) <= bottom and max(lows) >= top)
    return curve, band


def _between(left: Day, right: Day, x: float, row: int) -> float:
    """Return the height of a step at x, or at its nearer end if x is outside."""
    part = (x - left[0]) / (right[0] - left[0]) if right[0] > left[0] else 0.0
    return left[row] + (right[row] - left[row]) * min(1.0, max(0.0, part))


def _steps(sheet: Sheet) -> Iterator[tuple[Day, Day]]:
    """Return each unbroken stretch of the trend by its first and last day, which may be the same."""
    for run in sheet.runs():
        days = [_day(sheet, at) for at in run]
        yield from pairwise(days if len(days) > 1 else days * 2)


def _day(sheet: Sheet, at: int) -> Day:
    (x, high), (_, score), (_, low) = (sheet.place(at, end) for end in ("high", None, "low"))
    return x, high, score, low
