"""`earshot probe` on the local stack: the local gateway does what it assumes of AWS, and nobody else is reached."""

import json
import subprocess
from typing import TYPE_CHECKING

from tests.e2e.cli_runner import earshot

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack


def test_the_probe_finds_the_local_gateway_as_assumed_and_a_campaign_sent_to_its_end(stack: "Stack") -> None:
    tried: subprocess.CompletedProcess[str] = earshot(
        stack, "probe", "--yes", "--campaign", "120", "--alarm", "--memory", "--json", seconds=240
    )
    assert tried.stdout, tried.stderr
    found = json.loads(tried.stdout)
    differing = [row for row in found["paths"] if row["reached"] != row["assumed"]]
    assert differing == []
    assert found["campaign"] == {"asked": 120, "state": "finished", "sent": 120}
    assert "CountFunnelFunction" in found["failed"]
    # Here no memory ends, so the handler refused the event, which the engine calls so.
    assert ("SyncCrmFunction" in found["exhausted"][0], found["exhausted"][1]) == (True, "Runtime.HandlerError")
    assert tried.returncode == 0
    # What was sent as a?b reached a, which is why nobody may have such an id.
    cut = [row for row in found["paths"] if row["route"] == "GET /v1/people/{person}" and row["sent"].endswith("a%3Fb")]
    assert [row["reached"].endswith("-a") for row in cut] == [True]
    assert stack.call("POST", "/v1/people/search", {"id_prefix": "probe-"}).body["people"] == []
