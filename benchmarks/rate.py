"""How many responses a second the API accepts while the whole pipeline works, against the bare route."""

import random
import time
from collections.abc import Callable
from statistics import median

from benchmarks.bare_route import PATH, open_bare_route
from benchmarks.callers import Caller, caller, rate
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.latency import RESPONSES
from benchmarks.report import Row, Section
from benchmarks.stack import Stack
from benchmarks.submissions import WEIGHTS
from earshot_cli.client import Client

TITLE = "Sustained rate of POSTs"
HOW = (
    "Eight clients with kept connections post responses as fast as they are accepted, while the recorder, the "
    "stream, the bus and the CRM work on the same two cores, in turns with the same clients on the bare route; each "
    "round ends when every accepted response is counted. The survey takes 100,000 responses a minute from one "
    "network instead of 300, which is noted of each response all the same. It is no measure of what AWS takes, "
    "where each request has a processor of its own."
)
COLUMNS = ("path", "accepted/s", "of the bare rate", "counted/s")
CALLERS, EACH, ROUNDS, WARM_UP = 8, 50, 5, 20
PATIENCE = 60.0
LEAST = 0.15


def measure(lab: Lab) -> list[Section]:
    """Run the callers in turns."""
    lab.steps.begin("rate", 2 + 2 * ROUNDS)
    stack = lab.stack
    open_bare_route(stack)
    Client(stack.url, stack.api_key).call("PATCH", "/v1/surveys/demo", {"widget": {"rate": 100_000}})
    scores = random.Random("rate").choices(range(11), WEIGHTS, k=CALLERS * EACH)
    ours, bare, counted = [], [], []

    def submit(one: Caller, number: int) -> None:
        one.post(RESPONSES, {"score": scores[number], "comment": f"response {number}"}, 202)

    def nothing(one: Caller, number: int) -> None:
        one.post(PATH, {"score": scores[number], "comment": f"response {number}"}, 200)

    lab.steps.step("warming up, until each function has its processes")
    rate(stack.url, CALLERS, WARM_UP, nothing)
    _through(stack, WARM_UP, submit)
    for turn in range(ROUNDS):
        lab.steps.step(f"the bare route, round {turn + 1} of {ROUNDS}")
        bare.append(rate(stack.url, CALLERS, EACH, nothing))
        lab.steps.step(f"responses, round {turn + 1} of {ROUNDS}")
        accepted, recorded = _through(stack, EACH, submit)
        ours.append(accepted)
        counted.append(recorded)
    share = median(one / other for one, other in zip(ours, bare, strict=True))
    rows = [
        Row(("bare HTTP → Lambda", f"{median(bare):,.0f}", "100 %", "")),
        Row(
            ("POST a response", f"{median(ours):,.0f}", f"{share:.0%}", f"{median(counted):,.0f}"),
            f"≥ {LEAST:.0%}",
            share >= LEAST,
        ),
    ]
    remark = f"{ROUNDS * CALLERS * EACH:,} responses accepted, {ROUNDS * CALLERS * EACH:,} counted, none twice."
    return [Section(TITLE, COLUMNS, rows, HOW, (remark,))]


def _through(stack: Stack, each: int, submit: Callable[[Caller, int], None]) -> tuple[float, float]:
    """Post with all callers until all is counted; return the responses accepted and counted a second."""
    before, start = _counted(stack), time.perf_counter()
    accepted = rate(stack.url, CALLERS, each, submit)
    _wait_until(stack, before + CALLERS * each)
    return accepted, CALLERS * each / (time.perf_counter() - start)


def _counted(stack: Stack) -> int:
    with caller(stack.url) as one:
        return int(one.get("/v1/surveys/demo/nps?window=all", stack.api_key)["responses"])


def _wait_until(stack: Stack, expected: int) -> None:
    """Wait until so many are counted; one too many would be as wrong as one too few."""
    deadline = time.monotonic() + PATIENCE
    while (counted := _counted(stack)) < expected:
        if time.monotonic() > deadline:
            raise BenchError(f"{expected} responses were accepted, {counted} are counted")
        time.sleep(0.05)
    if counted > expected:
        raise BenchError(f"{expected} responses were accepted, {counted} are counted")
