"""`python -m tests [ARGUMENTS OF PYTEST]`: all tests in three sessions side by side, or only those that are named."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from tests.claims import CLAIMS

ROOT = Path(__file__).parents[1]
# What the stack does mostly waits, what needs no stack mostly computes: side by side they use two cores well. Two
# sessions share the tests of the stack, file by file, each with a stack of its own.
WITH_STACK = ("tests/e2e",)
WITHOUT = ("tests/unit", "tests/integration", "tests/browser", "tests/golden")
SESSIONS = (WITH_STACK, WITH_STACK, WITHOUT)
# A session, its stacks and commands are hundreds of starts of Python: each finds what another compiled, wherever the
# machine keeps its bytecode and even if it keeps none.
BYTECODE = ROOT / "build/bytecode"
NOTHING_COLLECTED = 5
STOP_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Run the sessions, or one pytest where a test or folder is named; 0 if all passed, else pytest's exit code."""
    if any(Path(ROOT, argument.partition("::")[0]).exists() for argument in arguments):
        return subprocess.call(_pytest(*arguments), cwd=ROOT, env=_environment())
    with ExitStack() as ended:
        claims = ended.enter_context(tempfile.TemporaryDirectory(prefix="earshot-tests-"))
        # The first session shows at once what it finds; the output of the others comes when they are done.
        outputs = [None, *(ended.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in SESSIONS[1:])]
        sessions = [
            _started(_pytest(*folders, *arguments), claims, output, ended)
            for folders, output in zip(SESSIONS, outputs, strict=True)
        ]
        codes = set()
        for session, output in zip(sessions, outputs, strict=True):
            codes.add(session.wait())
            if output is not None:
                output.seek(0)
                sys.stdout.write(output.read())
                sys.stdout.flush()
    return _verdict(codes)


def _started(
    command: Sequence[str], claims: str, output: IO[str] | None, ended: ExitStack
) -> "subprocess.Popen[bytes]":
    """Start a session that ends with this one."""
    session = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**_environment(), CLAIMS: claims},
        stdin=None if output is None else subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    )
    ended.callback(_end, session)
    return session


def _end(session: "subprocess.Popen[bytes]") -> None:
    """Wait until a session has stopped its stack after Ctrl-C, then terminate it."""
    try:
        session.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        session.terminate()
        session.wait()


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPYCACHEPREFIX": str(BYTECODE)}


def _verdict(codes: set[int]) -> int:
    """A session in which nothing was asked for is no failure, unless all are."""
    if codes == {NOTHING_COLLECTED}:
        return NOTHING_COLLECTED
    return max(codes - {NOTHING_COLLECTED})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
