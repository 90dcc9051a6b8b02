"""From a detractor's POST to the first attempt at a webhook, and to the last of three, against a bare HTTP call."""

import json
import random
import time

from benchmarks.bare_route import open_bare_route
from benchmarks.callers import Caller, caller
from benchmarks.lab import Lab
from benchmarks.latency import PATIENCE, bare, both, percentile
from benchmarks.report import Row, Section
from benchmarks.stack import Stack, running_stack

TITLE = "Delivery: POST → webhooks"
HOW = (
    "One client posts a detractor and waits until a real HTTP server has received it as the webhooks of the survey's "
    "rule: by way of the queue, the recorder, the table's stream, the alert queue, `evaluate_alerts`, the delivery "
    "queue and `sync_crm`. Then it makes one bare call, in turns and over the same front door and kept connection. "
    "The deployment has no CRM, which would be one more destination; `latency` has one. The engine polls "
    "queues and streams at its own pace, so this shows what the code and the number of arrows cost here, not the "
    "seconds to expect on AWS."
)
COLUMNS = ("path", "p50", "p95", "× bare p50", "× one destination p50")
COUNT, WARM_UP = 150, 10
LIMIT, LIMIT_OF_THREE = 5.0, 1.5
ONE, THREE = ("/one",), ("/first", "/second", "/third")


def measure(lab: Lab) -> list[Section]:
    """Post detractors one at a time, to a survey with one webhook and to one with three."""
    lab.steps.begin("delivery", 2 + COUNT // 50)
    lab.steps.step("the stack starts")
    with running_stack(has_crm=False) as stack:
        return [Section(TITLE, COLUMNS, rows_of(_measure(stack, lab)), HOW)]


def _measure(stack: Stack, lab: Lab) -> dict[str, list[float]]:
    """Return the seconds of bare calls, of deliveries to one webhook, and to the last of three."""
    open_bare_route(stack)
    lab.steps.step("warming up")
    found: dict[str, list[float]] = {"bare": [], "one": [], "three": []}
    dice = random.Random("delivery")
    with caller(stack.url) as client:
        for survey, paths in (("one", ONE), ("three", THREE)):
            _prepare(stack, client, survey, paths)
        for turn in range(WARM_UP):
            _deliver(stack, client, "one", ONE, turn)
            _deliver(stack, client, "three", THREE, turn)
        for turn in range(COUNT):
            if turn % 50 == 0:
                lab.steps.step(f"{turn} of {COUNT} detractors")
            for survey, paths in (("one", ONE), ("three", THREE)):
                found[survey].append(_deliver(stack, client, survey, paths, turn))
                time.sleep(dice.uniform(0.05, 0.1))
            found["bare"].append(bare(client, turn))
    return found


def rows_of(found: dict[str, list[float]]) -> list[Row]:
    """Write the rows of what was measured (seconds)."""
    middle = {name: percentile(sample, 50) for name, sample in found.items()}
    one, three = middle["one"] / middle["bare"], middle["three"] / middle["one"]
    last = f"{middle['three'] / middle['bare']:.1f}"
    return [
        Row(("bare HTTP → Lambda", *both(found["bare"]), "1.0", "")),
        Row(("POST → webhook", *both(found["one"]), f"{one:.1f}", "1.0"), f"p50 ≤ {LIMIT:.0f} ×", one <= LIMIT),
        Row(
            ("POST → the last of three", *both(found["three"]), last, f"{three:.1f}"),
            f"≤ {LIMIT_OF_THREE} × one",
            three <= LIMIT_OF_THREE,
        ),
    ]


def _prepare(stack: Stack, client: Caller, survey: str, paths: tuple[str, ...]) -> None:
    client.put(f"/v1/surveys/{survey}", {"name": survey}, stack.api_key)
    made = [
        client.post(
            "/v1/destinations",
            {"kind": "webhook", "name": path, "settings": {"url": stack.crm.url_of(path)}},
            201,
            key=stack.api_key,
        )
        for path in paths
    ]
    rule = {"when": "detractor", "destinations": [json.loads(each)["id"] for each in made]}
    client.post(f"/v1/surveys/{survey}/alert-rules", rule, 201, key=stack.api_key)


def _deliver(stack: Stack, client: Caller, survey: str, paths: tuple[str, ...], turn: int) -> float:
    body = {"score": turn % 7, "comment": f"The seat was narrow, and so was the answer no. {turn}."}
    start = time.perf_counter()
    reply = client.post(f"/v1/surveys/{survey}/responses", body, 202)
    return stack.crm.wait_for(json.loads(reply)["id"], PATIENCE, paths) - start
