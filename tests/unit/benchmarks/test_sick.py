"""The table of the sick destination: others, its attempts in the busiest minute, and what arrived late are held."""

from dataclasses import replace

from benchmarks.sick import MINUTE, Found, rows_of

GOOD = Found(
    undisturbed=[0.1] * 20,
    disturbed=[0.2] * 20,
    attempts=[1, 2, 3, 4, 5, *range(100_000, 600_000, 60_000)],
    opened_at=10,
    arrived=[1] * 1000,
    ticks=2,
)


def unmet(found: Found) -> list[str]:
    return [row.cells[0] for row in rows_of(found) if row.met is False]


def test_what_is_promised_is_met_to_the_limit() -> None:
    rows = {row.cells[0]: row.cells[1] for row in rows_of(GOOD)}
    assert unmet(GOOD) == []
    assert rows["p95 × undisturbed"] == "2.0"
    assert rows["attempts at the sick one before its breaker opened"] == "5"
    assert rows["attempts in ten minutes after that"] == "9"


def test_each_promise_is_held() -> None:
    assert unmet(replace(GOOD, disturbed=[0.21] * 20)) == ["p95 × undisturbed"]
    busy = [100_000, 100_001, 100_000 + MINUTE - 1]
    assert unmet(replace(GOOD, attempts=busy)) == ["attempts in the busiest minute of these"]
    assert unmet(replace(GOOD, attempts=[100_000, 100_001, 100_000 + MINUTE])) == []
    twice = unmet(replace(GOOD, arrived=[1] * 999 + [2]))
    assert twice == ["of these lost, and delivered twice"]
    assert "ticks of the planner until all had arrived" in unmet(replace(GOOD, arrived=[1] * 999 + [0]))
