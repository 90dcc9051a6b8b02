"""The trend: what it reads, what a repeated respondent writes, and how long computing it takes."""

from benchmarks import trend_speed, trend_units
from benchmarks.lab import Lab
from benchmarks.report import Section


def measure(lab: Lab) -> list[Section]:
    """Measure reading and writing, then computing."""
    lab.steps.begin("trend", trend_units.STEPS + trend_speed.STEPS)
    return [*trend_units.measure(lab), *trend_speed.measure(lab)]
