"""How long computing a trend takes, by itself and against PostgreSQL over the same responses."""

import gc
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks import postgres
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.repeats import LAST_DAY, Responses, responses
from benchmarks.report import Row, Section
from benchmarks.trend_computing import END, FIRST, ROUNDS, WINDOW, computing, seconds, whole
from earshot.domain.score import Histogram
from earshot.domain.trend import daily_scores, windows

VOLUME, EACH = 1_000_000, 4
POSTGRES = "Trend: against PostgreSQL"
POSTGRES_HOW = (
    "The same responses of two years, a row each, in a PostgreSQL of the bench's own: everything in memory, "
    "vacuumed, on a Unix socket, with the index that this query likes best (survey, day, score: it reads nothing "
    "else), parallel as it chooses. It computes the same 365 points of 30-day windows, responses, promoters and "
    "detractors, checked to be equal; its time is its own (`EXPLAIN ANALYZE`, so without a client). Ours begins "
    "with the counts in memory, which writing keeps up to date, and makes the windows of the calendar too; reading "
    "the counts is not in it. In turns, medians."
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
    lab.steps.step("a million responses")
    made = responses(VOLUME, EACH)
    days = {day: h for day, h in made.days().items() if day >= (FIRST - timedelta(WINDOW - 1)).isoformat()}
    # What the bench holds is none of a function's memory: its collector must not walk through it.
    gc.collect()
    gc.freeze()
    lab.steps.step("computing")
    computed = computing(days)
    lab.steps.step("PostgreSQL")
    programs = postgres.programs()
    if programs is None:
        return [computed, Section(POSTGRES, POSTGRES_COLUMNS, [], POSTGRES_HOW, [postgres.HOW_TO_INSTALL])]
    with postgres.running(programs) as server:
        _fill(server, made)
        return [computed, _against(server, days)]


def _against(server: postgres.Postgres, days: Mapping[str, Histogram]) -> Section:
    found = daily_scores(windows(f"{WINDOW}d", FIRST, END), days)
    columns = zip(found.last_days, found.responses, found.promoters, found.detractors, strict=True)
    ours = [[str(figure) for figure in point] for point in columns]
    theirs = [line.split("|") for line in server.run(QUERY).splitlines()]
    if ours != theirs:
        raise BenchError("PostgreSQL and the counts give different trends")
    sides = {
        "computed from the counts, the same figures": lambda: daily_scores(windows(f"{WINDOW}d", FIRST, END), days),
        "with scores and intervals too": lambda: whole(daily_scores(windows(f"{WINDOW}d", FIRST, END), days)),
    }
    turns = [
        {"PostgreSQL": _postgres_seconds(server), **{name: seconds(side) for name, side in sides.items()}}
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


def _postgres_seconds(server: postgres.Postgres) -> float:
    plan = server.run(f"EXPLAIN (ANALYZE, TIMING OFF) {QUERY}")
    (line,) = [line for line in plan.splitlines() if line.startswith("Execution Time")]
    return float(line.split()[2]) / 1000


def _fill(server: postgres.Postgres, made: Responses) -> None:
    server.run(TABLE)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as rows:
        rows.writelines(f"bench\t{day}\t{score}\n" for day, score, _ in made.rows)
        rows.flush()
        server.run("COPY responses FROM STDIN", rows=Path(rows.name))
    server.run(INDEX)
    server.run("VACUUM ANALYZE responses")
