"""One stack for each state: the lock, and the engine an earlier run may have left behind."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from earshot_cli.local.engine import ENTRY, SAVE_SECONDS, backlog
from earshot_cli.local.errors import AlreadyRunningError, EngineError
from earshot_cli.local.settings import Settings


@contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the state for as long as the stack runs."""
    settings.local_dir.mkdir(parents=True, exist_ok=True)
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


def stop_leftover(settings: Settings) -> None:
    """Stop the engine of a run that was killed; it saves its state first."""
    try:
        record = json.loads(settings.engine_record.read_text())
        pid, port = int(record["pid"]), int(record["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if _is_our_engine(pid, port):
        _end(pid)
    settings.engine_record.unlink(missing_ok=True)


def _is_our_engine(pid: int, port: int) -> bool:
    answer = backlog(f"http://127.0.0.1:{port}")
    return bool(answer and answer["pid"] == pid) or str(ENTRY) in _command(pid)


def _command(pid: int) -> str:
    """What the process was started with; its number alone may long belong to someone else."""
    found = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout


def _end(pid: int) -> None:
    for number, seconds in ((signal.SIGTERM, SAVE_SECONDS), (signal.SIGKILL, 5)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while str(ENTRY) in _command(pid):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        else:
            return
    raise EngineError(f"The engine of an earlier run (process {pid}) cannot be stopped.")
