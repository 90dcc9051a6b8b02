"""One stack for each state: the lock, and the engine an earlier run may have left behind."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import ENTRY, backlog
from earshot_cli.local.errors import AlreadyRunningError, EngineError
from earshot_cli.local.private_files import make_private
from earshot_cli.local.settings import Settings
from earshot_cli.local.shutdown import saved

KILL_SECONDS = 5


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the state for as long as the stack runs."""
    make_private(settings.local_dir)
    with settings.lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            who = f"Earshot is already running here (process {lock.read().strip()})"
            raise AlreadyRunningError(f"{who}; stop it first, with Ctrl-C where it runs.") from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


def stop_leftover(settings: Settings, report: Callable[[str], None]) -> None:
    """Stop the engine of a run that was killed; it saves its state first."""
    try:
        record = json.loads(settings.engine_record.read_text())
        pid, endpoint = int(record["pid"]), Endpoint(f"http://127.0.0.1:{int(record['port'])}", str(record["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return
    if _is_our_engine(pid, endpoint):
        _end(pid, settings.state, report)
    settings.engine_record.unlink(missing_ok=True)


def _is_our_engine(pid: int, endpoint: Endpoint) -> bool:
    reply = backlog(endpoint)
    return bool(reply and reply["pid"] == pid) or str(ENTRY) in _command(pid)


def _command(pid: int) -> str:
    """What the process was started with; its number alone may long belong to someone else."""
    found = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout


def _end(pid: int, state: Path, report: Callable[[str], None]) -> None:
    def gone() -> bool:
        return str(ENTRY) not in _command(pid)

    _signal(pid, signal.SIGTERM)
    if saved(pid, state, gone, report):
        return
    _signal(pid, signal.SIGKILL)
    deadline = time.monotonic() + KILL_SECONDS
    while not gone():
        if time.monotonic() > deadline:
            raise EngineError(f"The engine of an earlier run (process {pid}) cannot be stopped.")
        time.sleep(0.1)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
