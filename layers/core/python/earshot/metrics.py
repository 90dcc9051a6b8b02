"""Metrics in CloudWatch's embedded format: a line on stdout, and CloudWatch makes them; nothing to call or flush."""

import json
import os
import sys
import time
from typing import Any

NAMESPACE = "Earshot"


def count(**metrics: float) -> None:
    """Tell how much there was of something in this run; what there was none of is left out.

    A name that begins with `Seconds` is a duration, every other one a number of things. The only dimension is the
    function: each further one would be billed by its values.
    """
    told = {name: +value for name, value in metrics.items() if value}
    if told:
        sys.stdout.write(json.dumps(_line(told), separators=(",", ":")) + "\n")
        sys.stdout.flush()


def _line(told: dict[str, float]) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": "Seconds" if name.startswith("Seconds") else "Count"} for name in told]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["function"]], "Metrics": metrics}
    # Not bootstrap's clock, which `earshot clock` moves: CloudWatch takes nothing from the future.
    meta = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    return {"_aws": meta, "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "none"), **told}
