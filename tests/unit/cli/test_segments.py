"""`earshot segments`: the values of a segment, compared."""

import csv
import io
import json
from typing import Any

from earshot_cli.openapi.scores import OPERATIONS
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

SHOWN: dict[str, Any] = next(each.replies[200].example for each in OPERATIONS if each.name == "compare_segments")
SILENT = SHOWN["rows"][0] | {"value": "asleep", "responses": 0, "nps": None, "difference": None}
OTHERS = SHOWN["rows"][0] | {"value": "(other)", "other": True, "difference": None}
SURE = {"points": 40.0, "low": 20.0, "high": 60.0, "p_value": 0.00001, "p_value_adjusted": 0.00002}
PRO = SHOWN["rows"][0] | {"value": "pro", "difference": SURE, "change": {"points": -12.5}}
CHANCE = PRO | {"value": "free", "difference": SURE | {"p_value_adjusted": 0.2}}


def test_values_are_shown_with_their_difference_from_the_rest(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, SHOWN | {"rows": [PRO, CHANCE, OTHERS, SILENT], "complete": False}))
    result = run("segments", "demo", "plan", "--window", "4w", "--basis", "latest")
    assert result.exit_code == 0, result.stderr
    query = {"window": "28d", "basis": "latest"}
    assert earshot.calls == [("GET", "/v1/surveys/demo/segments/plan", query, None)]
    lines = {line.split("  ")[0].strip(): " ".join(line.split()) for line in result.stdout.splitlines()}
    assert "-12.5 +40.0 < 0.001" in lines["pro"]
    assert "unsure" in result.stdout
    assert all(name in result.stdout for name in ("others)", "asleep", "few"))
    assert "still being counted" in result.stderr


def test_values_are_printed_as_csv_and_raw(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, SHOWN | {"rows": [PRO, SILENT]})] * 2
    rows = list(csv.DictReader(io.StringIO(run("segments", "demo", "plan", "--csv").stdout)))
    assert [(row["value"], row["p_value_adjusted"]) for row in rows] == [("pro", "2e-05"), ("asleep", "")]
    assert json.loads(run("segments", "demo", "plan", "--json").stdout)["property"] == "plan"
