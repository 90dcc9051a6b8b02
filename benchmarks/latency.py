"""From a detractor's POST to the CRM, against a bare HTTP call of a function."""

import json
import random
import time
from statistics import median, quantiles

from benchmarks.bare_route import PATH, open_bare_route
from benchmarks.callers import Caller, caller
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from benchmarks.stack import Stack

TITLE = "Latency: POST → CRM endpoint"
HOW = (
    "One client posts a detractor and waits until a real HTTP server, the CRM, has received it (by way of the "
    "queue, the recorder, the table's stream, the bus, the CRM's queue and `sync_crm`), then makes one bare "
    "call, in turns and over the same front door and kept connection. The engine polls queues and streams at its "
    "own pace, so this shows what the code and the number of arrows cost here, not the seconds to expect on AWS."
)
COLUMNS = ("path", "p50", "p95", "× bare p50", "× bare p95")
COUNT, WARM_UP = 250, 15
PATIENCE = 20.0
LIMIT = 5.0
RESPONSES = "/v1/surveys/demo/responses"


def measure(lab: Lab) -> list[Section]:
    """Post detractors one at a time."""
    lab.steps.begin("latency", 2 + COUNT // 50)
    stack = lab.stack
    open_bare_route(stack)
    lab.steps.step("warming up")
    ours: list[float] = []
    bare_calls: list[float] = []
    dice = random.Random("latency")
    with caller(stack.url) as one:
        for turn in range(WARM_UP):
            _to_the_crm(stack, one, turn)
        for turn in range(COUNT):
            if turn % 50 == 0:
                lab.steps.step(f"{turn} of {COUNT} detractors")
            ours.append(_to_the_crm(stack, one, turn))
            time.sleep(dice.uniform(0.02, 0.07))
            bare_calls.append(bare(one, turn))
    p50, p95 = _ratio(ours, bare_calls, 50), _ratio(ours, bare_calls, 95)
    rows = [
        Row(("bare HTTP → Lambda", *both(bare_calls), "1.0", "1.0")),
        Row(("POST → CRM", *both(ours), f"{p50:.1f}", f"{p95:.1f}"), f"p50 ≤ {LIMIT:.0f} ×", p50 <= LIMIT),
    ]
    return [Section(TITLE, COLUMNS, rows, HOW, (f"{COUNT} detractors, all of which reached the CRM.",))]


def _to_the_crm(stack: Stack, one: Caller, turn: int) -> float:
    start = time.perf_counter()
    reply = one.post(RESPONSES, _body(turn), 202)
    return stack.crm.wait_for(json.loads(reply)["id"], PATIENCE) - start


def bare(one: Caller, turn: int) -> float:
    """Make a bare call; return its seconds."""
    start = time.perf_counter()
    one.post(PATH, _body(turn), 200)
    return time.perf_counter() - start


def _body(turn: int) -> dict[str, object]:
    return {"score": turn % 7, "comment": f"The seat was narrow, and so was the answer no. {turn}."}


def percentile(sample: list[float], percent: int) -> float:
    """Return a percentile of a sample."""
    return median(sample) if percent == 50 else quantiles(sample, n=100, method="inclusive")[percent - 1]


def _ratio(ours: list[float], bare: list[float], percent: int) -> float:
    return percentile(ours, percent) / percentile(bare, percent)


def both(sample: list[float]) -> tuple[str, str]:
    """Write the median and the 95th percentile of a sample of seconds."""
    return f"{1000 * median(sample):.1f} ms", f"{1000 * percentile(sample, 95):.1f} ms"
