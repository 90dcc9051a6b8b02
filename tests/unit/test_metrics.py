"""Metrics as CloudWatch reads them from a function's stdout."""

import json
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from earshot.metrics import GATHERING_SECONDS, Gathered, count
from tests.fakes.fake_time import FakeTime

# The embedded metric format, as the CloudWatch user guide specifies it.
METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {
        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Unit": {"enum": ["Count", "Seconds"]},
    },
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": METRIC},
    },
}
FORMAT = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "minItems": 1, "items": DIRECTIVE},
            },
        },
    },
}


def emitted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read the lines that were written, each held to the format; every metric and dimension must be in its line."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        Draft202012Validator(FORMAT).validate(line)
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                assert isinstance(line[metric["Name"]], int | float)
                assert not isinstance(line[metric["Name"]], bool)
            assert all(isinstance(line[name], str) for names in directive["Dimensions"] for name in names)
    return lines


def test_a_line_keeps_cloudwatchs_format(capsys: pytest.CaptureFixture[str]) -> None:
    count(DetractorsDelivered=1, SecondsToCrm=0.25)

    (line,) = emitted(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Earshot", [["function"]])
    assert directive["Metrics"] == [
        {"Name": "DetractorsDelivered", "Unit": "Count"},
        {"Name": "SecondsToCrm", "Unit": "Seconds"},
    ]
    assert (line["DetractorsDelivered"], line["SecondsToCrm"]) == (1, 0.25)


def test_the_only_dimension_is_the_function(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "earshot-SyncCrmFunction-1A2B")
    count(MessagesReturned=2)

    (line,) = emitted(capsys)
    assert line["function"] == "earshot-SyncCrmFunction-1A2B"
    assert set(line) == {"_aws", "function", "MessagesReturned"}


def test_what_there_was_none_of_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    count(EventsPublished=3, RecordsParked=0)
    count(EventsPublished=0, RecordsParked=0)

    (line,) = emitted(capsys)
    assert "RecordsParked" not in line


def test_a_truth_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    count(ResponsesRefused=True)

    assert [line["ResponsesRefused"] for line in emitted(capsys)] == [1]


def test_a_metric_is_of_now_wherever_the_local_clock_was_moved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "clock").write_text(str(7 * 86_400_000))
    monkeypatch.setenv("EARSHOT_STAGE", "local")
    monkeypatch.setenv("EARSHOT_CLOCK_FILE", str(tmp_path / "clock"))
    count(MailsSent=1)

    (line,) = emitted(capsys)
    assert abs(line["_aws"]["Timestamp"] - time.time() * 1000) < 60_000


def test_a_flood_is_reported_in_one_line_each_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    time = FakeTime()
    gathered = Gathered(time)
    for _ in range(1000):
        gathered.count(ResponsesRefused=True)
    gathered.count(ResponsesHeld=7)
    assert [line["ResponsesRefused"] for line in emitted(capsys)] == [1]
    time.now += GATHERING_SECONDS
    gathered.count(ResponsesRefused=False)

    (line,) = emitted(capsys)
    assert (line["ResponsesRefused"], line["ResponsesHeld"]) == (999, 7)
    gathered.count(ResponsesRefused=False)
    assert emitted(capsys) == []
