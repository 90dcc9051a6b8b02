"""How long messages and records wait, by the clock that stamped them; MiniStack itself is a stand-in here."""

import asyncio
import importlib
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earshot_cli.local.clock import Clock
from tests.unit.cli.local.stand_ins import put_in_place

NOW, MINUTE, HOUR, DAY = 1_800_000_000, 60, 3600, 86_400
MAPPING = {"UUID": "m", "FunctionName": "publish", "EventSourceArn": "arn:aws:dynamodb:here:1:table/earshot/stream/1"}


class Engine:
    """MiniStack's queues and streams as they are held in memory, and the stack's clock."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock(folder / "clock")
        self.records: list[dict[str, Any]] = []
        self.queue: dict[str, Any] = {"messages": []}
        self._recorded: dict[str, float] = {}
        self._monkeypatch = monkeypatch
        self.at(NOW)
        self._load()

    def at(self, seconds: float) -> None:
        """Set the real time."""
        self._monkeypatch.setattr(time, "time", lambda: seconds)
        self._monkeypatch.setattr(time, "time_ns", lambda: int(seconds * 1_000_000_000))

    def message(self, *, sent: float, visible: float | None = None, received: int = 0) -> None:
        """Put a message into the queue, stamped as MiniStack stamps it."""
        visible_at = sent if visible is None else visible
        self.queue["messages"].append({"sent_at": sent, "visible_at": visible_at, "receive_count": received})

    def record(self, *, created: float) -> None:
        """Put a record into the table's stream: its time is a whole second, its number begins with milliseconds."""
        number = f"{int(created * 1000):020d}{7:010d}"
        self.records.append({"dynamodb": {"ApproximateCreationDateTime": int(created), "SequenceNumber": number}})

    def value_of(self, name: str) -> float:
        """Ask CloudWatch, and return what it knows then."""
        asyncio.run(self._cloudwatch.handle_request("POST", "/", {}, b"", {}))
        return self._recorded[name]

    def _load(self) -> None:
        self._cloudwatch = SimpleNamespace(
            handle_request=self._reply,
            record_metric=lambda _space, name, value, *_: self._recorded.update({name: value}),
            _metric_bucket=lambda _: [],
            _dims_key=str,
        )
        services = {
            "cloudwatch": self._cloudwatch,
            "sqs": SimpleNamespace(_queues={"http://there/1/responses": self.queue}),
            "dynamodb": SimpleNamespace(stream_records_since=lambda _table, _position, limit: self.records[:limit]),
            "lambda_svc": SimpleNamespace(_esms={"m": MAPPING}, _dynamodb_stream_positions={}),
        }
        put_in_place(self._monkeypatch, {"ministack": {}, "ministack.services": services})
        self._monkeypatch.delitem(sys.modules, "earshot_cli.local.ministack_metrics", raising=False)
        metrics = importlib.import_module("earshot_cli.local.ministack_metrics")
        self._monkeypatch.delitem(sys.modules, "earshot_cli.local.ministack_metrics")
        metrics.publish_queue_metrics(self.clock.moved_since)

    async def _reply(self, *_: Any) -> None:
        return None


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(tmp_path, monkeypatch)


AGE, VISIBLE, LAG = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "IteratorAge"


def test_what_arrives_after_a_move_is_as_old_as_it_is(engine: Engine) -> None:
    engine.clock.move_on(3 * DAY * 1000)
    engine.at(NOW + 10)
    engine.message(sent=NOW + 8)
    engine.record(created=NOW + 9.25)
    assert engine.value_of(AGE) == 2
    assert engine.value_of(LAG) == 750


def test_what_arrives_in_the_second_of_a_move_came_after_it(engine: Engine) -> None:
    engine.at(NOW + 0.5)
    engine.clock.move_on(3 * DAY * 1000)
    engine.record(created=NOW + 0.75)
    engine.at(NOW + 1)
    assert engine.value_of(LAG) == 250


def test_what_nobody_takes_waits_as_long_as_the_clock_was_moved(engine: Engine) -> None:
    engine.message(sent=NOW - 5)
    engine.record(created=NOW - 5)
    engine.clock.move_on(HOUR * 1000)
    assert engine.value_of(AGE) == HOUR + 5
    assert engine.value_of(LAG) == (HOUR + 5) * 1000
    assert engine.value_of(VISIBLE) == 1


@pytest.mark.parametrize("visible", [NOW - 1, NOW + 100])
def test_what_was_begun_before_a_move_was_not_left_waiting(engine: Engine, visible: float) -> None:
    """A message that failed once comes back within minutes, however far the clock went meanwhile."""
    engine.message(sent=NOW - 2 * MINUTE, visible=visible, received=1)
    engine.clock.move_on(3 * DAY * 1000)
    assert engine.value_of(AGE) == 2 * MINUTE


def test_what_is_delayed_does_not_wait_and_a_move_meanwhile_is_no_waiting_either(engine: Engine) -> None:
    engine.message(sent=NOW - 1, visible=NOW + 29)
    engine.clock.move_on(3 * DAY * 1000)
    assert (engine.value_of(AGE), engine.value_of(VISIBLE)) == (0, 0)
    engine.at(NOW + 30)
    assert (engine.value_of(AGE), engine.value_of(VISIBLE)) == (31, 1)


def test_a_clock_moved_before_anything_was_noted_ages_nothing(engine: Engine) -> None:
    engine.clock.file.write_text(f"{3 * DAY * 1000}\n")
    engine.message(sent=NOW - 5)
    engine.record(created=NOW - 5)
    assert (engine.value_of(AGE), engine.value_of(LAG)) == (5, 5000)


def test_an_empty_queue_and_a_stream_that_was_read_are_of_no_age(engine: Engine) -> None:
    engine.clock.move_on(3 * DAY * 1000)
    assert (engine.value_of(AGE), engine.value_of(LAG)) == (0, 0)
