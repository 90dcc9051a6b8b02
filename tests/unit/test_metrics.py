"""Counts as the template's metric filters read them from a function's stdout."""

import json
from typing import Any

import pytest

from earshot.metrics import GATHERING_SECONDS, Gathered, count
from tests.fakes.fake_time import FakeTime


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "earshot-SyncCrmFunction-1A2B")


def emitted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read the lines that were written."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_has_each_count_as_a_number_under_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    count(DetractorsDelivered=1, SecondsToCrm=0.25)

    assert emitted(capsys) == [{"function": "SyncCrm", "DetractorsDelivered": 1, "SecondsToCrm": 0.25}]


def test_a_line_names_the_work_that_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    count("delivered", {"correlation_id": "r-1", "survey": ""}, DetractorsDelivered=1)

    (line,) = emitted(capsys)
    assert line == {"function": "SyncCrm", "message": "delivered", "correlation_id": "r-1", "DetractorsDelivered": 1}


def test_what_there_was_none_of_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    count("published", {"correlation_ids": ["r-1"]}, EventsPublished=3, RecordsParked=0)
    count("published", {"correlation_ids": ["r-2"]}, EventsPublished=0, RecordsParked=0)

    (line,) = emitted(capsys)
    assert line["correlation_ids"] == ["r-1"]
    assert "RecordsParked" not in line


def test_a_truth_is_counted_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    count(ResponsesRefused=True)

    assert '"ResponsesRefused":1}' in capsys.readouterr().out


def test_no_level_of_the_log_suppresses_a_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "ERROR")
    count(MessagesReturned=2)

    assert [line["MessagesReturned"] for line in emitted(capsys)] == [2]


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
