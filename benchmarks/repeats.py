"""A million made-up responses of a year, many of people who responded before: their counts, by day and superseded."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from benchmarks.submissions import WEIGHTS
from earshot.domain.score import Histogram

LAST_DAY = date(2026, 11, 20)
YEAR = 365
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Responses:
    """Responses of the two years that end with the last day: day, score, and the day of the person's next one."""

    rows: list[tuple[str, int, str | None]]

    def days(self) -> dict[str, Histogram]:
        """Count them by day."""
        return _histograms((day, score) for day, score, _ in self.rows)

    def superseded(self) -> dict[tuple[str, str], Histogram]:
        """Count those that were superseded, by both days."""
        return _histograms(((day, later), score) for day, score, later in self.rows if later is not None)


def responses(volume: int, each: int) -> Responses:
    """Make so many responses a year, each person giving `each` of them over two years, at random."""
    dice, rows = random.Random(f"{volume}/{each}"), []
    for _ in range(2 * volume // each):
        ago = sorted((dice.randrange(2 * YEAR) for _ in range(each)), reverse=True)
        days = [(LAST_DAY - timedelta(days)).isoformat() for days in ago]
        scores = dice.choices(range(11), WEIGHTS, k=each)
        rows += list(zip(days, scores, [*days[1:], None], strict=True))
    return Responses(rows)


def _histograms(found: Iterable[tuple[Key, int]]) -> dict[Key, Histogram]:
    counts: dict[Key, list[int]] = {}
    for (key, score), number in Counter(found).items():
        counts.setdefault(key, [0] * 11)[score] = number
    return {key: Histogram(tuple(scores)) for key, scores in counts.items()}
