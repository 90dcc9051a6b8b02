"""The sheet a trend is drawn on: its size, its points, and the position of each value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from earshot.charts.scales import points_scale
from earshot.charts.text_width import wide
from earshot.domain.score import FEWEST_DRAWN

FEW = 30
# What is kept free above, below, and on both sides, and how high the bars of the responses stand.
HEAD, FOOT, LEFT, RIGHT, BARS = 46, 22, 10, 40, 34
# The size of text, and the distance of labels from their marks.
PRINT, GAP = 11, 6

Point = Mapping[str, Any]
Place = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """The sheet: its size, the points, and the position of each value."""

    points: Sequence[Point]
    target: int | None
    width: int
    height: int

    @cached_property
    def scale(self) -> tuple[int, int, int]:
        """Return the lowest and the highest point of the axis, and its step."""
        known = [point for point in self.points if point["interval"]]
        ends = (point["interval"][end] for point in known if has_band(point) for end in ("low", "high"))
        values = [*map(exact, known), *ends]
        space = max(2, (self.height - HEAD - FOOT - BARS) // 26)
        return points_scale(values if self.target is None else [*values, self.target], space)

    @cached_property
    def latest(self) -> int | None:
        """Return the last point that has a score; None if none has."""
        known = [place for place, point in enumerate(self.points) if point["interval"]]
        return known[-1] if known else None

    @cached_property
    def most(self) -> int:
        """Return the greatest number of responses of a window."""
        return max((point["responses"] for point in self.points), default=0)

    def runs(self) -> Iterator[list[int]]:
        """Return the places of points that follow each other without a gap."""
        for known, run in groupby(range(len(self.points)), key=lambda at: self.points[at]["interval"] is not None):
            if known:
                yield list(run)

    @property
    def tally(self) -> str:
        """Return how many responses the highest bar represents."""
        return f"n {in_short(self.most)}"

    @cached_property
    def end(self) -> float:
        """Return the right end of the plot, which leaves room for the labels."""
        return self.width - max(RIGHT, GAP + wide(self.tally, PRINT, bold=False) + 2)

    def place(self, at: int, end: str | None = None) -> Place:
        """Return the position of a day's score, or of an end (`low`, `high`) of its interval if that is drawn."""
        point = self.points[at]
        return self.x(at), self.y(point["interval"][end] if end and has_band(point) else exact(point))

    @property
    def floor(self) -> float:
        """Return the bottom of the plot, which is the top of the bars of responses."""
        return float(self.height - FOOT - BARS)

    @property
    def slot(self) -> float:
        """Return the width of a day in pixels."""
        return (self.end - LEFT) / max(len(self.points), 1)

    def x(self, place: int) -> float:
        """Return the x position of a day."""
        return LEFT + self.slot * (place + 0.5)

    def y(self, value: float) -> float:
        """Return the y position of a score."""
        lowest, highest, _ = self.scale
        return HEAD + (self.floor - HEAD - 8) * (highest - value) / (highest - lowest)


def exact(point: Point) -> float:
    """Return the score before it is rounded, so that a line moves as its responses do."""
    return float(100 * (point["promoters"] - point["detractors"]) / point["responses"])


def has_band(point: Point) -> bool:
    """Return whether the interval of a point is drawn: not of so few responses that they say nothing."""
    return bool(point["responses"] >= FEWEST_DRAWN)


def is_few(point: Point) -> bool:
    """Return whether a score has so few responses that it is only a hint."""
    return bool(point["responses"] < FEW)


def in_short(count: int) -> str:
    """Write a number of responses in at most five characters, such as 9999, 110k, 1.1M or 115M."""
    if count < 10_000:
        return f"{count}"
    if count < 1_000_000:
        return f"{count // 1000}k"
    return f"{count // 100_000 / 10}M" if count < 10_000_000 else f"{count // 1_000_000}M"
