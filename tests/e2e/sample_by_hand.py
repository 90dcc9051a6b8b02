"""The sample counted by hand: csv, integers and the published formulas; nothing of Earshot is used."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "airline-seat-reviews.csv"
NEAR = 1e-6
QUANTILE = 1.959963984540054  # of the normal distribution, at 97.5 %


@dataclass(frozen=True)
class Row:
    """One response of the sample."""

    day: date
    score: int
    segments: dict[str, str]


def read(path: Path = SAMPLE) -> list[Row]:
    """Read the sample."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            Row(date.fromisoformat(row["date"]), int(row["score"]), {name: row[name] for name in ("airline", "cabin")})
            for row in csv.DictReader(file)
        ]


def histogram_of(rows: Iterable[Row], first: date, end: date) -> list[int]:
    """Count the scores of the days from `first` (inclusive) to `end` (exclusive)."""
    counts = [0] * 11
    for row in rows:
        if first <= row.day < end:
            counts[row.score] += 1
    return counts


def score_of(histogram: list[int]) -> dict[str, Any]:
    """All figures of a histogram."""
    detractors, passives, promoters = sum(histogram[:7]), histogram[7] + histogram[8], histogram[9] + histogram[10]
    return {
        "histogram": histogram,
        "responses": len([score for score, count in enumerate(histogram) for _ in range(count)]),
        "promoters": promoters,
        "passives": passives,
        "detractors": detractors,
        "nps": rounded(promoters, detractors, sum(histogram)),
    }


def rounded(promoters: int, detractors: int, size: int) -> int | None:
    """Round the exact ratio once, half away from zero."""
    if size == 0:
        return None
    exact = Fraction(100 * (promoters - detractors), size)
    whole, rest = divmod(abs(exact), 1)
    points = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert abs(int(decimal.quantize(Decimal(1), ROUND_HALF_UP))) == points
    return points if exact >= 0 else -points


def moments(histogram: list[int]) -> tuple[float, float]:
    """Mean and variance of the mean after adding three responses: 3/4 promoter, 3/2 passive, 3/4 detractor."""
    size = sum(histogram) + 3
    promoters = Fraction(sum(histogram[9:])) + Fraction(3, 4)
    detractors = Fraction(sum(histogram[:7])) + Fraction(3, 4)
    mean = (promoters - detractors) / size
    variance = (promoters + detractors) / size - mean**2
    return float(mean), float(variance / size)


def interval_of(histogram: list[int]) -> tuple[float, float] | None:
    """Return the adjusted Wald interval in points, clamped, and widened to the exact score."""
    if not any(histogram):
        return None
    mean, variance = moments(histogram)
    margin = QUANTILE * variance**0.5
    exact = 100 * (sum(histogram[9:]) - sum(histogram[:7])) / sum(histogram)
    low, high = min(exact, 100 * (mean - margin)), max(exact, 100 * (mean + margin))
    return max(-100.0, low), min(100.0, high)


def change_of(before: list[int], after: list[int]) -> tuple[float, float, float] | None:
    """The raw difference in points, and the adjusted interval around the adjusted one."""
    if not any(before) or not any(after):
        return None
    (mean_before, variance_before), (mean_after, variance_after) = moments(before), moments(after)
    margin = QUANTILE * (variance_before + variance_after) ** 0.5
    raw = [Fraction(100 * (sum(h[9:]) - sum(h[:7])), sum(h)) for h in (before, after)]
    difference = mean_after - mean_before
    return float(raw[1] - raw[0]), 100 * (difference - margin), 100 * (difference + margin)


def window(days: int, as_of: date) -> tuple[date, date]:
    """The days of a window that ends with `as_of`, that day included."""
    return as_of - timedelta(days - 1), as_of + timedelta(1)


def compare(score: dict[str, Any], rows: list[Row], days: int, as_of: date) -> None:
    """Compare one reply of the API with the count by hand."""
    first, end = window(days, as_of)
    before_first = first - timedelta(days)
    after, before = histogram_of(rows, first, end), histogram_of(rows, before_first, first)
    assert (score["window"]["from"], score["window"]["to"]) == (first.isoformat(), end.isoformat())
    assert score_of(after).items() <= score.items()
    check_interval(score["interval"], after)
    assert (score["previous"]["from"], score["previous"]["to"]) == (before_first.isoformat(), first.isoformat())
    assert score_of(before).items() <= score["previous"].items()
    check_interval(score["previous"]["interval"], before)
    wanted, change = change_of(before, after), score["change"]
    assert (wanted is None) == (change is None)
    if wanted is not None:
        assert (change["points"], change["low"], change["high"]) == pytest.approx(wanted, abs=NEAR)
        assert change["significant"] == (change["low"] > 0 or change["high"] < 0) == (change["p_value"] < 0.05)


def check_interval(score: dict[str, Any] | None, histogram: list[int]) -> None:
    wanted = interval_of(histogram)
    assert (score is None) == (wanted is None)
    if score is not None and wanted is not None:
        assert score["level"] == 0.95
        assert (score["low"], score["high"]) == pytest.approx(wanted, abs=NEAR)
