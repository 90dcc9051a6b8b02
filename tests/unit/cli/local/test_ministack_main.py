"""How the engine comes to rest before it saves, and what it logs; MiniStack itself is a stand-in here."""

import asyncio
import importlib
import logging
import queue
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

import earshot_cli.local
from tests.unit.cli.local.stand_ins import put_in_place

QUIET = {"records": 0, "messages": 0, "batches": 0}


@pytest.fixture
def lambda_svc() -> SimpleNamespace:
    return SimpleNamespace(
        _poll_sqs=lambda: True,
        _execute_function_with_config_scope=lambda _, event: {"body": event, "log": event["log"]},
    )


@pytest.fixture
def entry(lambda_svc: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    stand_ins: dict[str, dict[str, Any]] = {
        "ministack": {},
        "ministack.app": {},
        "ministack.core": {"lambda_runtime": None, "responses": SimpleNamespace(_BOTOCORE_NAME={"ses_v2": "sesv2"})},
        "ministack.services": dict.fromkeys(("apigateway", "dynamodb", "ses_v2", "sqs")) | {"lambda_svc": lambda_svc},
        "hypercorn": {},
        "hypercorn.asyncio": {"serve": None},
        "hypercorn.config": {"Config": None},
    }
    put_in_place(monkeypatch, stand_ins)
    # The engine's program finds what is in its own folder by bare names.
    monkeypatch.syspath_prepend(str(Path(earshot_cli.local.__file__).parent))
    monkeypatch.delitem(sys.modules, "earshot_cli.local.ministack_main", raising=False)
    made = importlib.import_module("earshot_cli.local.ministack_main")
    monkeypatch.setitem(sys.modules, "earshot_cli.local.ministack_main", made)
    monkeypatch.setattr(made, "LOOK_SECONDS", 0)
    return made


class Closing:
    """A gate that notes when it is closed."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name, self._log = name, log

    def close(self) -> None:
        self._log.append(self._name)


def rest(entry: Any, monkeypatch: pytest.MonkeyPatch, orphaned: bool, *seen: dict[str, int]) -> list[str]:
    """Come to rest over these backlogs, the last one for ever; return the looks and the gates in their order."""
    found: list[str] = []
    left = list(seen)

    def backlog() -> dict[str, int]:
        found.append("look")
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(entry, "backlog", backlog)
    asyncio.run(entry._rest(Closing("queues", found), Closing("streams", found), orphaned))
    return found


def test_queues_close_first_and_streams_when_pending_records_are_published(
    entry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = {**QUIET, "messages": 9}
    reported = rest(entry, monkeypatch, False, {**waiting, "batches": 1}, {**waiting, "records": 2}, waiting)
    assert reported == ["queues", *["look"] * 5, "streams"]


def test_an_orphan_first_lets_the_queues_run_dry(entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reported = rest(entry, monkeypatch, True, {**QUIET, "messages": 9}, QUIET, {**QUIET, "records": 1}, QUIET)
    assert reported == [*["look"] * 6, "queues", *["look"] * 3, "streams"]


def test_nothing_is_waited_for_without_end(entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "ORPHAN_SECONDS", 0.05)
    monkeypatch.setattr(entry, "REST_SECONDS", 0.05)
    start = time.monotonic()
    reported = rest(entry, monkeypatch, True, {**QUIET, "records": 7})
    assert [name for name in reported if name != "look"] == ["queues", "streams"]
    assert time.monotonic() - start < 2


def test_a_closed_gate_lets_no_poller_pass(entry: Any, lambda_svc: SimpleNamespace) -> None:
    gate = entry.Gate(("_poll_sqs",))
    assert lambda_svc._poll_sqs()
    gate.close()
    assert not lambda_svc._poll_sqs()


def test_a_gate_is_closed_when_the_pass_under_way_has_ended(entry: Any, lambda_svc: SimpleNamespace) -> None:
    passing, end, reported = threading.Event(), threading.Event(), []

    def poll() -> bool:
        passing.set()
        end.wait(5)
        reported.append("ended")
        return True

    lambda_svc._poll_sqs = poll
    gate = entry.Gate(("_poll_sqs",))
    poller = threading.Thread(target=lambda_svc._poll_sqs)
    poller.start()
    passing.wait(5)
    threading.Timer(0.05, end.set).start()
    gate.close()
    assert reported == ["ended"]
    poller.join()


def test_requests_of_functions_are_logged(
    entry: Any, lambda_svc: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    entry._log_http_functions()
    greet = {"config": {"FunctionName": "greet"}}
    with caplog.at_level(logging.INFO, logger="lambda"):
        assert lambda_svc._execute_function_with_config_scope(greet, {"log": "Traceback"})["body"] == {
            "log": "Traceback"
        }
        lambda_svc._execute_function_with_config_scope(greet, {"log": ""})
    assert caplog.messages == ["Lambda greet output:\nTraceback"]


class Worker:
    """A worker whose log is read by a thread of its own, one line after the other."""

    def __init__(self, *lines: str, seconds: float = 0, ends: bool = False) -> None:
        self._stderr_queue: queue.Queue[str] = queue.Queue()
        self._stop = threading.Event()
        self._stderr_thread = threading.Thread(target=self._read, args=(lines, seconds, ends), daemon=True)
        self._stderr_thread.start()

    def _read(self, lines: tuple[str, ...], seconds: float, ends: bool) -> None:
        time.sleep(seconds)
        for line in lines:
            self._stderr_queue.put(line)
        if not ends:
            self._stop.wait()

    def close(self) -> None:
        self._stop.set()
        self._stderr_thread.join()


def test_a_log_that_comes_late_belongs_to_its_own_invocation(entry: Any) -> None:
    worker = Worker("recorded", "counted", entry.END_OF_LOG, "of the next one", seconds=0.3)
    assert entry._log_of_one_invocation(worker) == "recorded\ncounted"
    worker.close()


def test_a_worker_that_dies_leaves_the_log_that_it_wrote(entry: Any) -> None:
    start = time.monotonic()
    assert (
        entry._log_of_one_invocation(Worker("about to", "Traceback", seconds=0.1, ends=True)) == "about to\nTraceback"
    )
    assert time.monotonic() - start < entry.LOG_SECONDS


def test_a_log_without_an_end_is_waited_for_only_so_long(entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "LOG_SECONDS", 0.2)
    worker = Worker("of a child process")
    assert entry._log_of_one_invocation(worker) == "of a child process"
    worker.close()


def test_a_worker_ends_each_invocations_log(entry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "def run():\n    while True:\n        _real_stdout.flush()\n\nrun()\n"
    runtime = SimpleNamespace(_PYTHON_WORKER_SCRIPT=script, Worker=type("Worker", (), {}))
    monkeypatch.setattr(entry, "lambda_runtime", runtime)
    entry._read_logs_to_their_end()
    loop = runtime._PYTHON_WORKER_SCRIPT.partition("while True:\n")[2]
    assert loop.startswith(
        f"        print({entry.END_OF_LOG!r}, file=sys.stderr, flush=True)\n        _real_stdout.flush()"
    )
    runtime._PYTHON_WORKER_SCRIPT = "the script of another MiniStack"
    with pytest.raises(SystemExit, match="ministack_main"):
        entry._read_logs_to_their_end()


@pytest.mark.parametrize(
    ("content", "ahead"), [(None, 0), ("", 0), ("soon", 0), ("-5", 0), ("259200000\n", 259_200_000)]
)
def test_a_mail_is_dated_by_the_stacks_clock(
    entry: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, ahead: int
) -> None:
    monkeypatch.setenv("EARSHOT_CLOCK_FILE", str(tmp_path / "clock"))
    monkeypatch.setattr(time, "time_ns", lambda: 7_000_000)
    if content is not None:
        (tmp_path / "clock").write_text(content)
    entry._keep(tmp_path / "outbox", "id@x", b"Hello")
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [f"{7 + ahead:014d}-id.eml"]


@pytest.mark.parametrize(
    ("service", "protocol"), [("dynamodb", "json"), ("s3", "rest-xml"), ("iam", "query"), ("ses_v2", "rest-json")]
)
def test_how_a_service_speaks_is_read_as_botocore_has_it(entry: Any, service: str, protocol: str) -> None:
    entry._read_only_how_services_speak()
    name = {"ses_v2": "sesv2"}.get(service, service)
    whole = botocore.session.get_session().get_service_model(name).metadata
    assert entry.responses._service_model(service).metadata == whole
    assert whole["protocol"] == protocol


def test_nobody_knows_how_an_unknown_service_speaks(entry: Any) -> None:
    entry._read_only_how_services_speak()
    assert entry.responses._service_model("teapots") is None
