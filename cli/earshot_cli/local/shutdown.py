"""Waits for an engine that saves its state, for as long as it takes and no longer than it makes sense."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SAVE_SECONDS = 15 * 60
STILL_SECONDS = 60
LOOK_SECONDS = 0.1
TRACE_SECONDS = 1
QUIET_SECONDS = 3
SAVING = "  Saving what the stack holds; after a large import that takes a minute or more."


def saved(pid: int, state: Path, gone: Callable[[], bool], report: Callable[[str], None]) -> bool:
    """Wait until the engine is gone; False if it hangs, or works longer than SAVE_SECONDS."""
    begin = moved = looked = time.monotonic()
    traces, reported = _traces(pid, state), False
    while not gone():
        now = time.monotonic()
        if not reported and now - begin >= QUIET_SECONDS:
            report(SAVING)
            reported = True
        if now - looked >= TRACE_SECONDS:
            looked, before, traces = now, traces, _traces(pid, state)
            moved = now if traces != before else moved
        if now - moved >= STILL_SECONDS or now - begin >= SAVE_SECONDS:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _traces(pid: int, state: Path) -> tuple[str, list[tuple[str, int, int]]]:
    """What changes while an engine saves: the processor time it used, and its files."""
    used = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return used.stdout.strip(), sorted(_files(state))


def _files(state: Path) -> list[tuple[str, int, int]]:
    found = []
    for path in state.rglob("*"):
        try:
            seen = path.stat()
        except FileNotFoundError:
            continue
        found.append((str(path), seen.st_size, seen.st_mtime_ns))
    return found
