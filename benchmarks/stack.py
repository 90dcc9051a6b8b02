"""The whole stack of `make run`, started with or without a CRM in a folder of its own, and gone afterwards."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crm_endpoint import CrmEndpoint
from benchmarks.errors import BenchError
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.settings import ROOT

START_SECONDS = 120
STOP_SECONDS = 100


class StackError(BenchError):
    """The local stack did not come up, or not as it should."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack, the server that plays its CRM and its webhooks, and the file of its clock."""

    url: str
    api_key: str
    endpoint: Endpoint
    crm: CrmEndpoint
    clock: Path


@contextmanager
def running_stack(*, has_crm: bool = True) -> Iterator[Stack]:
    """Run the stack for a while, on loopback and free ports; it reports to the CRM unless it has none."""
    with CrmEndpoint().serving() as crm, tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        log = Path(folder, "stack.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "earshot_cli.local"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "EARSHOT_LOCAL_DIR": folder,
                    "EARSHOT_PORT": "0",
                    "EARSHOT_CRM_URL": crm.url if has_crm else "",
                    "EARSHOT_DEMO": "off",
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            connection = _connection(process, Path(folder, "earshot.json"), log)
            engine = Endpoint(connection["engine_endpoint"], connection["engine_token"])
            yield Stack(connection["url"], connection["api_key"], engine, crm, Path(connection["clock"]))
        finally:
            _stop(process)


def _connection(process: subprocess.Popen[bytes], file: Path, log: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists():
            data: dict[str, str] = json.loads(file.read_text())
            return data
        time.sleep(0.1)
    raise StackError(f"the local stack did not start:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask twice, which means not to wait for the queues; the engine ends with its parent."""
    for _ in range(2):
        with suppress(ProcessLookupError):
            process.terminate()
        time.sleep(0.3)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
