"""How long a newcomer waits: `make run` in a fresh clone against its environments alone, and against pip."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.report import Row, Section

ROOT = Path(__file__).parents[1]
TITLE = "The first minutes"
HOW = (
    "Each in a clone of its own, with caches as empty as a newcomer's: `make build` makes the environments and the "
    "layer from their locks; `make run` does so too, deploys the stack, writes the demo's year and prints that it "
    "listens; then it is stopped and started again. Next to it `make build` as it was before uv: pip, the tests' "
    "packages among them. The network and whatever else the machine does are part of all of them."
)
COLUMNS = ("what", "seconds", "of the environments alone")
MOST, FASTER, AGAIN_SECONDS = 1.5, 3.0, 8.0
PATIENCE = 1_800.0
LISTENS = "Ctrl-C stops it"
PIP = "-m pip --disable-pip-version-check --quiet install --no-cache-dir --require-hashes --no-deps --only-binary :all:"
BEFORE_UV = " && ".join(
    (
        f"python3 -m venv old && old/bin/python {PIP} -r requirements/dev.txt",
        f"python3 -m venv old-engine && old-engine/bin/python {PIP} -r requirements/engine.txt",
        f"old/bin/python {PIP} --no-compile --target old-layer -r layers/core/python/requirements.txt",
    )
)


def measure(lab: Lab) -> list[Section]:
    """Make the environments, run the stack twice, and install with pip, one after the other."""
    lab.steps.begin("first_run", 4)
    with tempfile.TemporaryDirectory(prefix="earshot-first-") as folder:
        alone, run, pip = (_clone(Path(folder, name)) for name in ("alone", "run", "pip"))
        lab.steps.step("environments alone")
        made = _seconds(["make", "build"], alone)
        lab.steps.step("make run, first")
        first = _until_listening(run)
        lab.steps.step("make run, again")
        again = _until_listening(run)
        lab.steps.step("pip, as before")
        before = _seconds(["bash", "-c", BEFORE_UV], pip)
    rows = [
        Row(("the environments alone", f"{made:.1f}", "1.00")),
        Row(("`make run`, first", f"{first:.1f}", f"{first / made:.2f}"), f"≤ {MOST}", first <= MOST * made),
        Row(("them with pip", f"{before:.1f}", f"{before / made:.2f}"), f"≥ {FASTER:.0f}", before >= FASTER * made),
        Row(("`make run`, again", f"{again:.1f}", f"{again / made:.2f}"), f"≤ {AGAIN_SECONDS:.0f} s idle", _met(again)),
    ]
    return [Section(TITLE, COLUMNS, rows, HOW)]


def _met(again: float) -> bool | None:
    """Return whether a restart was fast enough; a machine that is busy with something else shows nothing."""
    is_busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    return None if again > AGAIN_SECONDS and is_busy else again <= AGAIN_SECONDS


def _clone(folder: Path) -> Path:
    """Clone what is committed, as a newcomer would."""
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


def _environment(clone: Path) -> Mapping[str, str]:
    """Return the variables without this run's own settings, and with a cache for this clone alone."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(("EARSHOT_", "VIRTUAL_ENV", "UV_"))}
    return kept | {"UV_CACHE_DIR": str(clone / "uv-cache"), "PIP_NO_CACHE_DIR": "1", "EARSHOT_PORT": "0"}


def _seconds(command: list[str], clone: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, cwd=clone, env=_environment(clone), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{command[0]} failed in a fresh clone: {done.stderr[-400:]}")
    return time.perf_counter() - began


def _until_listening(clone: Path) -> float:
    """Start with `make run`, stop once it listens, and return the seconds until then."""
    log = clone / "bench.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=_environment(clone),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while LISTENS not in log.read_text(errors="replace"):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise BenchError(f"`make run` did not come to listen: {log.read_text(errors='replace')[-400:]}")
            time.sleep(0.05)
        return time.perf_counter() - began
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.wait()
