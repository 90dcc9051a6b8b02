"""A destination that accepts and never replies, next to two that do: what these feel of it, and what it gets later."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.callers import Caller, caller
from benchmarks.crm_endpoint import CRM
from benchmarks.lab import Lab
from benchmarks.latency import both, percentile
from benchmarks.report import Row, Section
from benchmarks.stack import Stack
from earshot_cli.local.clock import Clock
from earshot_cli.local.schedules import ring

TITLE = "Delivery: a destination that never replies"
HOW = (
    "Each detractor goes to three webhooks: one that will be sick, a well one, and the deployment's CRM. First all "
    "reply. Then the sick one takes every request and never replies, while 1,000 detractors come in ten minutes of the "
    "stack's clock: it runs as it is until the breaker is open, then it is moved on between them as `earshot clock` "
    "does; the planner ticks twice. Lag is from the POST to the arrival at the well one or at the CRM. Then the sick "
    "one is back. A minute is any 60 seconds of the stack's clock. The engine is harder than AWS: each attempt that "
    "tries the sick one hangs for its real seconds, of which the ten minutes have fewer here, and its queue hands out "
    "messages in their order, where a fair queue prefers those of the destinations that are not behind."
)
COLUMNS = ("what", "number")
WARM_UP, BEFORE, COUNT, ROUND, STEP = 60, 200, 1_000, 100, 5
# From one detractor to the next: milliseconds of the stack's clock, and real seconds once it is moved on.
EVERY, PACE = 600, 0.18
MINUTE, TICK, MOST_TICKS = 60_000, 300_000, 2
PATIENCE = 60.0
SICK, WELL = "/sick", "/well"
LIMIT, MOST_A_MINUTE = 2.0, 2


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: lags in seconds, moments of the stack's clock in milliseconds.

    `attempts` are those at the sick destination, of which those after `opened_at` found its breaker open; `arrived`
    has how often it replied to each response that was posted while it was sick, after so many `ticks` of the planner.
    """

    undisturbed: Sequence[float]
    disturbed: Sequence[float]
    attempts: Sequence[int]
    opened_at: int
    arrived: Sequence[int]
    ticks: int


def measure(lab: Lab) -> list[Section]:
    """Post detractors while all destinations reply, then while one does not, and then let it come back."""
    lab.steps.begin("sick", 4 + COUNT // ROUND)
    stack = lab.stack
    clock = Clock(stack.clock)
    with caller(stack.url) as client:
        sick = _prepare(stack, client)
        lab.steps.step("warming up")
        # All at once, so that every process of the functions runs, and until none of it is left.
        _lags(stack, _post(stack, client, WARM_UP, 0))
        lab.steps.step(f"{BEFORE} detractors while all reply")
        undisturbed = _lags(stack, _post(stack, client, BEFORE, PACE))
        stack.crm.silence(SICK, lambda: clock.now)
        posted: dict[str, float] = {}
        opened_at, began = 0, clock.now
        while len(posted) < COUNT:
            if len(posted) % ROUND == 0:
                lab.steps.step(f"{len(posted)} of {COUNT:,} detractors while one never replies")
            posted |= _post(stack, client, STEP, PACE if opened_at else EVERY / 1000)
            if not opened_at and _is_open(stack, client, sick):
                opened_at = clock.now
            clock.move_on(max(0, began + len(posted) * EVERY - clock.now))
            if len(posted) * EVERY % TICK == 0:
                ring(stack.endpoint)
        disturbed = _lags(stack, posted)
    lab.steps.step("it is back")
    attempts = stack.crm.resume(SICK)
    ticks = _let_it_catch_up(stack, clock, posted)
    replies = stack.crm.replies(SICK)
    found = Found(undisturbed, disturbed, attempts, opened_at, [replies[each] for each in posted], ticks)
    return [Section(TITLE, COLUMNS, rows_of(found), HOW)]


def rows_of(found: Found) -> list[Row]:
    """Write the rows of what was measured."""
    ratio = percentile([*found.disturbed], 95) / percentile([*found.undisturbed], 95)
    once_open = [moment for moment in found.attempts if moment > found.opened_at]
    busiest = max((sum(one <= other < one + MINUTE for other in once_open) for one in once_open), default=0)
    lost, twice = found.arrived.count(0), sum(count > 1 for count in found.arrived)
    count = len(found.arrived)
    return [
        Row(("lag of the others, p50 and p95, while all reply", " ".join(both([*found.undisturbed])))),
        Row(("the same while one never replies", " ".join(both([*found.disturbed])))),
        Row(("p95 × undisturbed", f"{ratio:.1f}"), f"≤ {LIMIT:.0f} ×", ratio <= LIMIT),
        Row(("attempts at the sick one before its breaker opened", f"{len(found.attempts) - len(once_open)}")),
        Row(("attempts in ten minutes after that", f"{len(once_open)}")),
        Row(("attempts in the busiest minute of these", f"{busiest}"), f"≤ {MOST_A_MINUTE}", busiest <= MOST_A_MINUTE),
        Row(("detractors that had to wait for it", f"{count:,}")),
        Row(("of these lost, and delivered twice", f"{lost}, {twice}"), "0, 0", lost == twice == 0),
        Row(("ticks of the planner until all had arrived", f"{found.ticks}"), f"≤ {MOST_TICKS}", not lost),
    ]


def _prepare(stack: Stack, client: Caller) -> str:
    """Make a survey whose detractors go to both webhooks; return the id of the one that will be sick."""
    client.put("/v1/surveys/sick", {"name": "sick"}, stack.api_key)
    made = [
        json.loads(
            client.post(
                "/v1/destinations",
                {"kind": "webhook", "name": path, "settings": {"url": stack.crm.url_of(path)}},
                201,
                key=stack.api_key,
            )
        )["id"]
        for path in (SICK, WELL)
    ]
    rule = {"when": "detractor", "destinations": made}
    client.post("/v1/surveys/sick/alert-rules", rule, 201, key=stack.api_key)
    return str(made[0])


def _post(stack: Stack, client: Caller, count: int, pace: float) -> dict[str, float]:
    """Post detractors at an even pace; return when each was posted, on time.perf_counter's clock."""
    posted: dict[str, float] = {}
    for number in range(count):
        start = time.perf_counter()
        body = {"score": number % 7, "comment": f"The seat was narrow, and so was the answer no. {number}."}
        # With a key, as one network may not send so many without.
        reply = client.post("/v1/surveys/sick/responses", body, 202, key=stack.api_key)
        posted[json.loads(reply)["id"]] = start
        time.sleep(max(0, start + pace - time.perf_counter()))
    return posted


def _lags(stack: Stack, posted: dict[str, float]) -> list[float]:
    """Return how long each detractor took to each of the destinations that reply."""
    return [
        stack.crm.wait_for(response, PATIENCE, (path,)) - start
        for response, start in posted.items()
        for path in (WELL, CRM)
    ]


def _is_open(stack: Stack, client: Caller, destination: str) -> bool:
    return bool(client.get(f"/v1/destinations/{destination}", stack.api_key)["health"]["breaker"] != "closed")


def _let_it_catch_up(stack: Stack, clock: Clock, posted: dict[str, float]) -> int:
    """Make the planner tick until the sick destination has everything; return how often it had to, at most."""
    for tick in range(1, MOST_TICKS + 1):
        clock.move_on(TICK)
        ring(stack.endpoint)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if all(stack.crm.replies(SICK)[each] for each in posted):
                return tick
            time.sleep(0.2)
    return MOST_TICKS
