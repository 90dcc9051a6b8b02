"""How long computing a trend takes, against a pass of prefix sums and against the barest trend from integers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from math import sqrt
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.errors import BenchError
from benchmarks.repeats import LAST_DAY, YEAR
from benchmarks.report import Row, Section
from earshot.domain.score import LEVEL, NORMAL_QUANTILES, Histogram
from earshot.domain.trend import DailyScores, daily_scores, windows

WINDOW = 30
ROUNDS, REPEATS = 9, 20
FIRST, END = LAST_DAY - timedelta(YEAR - 1), LAST_DAY + timedelta(1)
COMPUTE = "Trend: computing 365 points"
COMPUTE_HOW = (
    "A year of 30-day windows over a million responses a year, from the histograms of their 394 days in memory. "
    "Three measures: one pass of prefix sums over the integers of these histograms, eleven columns of 394, as a "
    "loop in Python; the same pass left to C (`itertools.accumulate`); and the barest trend, a pass over three "
    "lists of integers and one loop with each window's difference, score and interval written out, without a "
    "function, the name of a day or a shape of ours. Against them `trend.course`: from histograms to promoters, "
    "passives, detractors and responses of each window; the same with the scores; and with the intervals, which is "
    "all that a reply shows. The target is compared with the pass for what prefix sums give, the windows added up, "
    "and with the barest trend for the whole. In turns, medians of the rounds. It does not show reading the counts "
    "or writing the JSON."
)
LOOP, IN_C, BAREST = "one pass of prefix sums, as a loop", "the same pass in C", "the barest trend"
ALONE = "scores and intervals alone, in a bare loop"
ADDED, WHOLE = "all windows added up", "and their intervals"
COMPUTE_COLUMNS = ("what", "microseconds", "× the loop", "× in C", "× the barest trend")
MOST_TIMES = 2.0


def computing(days: Mapping[str, Histogram]) -> Section:
    """Measure the sides in turns, checked to give the same trend."""
    sides = _sides(days)
    if not sides[BAREST]() == sides[ALONE]() == sides[WHOLE]():
        raise BenchError("the barest trend and ours are different trends")
    times = [{name: seconds(side) for name, side in sides.items()} for _ in range(ROUNDS)]
    ratios = {
        name: [median(turn[name] / turn[measure] for turn in times) for measure in (LOOP, IN_C, BAREST)]
        for name in sides
    }
    rows = [_row(name, median(turn[name] for turn in times), ratios[name]) for name in sides]
    remark = (
        f"Read to the letter, as a whole trend in at most {MOST_TIMES:.0f} passes, the target is not met: it takes "
        f"{ratios[WHOLE][0]:.1f}, and the arithmetic of scores and intervals alone {ratios[ALONE][0]:.1f}."
    )
    return Section(COMPUTE, COMPUTE_COLUMNS, rows, COMPUTE_HOW, [remark] if ratios[WHOLE][0] > MOST_TIMES else [])


def whole(found: DailyScores) -> list[Any]:
    """Return all that a reply shows of each point but its camps, which are in the trend."""
    return list(zip(found.scores, found.bounds, strict=True))


def seconds(side: Callable[[], Any]) -> float:
    """Time a call, as the mean of some."""
    start = perf_counter()
    for _ in range(REPEATS):
        side()
    return (perf_counter() - start) / REPEATS


def _sides(days: Mapping[str, Histogram]) -> dict[str, Callable[[], Any]]:
    over = windows(f"{WINDOW}d", FIRST, END)
    columns = list(zip(*(histogram.counts for histogram in days.values()), strict=True))
    camps = [[getattr(h, camp) for _, h in sorted(days.items())] for camp in ("promoters", "passives", "detractors")]
    sums = [[sum(column[at : at + WINDOW]) for at in range(YEAR)] for column in camps]
    return {
        LOOP: lambda: [_added_up(column) for column in columns],
        IN_C: lambda: [list(accumulate(column)) for column in columns],
        BAREST: lambda: _barest(*camps),
        ALONE: lambda: _evaluated(*sums),
        ADDED: lambda: daily_scores(over, days),
        "and their scores": lambda: daily_scores(over, days).scores,
        WHOLE: lambda: whole(daily_scores(over, days)),
    }


def _row(name: str, took: float, ratios: Sequence[float]) -> Row:
    cells = (name, f"{took * 1e6:,.0f}", *(f"{ratio:.1f}" for ratio in ratios))
    to_loop, _, to_barest = ratios
    if name == ADDED:
        return Row(cells, f"≤ {MOST_TIMES:.0f} × the loop", to_loop <= MOST_TIMES)
    if name == WHOLE:
        return Row(cells, f"≤ {MOST_TIMES:.0f} × the barest trend", to_barest <= MOST_TIMES)
    return Row(cells)


def _added_up(column: Sequence[int]) -> list[int]:
    total, found = 0, []
    for count in column:
        total += count
        found.append(total)
    return found


def _barest(*columns: Sequence[int]) -> list[Any]:
    """Compute a trend from integers: a window's day is its place."""
    promoters, passives, detractors = ([0, *accumulate(column)] for column in columns)
    points = range(WINDOW, len(promoters))
    return _evaluated(
        [promoters[day] - promoters[day - WINDOW] for day in points],
        [passives[day] - passives[day - WINDOW] for day in points],
        [detractors[day] - detractors[day - WINDOW] for day in points],
    )


def _evaluated(promoters: Sequence[int], passives: Sequence[int], detractors: Sequence[int]) -> list[Any]:
    """Score windows that have responses, each with its interval."""
    quantile, found = NORMAL_QUANTILES[LEVEL], []
    for liked, indifferent, disliked in zip(promoters, passives, detractors, strict=True):
        responses = liked + indifferent + disliked
        numerator, size = 100 * (liked - disliked), responses + 3
        magnitude = (2 * abs(numerator) + responses) // (2 * responses)
        mean = (liked - disliked) / size
        margin = quantile * sqrt(((liked + disliked + 1.5) / size - mean * mean) / size)
        ends = max(-100.0, 100 * (mean - margin)), min(100.0, 100 * (mean + margin))
        found.append((-magnitude if numerator < 0 else magnitude, ends))
    return found
