"""How long computing a trend takes, against a pass of prefix sums and against PostgreSQL over the same responses."""

import gc
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import postgres
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.repeats import LAST_DAY, YEAR, Answers, answers
from benchmarks.report import Row, Section
from earshot.domain.score import Histogram, interval, net_promoter_score
from earshot.domain.trend import Point, between, course, windows

VOLUME, EACH, WINDOW = 1_000_000, 4, 30
ROUNDS, REPEATS = 9, 20
FIRST, END = LAST_DAY - timedelta(YEAR - 1), LAST_DAY + timedelta(1)
COMPUTE = "Trend: computing 365 points"
COMPUTE_HOW = (
    "A year of 30-day windows over a million responses a year, from the histograms of their 394 days in memory. The "
    "measure is one pass of prefix sums over the integers of these histograms (`itertools.accumulate`, eleven columns "
    "of 394). Against it: prefix sums and the differences of all windows over three columns of camps "
    "(`trend.between`, which is all that a trend needs once its days lie in columns); all that `trend.course` does, "
    "from histograms and windows to a point with promoters, passives and detractors; the same with each point's "
    "score; and with its interval, as every answer has it. Making the windows out of the calendar is in none of them "
    "and stands alone. In turns, medians of the rounds. It does not show reading the counts or writing the JSON."
)
COMPUTE_COLUMNS = ("what", "microseconds", "× the pass")
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
    camps = list(zip(*((h.promoters, h.passives, h.detractors) for _, h in sorted(days.items())), strict=True))
    ends = range(len(days) - YEAR + 1, len(days) + 1)
    starts = range(len(days) - YEAR + 1 - WINDOW, len(days) + 1 - WINDOW)
    sides: dict[str, Callable[[], Any]] = {
        "one pass of prefix sums": lambda: [list(accumulate(column)) for column in columns],
        "the same and all windows, of three columns of camps": lambda: [between(c, starts, ends) for c in camps],
        "all windows added up": lambda: course(over, days),
        "and their scores": lambda: _scores(course(over, days)),
        "and their intervals": lambda: _whole(course(over, days)),
        "the windows of the calendar, alone": lambda: windows(f"{WINDOW}d", FIRST, END),
    }
    times = [{name: _seconds(side) for name, side in sides.items()} for _ in range(ROUNDS)]
    measured, rows = next(iter(sides)), []
    for name in sides:
        ratio = median(turn[name] / turn[measured] for turn in times)
        cells = (name, f"{median(turn[name] for turn in times) * 1e6:,.0f}", f"{ratio:.1f}")
        promised = "all windows" in name or name == "and their intervals"
        rows.append(Row(cells, f"≤ {MOST_TIMES:.0f} ×", ratio <= MOST_TIMES) if promised else Row(cells))
    return Section(COMPUTE, COMPUTE_COLUMNS, rows, COMPUTE_HOW)


def _against(server: postgres.Postgres, days: Mapping[str, Histogram]) -> Section:
    points = course(windows(f"{WINDOW}d", FIRST, END), days)
    ours = [
        [str(p.window.last_day), *map(str, (p.camps.responses, p.camps.promoters, p.camps.detractors))] for p in points
    ]
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


def _scores(points: list[Point]) -> Any:
    return [net_promoter_score(point.camps) for point in points]


def _whole(points: list[Point]) -> Any:
    return [(net_promoter_score(point.camps), interval(point.camps)) for point in points]


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
