"""Metrics in CloudWatch's embedded format: a line on stdout, and CloudWatch makes them; nothing to call or flush."""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

NAMESPACE = "Earshot"
GATHERING_SECONDS = 10.0


def count(**metrics: float) -> None:
    """Write the counts of this run as one metric line; zeros are left out.

    A name that begins with `Seconds` is a duration, every other one a number of things. The only dimension is the
    function: each further one would be billed by its values.
    """
    values = {name: +value for name, value in metrics.items() if value}
    if values:
        sys.stdout.write(json.dumps(_line(values), separators=(",", ":")) + "\n")
        sys.stdout.flush()


class Gathered:
    """Counts a flood of refusals: the first at once, the following ones in a line every ten seconds.

    A line for each would cost more than the refusal itself. The counts of the last ten seconds before a container is
    frozen are written when it runs again, or never.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: Counter[str] = Counter()
        self._written_at = -GATHERING_SECONDS

    def count(self, **metrics: int) -> None:
        """Add to the counts, and write them when the interval has passed."""
        self._waiting.update({name: +value for name, value in metrics.items() if value})
        if self._waiting and self._clock() - self._written_at >= GATHERING_SECONDS:
            self._written_at = self._clock()
            count(**self._waiting)
            self._waiting.clear()


def _line(values: dict[str, float]) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": "Seconds" if name.startswith("Seconds") else "Count"} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": metrics}
    # Not bootstrap's clock, which `earshot clock` moves: CloudWatch takes nothing from the future.
    meta = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    return {"_aws": meta, "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "none"), **values}
