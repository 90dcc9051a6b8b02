"""What the probe sends to make a function run out of memory."""

import json
import sys
from typing import Any

from earshot_cli.local.settings import ROOT
from earshot_cli.ops.probe import LONGEST_EVENT, exhausting_event
from earshot_cli.template_source import read_source

MIB = 1024 * 1024


def test_the_event_fits_into_a_request_and_not_into_the_function_with_the_least_memory() -> None:
    template = read_source((ROOT / "template.yaml").read_text(encoding="utf-8"))
    least = min(
        resource["Properties"].get("MemorySize", template["Globals"]["Function"]["MemorySize"])
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    )
    event = exhausting_event()
    assert len(event) <= LONGEST_EVENT
    one, number = event[1 : event.index("]],[") + 2], event.count("]],[") + 1
    assert event == f"[{','.join([one] * number)}]"
    assert number * size_of(json.loads(one)) > least * MIB


def size_of(nested: Any) -> int:
    """Return the bytes that a list takes with those inside it."""
    return sys.getsizeof(nested) + sum(map(size_of, nested))
