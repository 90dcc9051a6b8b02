"""Scales: which points and days an axis shows, so that labels are round, few and never on top of each other."""

from collections.abc import Iterable, Sequence
from datetime import date

STEPS = (5, 10, 20, 25, 50, 100)
LEAST_SPAN = 20
MONTHS = (1, 2, 3, 6, 12, 24)


def points_scale(values: Iterable[float], most: int) -> tuple[int, int, int]:
    """Return the lowest and highest point and the step between labels, at most `most` steps; zero is included."""
    shown = [0.0, *values]
    lowest, highest = min(shown), max(shown)
    if highest - lowest < LEAST_SPAN:
        highest = min(100.0, lowest + LEAST_SPAN)
        lowest = min(lowest, highest - LEAST_SPAN)
    step = next((step for step in STEPS if (highest - lowest) / step <= most - 1), STEPS[-1])
    return step * int(lowest // step), -step * int(-highest // step), step


def day_labels(days: Sequence[date], most: int) -> list[tuple[int, str]]:
    """Return the positions of at most so many labelled days, and the labels.

    Where there are many days, those are the first of months.
    """
    if len(days) <= 62 or most < 2:
        step = -(-len(days) // max(most, 1)) or 1
        return [(place, days[place].isoformat()) for place in range(len(days) - 1, -1, -step)][::-1]
    firsts = [(place, day) for place, day in enumerate(days) if day.day == 1]
    every = next((every for every in MONTHS if len(firsts) <= most * every), MONTHS[-1])
    return [(place, f"{day:%Y-%m}") for place, day in firsts if (day.year * 12 + day.month - 1) % every == 0]
