"""Write units and speed of the real recorder, against a transaction for each response."""

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.in_process import prepare
from benchmarks.lab import Lab
from benchmarks.recording_side import Side, Spent, sides_of
from benchmarks.report import Row, Section
from benchmarks.submissions import SEGMENTS, Crowd

UNITS = "Recording: write units"
UNITS_HOW = (
    "The real `record_responses` handler, called in this process with events of 100 and of 10 messages, and a "
    "handler that writes each response and the same counts in a transaction of its own: same table, engine, "
    "items and conditions. The units are those the engine reports, each call checked against the size rule (two "
    "units a KB and item in a transaction); comments are short enough for an item below 1 KB. It does not show "
    "what conflicts between concurrent writers cost: a transaction that is refused is charged too."
)
UNITS_COLUMNS = ("case", "design", "responses", "their pointers", "count items", "units a response")
SPEED = "Recording: responses a second"
SPEED_HOW = (
    "The same handlers and the same client in turns, one batch after the other, medians of the rounds; at the end "
    "the counts are compared with what was sent. It does not show DynamoDB's latency, where a call costs more than "
    "here and batches save more, or several writers side by side. Of known respondents Earshot also reads each "
    "one's earlier responses, ten people side by side, so that it knows whose latest response is which; the other "
    "handler does not."
)
SPEED_COLUMNS = ("case", "design", "responses/s", "× as fast")
ROUNDS = 9
# Each with how many times as fast hundreds are to be as a transaction for each response.
CASES = (
    ("anonymous, one series", Crowd("bench-one"), 7.5),
    ("anonymous, two tracked segments more", Crowd("bench-segments", properties=True), 6.5),
    ("known respondents, one series", Crowd("bench-known", known=True), 1.4),
)
LIMITS = {100: 2.05, 10: 2.25}
# Of a hundred known respondents: half a unit before the write, one after it, and one for each one's responses.
KNOWN_READS = 255


def measure(lab: Lab) -> list[Section]:
    """Measure each case: first the units, then the speed, in turns."""
    lab.steps.begin("recording", 1 + len(CASES) * (1 + ROUNDS))
    prepare(lab.stack.endpoint)
    units: list[Row] = []
    speed: list[Row] = []
    remarks: list[str] = []
    for case, crowd, least in CASES:
        sides = sides_of(crowd, SEGMENTS if crowd.properties else (), time.time_ns() // 1_000_000)
        lab.steps.step(f"{case}: units")
        once = sides[0].begin()
        for side in sides[1:]:
            side.begin()
        spent = [side.units() for side in sides]
        speeds: list[list[float]] = []
        for turn in range(ROUNDS):
            lab.steps.step(f"{case}: speed, round {turn + 1} of {ROUNDS}")
            speeds.append([side.speed() for side in sides])
        for side in sides:
            side.check()
        units += [_units(case, side, cost) for side, cost in zip(sides, spent, strict=True)]
        speed += [_speed(case, sides, speeds, place, least) for place in range(len(sides))]
        remarks += _remarks(case, spent[:2], once)
    return [
        Section(UNITS, UNITS_COLUMNS, units, UNITS_HOW, remarks),
        Section(SPEED, SPEED_COLUMNS, speed, SPEED_HOW),
    ]


def _units(case: str, side: Side, cost: Spent) -> Row:
    per = [2 * count / cost.responses for count in (cost.responses, cost.persons, cost.count_items)]
    cells = (case, side.name, *(f"{units:.2f}" for units in per), f"{cost.total / cost.responses:.2f}")
    if side.size is None:
        return Row(cells)
    nothing_else = cost.other == 0 and cost.total == 2 * (cost.responses + cost.persons + cost.count_items)
    limit = LIMITS[side.size]
    if side.crowd.known and side.size == 100:
        reads = cost.reads / cost.batches
        return Row(cells, f"nothing else; ≤ {KNOWN_READS} to read", nothing_else and reads <= KNOWN_READS)
    if side.crowd.known or side.crowd.properties:
        return Row(cells, "nothing else", nothing_else)
    return Row(cells, f"≤ {limit}", nothing_else and cost.total / cost.responses <= limit)


def _speed(case: str, sides: list[Side], speeds: list[list[float]], place: int, least: float) -> Row:
    faster = median(turn[place] / turn[-1] for turn in speeds)
    cells = (case, sides[place].name, f"{median(turn[place] for turn in speeds):,.0f}", f"{faster:.1f}")
    return Row(cells, f"≥ {least} ×", faster >= least) if sides[place].size == 100 else Row(cells)


def _remarks(case: str, spent: list[Spent], once: float) -> Iterator[str]:
    hundreds, tens = spent
    yield (
        f"{case}: {_touched(hundreds)} in hundreds, {_touched(tens)} in tens, and nothing else is written; "
        f"reading costs {hundreds.reads / hundreds.batches:.0f} units a batch in hundreds. Before that, once: "
        f"{once:.0f} units (4 to fix the survey's zone; 2 for each value of a segment when it is "
        "first seen, and 2 for all of a segment that come together)."
    )


def _touched(cost: Spent) -> str:
    return f"{cost.chunks / cost.batches:.1f} transactions, {cost.count_items / cost.batches:.1f} count items a batch"
