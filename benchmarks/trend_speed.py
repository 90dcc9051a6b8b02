"""How long computing a trend takes, against a pass of prefix sums and against PostgreSQL over the same responses."""

import gc
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate
from math import sqrt
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import postgres
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.repeats import LAST_DAY, YEAR, Answers, answers
from benchmarks.report import Row, Section
from earshot.domain.score import LEVEL, NORMAL_QUANTILES, Histogram
from earshot.domain.trend import Course, course, windows

VOLUME, EACH, WINDOW = 1_000_000, 4, 30
ROUNDS, REPEATS = 9, 20
FIRST, END = LAST_DAY - timedelta(YEAR - 1), LAST_DAY + timedelta(1)
COMPUTE = "Trend: computing 365 points"
COMPUTE_HOW = (
    "A year of 30-day windows over a million responses a year, from the histograms of their 394 days in memory. Two "
    "measures: one pass of prefix sums over the integers of these histograms (`itertools.accumulate`, eleven columns "
    "of 394), which gives no window yet; and the barest trend, a pass over three lists of integers and one loop with "
    "each window's difference, score and interval written out, without a function, the name of a day or a shape of "
    "ours. Against them `trend.course`: from histograms to promoters, passives, detractors and responses of each "
    "window, with the days it goes from and to; the same with the scores; and with the intervals, which is all that "
    "an answer shows. In turns, medians of the rounds. It does not show reading the counts or writing the JSON. Where "
    "the target is read to the letter, as a whole trend in twice the pass, Python cannot meet it: the arithmetic of "
    "scores and intervals alone, in a bare loop over sums that are there already, is in the third row."
)
PASS, BAREST = "one pass of prefix sums", "the barest trend"
COMPUTE_COLUMNS = ("what", "microseconds", "× the pass", "× the barest trend")
MOST_TIMES = 2.0
POSTGRES = "Trend: against PostgreSQL"
POSTGRES_HOW = (
    "The same responses of two years, a row each, in a PostgreSQL of the bench's own: everything in memory, vacuumed, "
    "on a Unix socket, with the index that this query likes best (survey, day, score: it reads nothing else), "
    "parallel as it chooses. It answers the same 365 points of 30-day windows, responses, promoters and detractors, "
    "checked to be equal; its time is its own (`EXPLAIN ANALYZE`, so without a client). Ours begins with the counts "
    "in memory, which writing keeps up to date, and makes the windows of the calendar too; reading the counts is not "
    "in it. In turns, medians."
)
POSTGRES_COLUMNS = ("who", "milliseconds", "× as fast")
LEAST_TIMES = 100.0
STEPS = 3
TABLE = "CREATE UNLOGGED TABLE responses (survey text NOT NULL, day date NOT NULL, score smallint NOT NULL)"
INDEX = "CREATE INDEX best ON responses (survey, day, score)"
QUERY = f"""
SELECT point.day::date, coalesce(sum(n), 0), coalesce(sum(promoters), 0), coalesce(sum(detractors), 0)
FROM generate_series('{FIRST}'::timestamp, '{LAST_DAY}'::timestamp, '1 day') AS point(day)
LEFT JOIN (
  SELECT day, count(*) AS n,
    count(*) FILTER (WHERE score >= 9) AS promoters, count(*) FILTER (WHERE score <= 6) AS detractors
  FROM responses WHERE survey = 'bench' AND day > '{FIRST - timedelta(WINDOW)}' AND day <= '{LAST_DAY}' GROUP BY day
) AS counted ON counted.day > point.day - interval '{WINDOW} days' AND counted.day <= point.day
GROUP BY point.day ORDER BY point.day
"""  # noqa: S608 - nothing in it comes from outside


def measure(lab: Lab) -> list[Section]:
    """Measure against the pass first, then against PostgreSQL, if there is one."""
    lab.steps.step("a million answers")
    made = answers(VOLUME, EACH)
    days = {day: h for day, h in made.days().items() if day >= (FIRST - timedelta(WINDOW - 1)).isoformat()}
    # What the bench holds is none of a function's memory: its collector must not walk through it.
    gc.collect()
    gc.freeze()
    lab.steps.step("computing")
    computed = _computing(days)
    lab.steps.step("PostgreSQL")
    programs = postgres.programs()
    if programs is None:
        return [computed, Section(POSTGRES, POSTGRES_COLUMNS, [], POSTGRES_HOW, [postgres.HOW_TO_INSTALL])]
    with postgres.running(programs) as server:
        _fill(server, made)
        return [computed, _against(server, days)]


