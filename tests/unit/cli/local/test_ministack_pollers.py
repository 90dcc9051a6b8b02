"""Streams are polled next to the queues, as on AWS; MiniStack itself is a stand-in here."""

import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.cli.local.stand_ins import load_beside

PATIENCE = 10


class Engine:
    """MiniStack as far as its pollers go: its wake, and a poll of the streams that takes until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.released = threading.Semaphore(0), threading.Semaphore(0)
        self.wake, self.intervals = threading.Event(), list[float]()
        self.lambda_svc = SimpleNamespace(_poll_dynamodb_streams=self._poll, _ESM_IDLE_WAKE_GAP_SECONDS=0.05)
        self.sqs, self.dynamodb = SimpleNamespace(esm_wake=self.wake), SimpleNamespace(esm_wake=self.wake)
        monkeypatch.setattr(sys, "setswitchinterval", self.intervals.append)
        stand_ins: dict[str, dict[str, Any]] = {
            "ministack": {},
            "ministack.core": {"concurrency": SimpleNamespace(esm_wake=self.wake)},
            "ministack.services": {"lambda_svc": self.lambda_svc, "sqs": self.sqs, "dynamodb": self.dynamodb},
        }
        self.module: Any = load_beside(monkeypatch, "ministack_pollers", stand_ins)
        # Only a wake begins a round.
        monkeypatch.setattr(self.module, "IDLE_SECONDS", None)

    def _poll(self) -> bool:
        self.begun.release()
        self.released.acquire()
        return False


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return Engine(monkeypatch)


def test_ministacks_round_neither_waits_for_a_stream_nor_sleeps_after_a_wake(engine: Engine) -> None:
    engine.module.poll_streams_apart()
    assert engine.begun.acquire(timeout=PATIENCE)
    assert engine.lambda_svc._poll_dynamodb_streams() is False
    assert engine.lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS == 0
    engine.released.release()


def test_one_wake_begins_a_round_of_the_queues_and_one_of_the_streams(engine: Engine) -> None:
    engine.module.poll_streams_apart()
    assert engine.begun.acquire(timeout=PATIENCE)
    engine.wake.set()
    assert engine.wake.is_set()
    engine.released.release()
    assert engine.begun.acquire(timeout=PATIENCE)
    engine.released.release()


def test_a_message_wakes_the_queues_and_a_write_to_a_table_the_streams(engine: Engine) -> None:
    engine.module.poll_streams_apart()
    assert engine.begun.acquire(timeout=PATIENCE)
    engine.sqs.esm_wake.set()
    assert engine.wake.is_set()
    engine.wake.clear()
    engine.released.release()
    assert not engine.begun.acquire(timeout=0.1), "no round of the streams"
    engine.dynamodb.esm_wake.set()
    assert engine.begun.acquire(timeout=PATIENCE)
    assert not engine.wake.is_set()
    engine.released.release()
    assert engine.intervals == [engine.module.SWITCH_SECONDS]


def test_a_wake_during_a_round_begins_another_one(engine: Engine) -> None:
    rounds: list[str] = []

    def poll() -> bool:
        rounds.append("round")
        if len(rounds) == 1:
            streams.wake()
        return len(rounds) == 2

    streams = engine.module.Streams(poll)
    streams.round()
    streams.round()
    assert len(rounds) == 2


def test_an_error_ends_no_polling_and_is_logged(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def poll() -> bool:
        streams.wake()
        raise ValueError("broken")

    streams = engine.module.Streams(poll)
    streams.round()
    assert "the streams could not be polled" in caplog.text