def _computing(days: Mapping[str, Histogram]) -> Section:
    over = windows(f"{WINDOW}d", FIRST, END)
    columns = list(zip(*(histogram.counts for histogram in days.values()), strict=True))
    camps = [[getattr(h, camp) for _, h in sorted(days.items())] for camp in ("promoters", "passives", "detractors")]
    sums = [[sum(column[at : at + WINDOW]) for at in range(YEAR)] for column in camps]
    sides: dict[str, Callable[[], Any]] = {
        PASS: lambda: [list(accumulate(column)) for column in columns],
        BAREST: lambda: _barest(*camps),
        "scores and intervals alone, in a bare loop": lambda: _judged(*sums),
        "all windows added up": lambda: course(over, days),
        "and their scores": lambda: course(over, days).scores,
        "and their intervals": lambda: _whole(course(over, days)),
    }
    times = [{name: _seconds(side) for name, side in sides.items()} for _ in range(ROUNDS)]
    if [_barest(*camps), _judged(*sums)] != [_whole(course(over, days))] * 2:
        raise BenchError("the barest trend and ours are different trends")
    rows = []
    for name in sides:
        to_pass, to_barest = (median(turn[name] / turn[measure] for turn in times) for measure in (PASS, BAREST))
        cells = (name, f"{median(turn[name] for turn in times) * 1e6:,.0f}", f"{to_pass:.1f}", f"{to_barest:.1f}")
        rows.append(Row(cells))
        if name == "all windows added up":
            rows[-1] = Row(cells, f"≤ {MOST_TIMES:.0f} × the pass", to_pass <= MOST_TIMES)
        if name == "and their intervals":
            rows[-1] = Row(cells, f"≤ {MOST_TIMES:.0f} × the barest trend", to_barest <= MOST_TIMES)
            rows.append(
                Row(("the same, to the letter", *cells[1:]), f"≤ {MOST_TIMES:.0f} × the pass", to_pass <= MOST_TIMES)
            )
    return Section(COMPUTE, COMPUTE_COLUMNS, rows, COMPUTE_HOW)


def _against(server: postgres.Postgres, days: Mapping[str, Histogram]) -> Section:
    found = course(windows(f"{WINDOW}d", FIRST, END), days)
    columns = zip(found.last_days, found.responses, found.promoters, found.detractors, strict=True)
    ours = [[str(figure) for figure in point] for point in columns]
    theirs = [line.split("|") for line in server.run(QUERY).splitlines()]
    if ours != theirs:
        raise BenchError("PostgreSQL and the counts give different trends")
    sides: dict[str, Callable[[], Any]] = {
        "computed from the counts, the same figures": lambda: course(windows(f"{WINDOW}d", FIRST, END), days),
        "with scores and intervals too": lambda: _whole(course(windows(f"{WINDOW}d", FIRST, END), days)),
    }
    turns = [
        {"PostgreSQL": _postgres_seconds(server), **{name: _seconds(side) for name, side in sides.items()}}
        for _ in range(ROUNDS)
    ]
    took = median(turn["PostgreSQL"] for turn in turns) * 1e3
    rows = [Row((f"PostgreSQL {server.run('SHOW server_version').strip()}", f"{took:,.1f}", "1"))]
    for name in sides:
        faster = median(turn["PostgreSQL"] / turn[name] for turn in turns)
        cells = (name, f"{median(turn[name] for turn in turns) * 1e3:,.2f}", f"{faster:,.0f}")
        rows.append(Row(cells, f"≥ {LEAST_TIMES:.0f} ×", faster >= LEAST_TIMES))
    plan = server.run(f"EXPLAIN {QUERY}")
    if "Index Only Scan" not in plan:
        raise BenchError("PostgreSQL did not take its best index")
    return Section(POSTGRES, POSTGRES_COLUMNS, rows, POSTGRES_HOW)


def _whole(found: Course) -> list[Any]:
    return list(zip(found.scores, found.bounds, strict=True))


def _barest(*columns: Sequence[int]) -> list[Any]:
    """Compute a trend from integers: a window's day is its place."""
    promoters, passives, detractors = ([0, *accumulate(column)] for column in columns)
    points = range(WINDOW, len(promoters))
    return _judged(
        [promoters[day] - promoters[day - WINDOW] for day in points],
        [passives[day] - passives[day - WINDOW] for day in points],
        [detractors[day] - detractors[day - WINDOW] for day in points],
    )


def _judged(promoters: Sequence[int], passives: Sequence[int], detractors: Sequence[int]) -> list[Any]:
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


def _seconds(side: Callable[[], Any]) -> float:
    start = perf_counter()
    for _ in range(REPEATS):
        side()
    return (perf_counter() - start) / REPEATS


def _postgres_seconds(server: postgres.Postgres) -> float:
    told = server.run(f"EXPLAIN (ANALYZE, TIMING OFF) {QUERY}")
    (line,) = [line for line in told.splitlines() if line.startswith("Execution Time")]
    return float(line.split()[2]) / 1000


def _fill(server: postgres.Postgres, made: Answers) -> None:
    server.run(TABLE)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as rows:
        rows.writelines(f"bench\t{day}\t{score}\n" for day, score, _ in made.rows)
        rows.flush()
        server.run("COPY responses FROM STDIN", rows=Path(rows.name))
    server.run(INDEX)
    server.run("VACUUM ANALYZE responses")
