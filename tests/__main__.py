"""`python -m tests [ARGUMENTS OF PYTEST]`: all tests in three lanes side by side, or only those that are named."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import IO, TypeAlias

from tests.claims import CLAIMS

ROOT = Path(__file__).parents[1]
WITH_STACK = ("tests/e2e",)
# What takes longest comes first, so that what is left at the end is small enough to share.
WITHOUT = ("tests/browser", "tests/integration", "tests/unit", "tests/golden")
# What the stack does mostly waits, what needs no stack mostly computes: side by side they use two cores well. All
# sessions share the tests, file by file. Those with a stack, each with its own, end first: then the lane goes on
# with what is left of the others.
LANES = ((WITH_STACK, WITHOUT), (WITH_STACK, WITHOUT), (WITHOUT,))
LOOK_SECONDS = 0.2
# A session, its stacks and commands are hundreds of starts of Python: each finds what another compiled, wherever the
# machine keeps its bytecode and even if it keeps none.
BYTECODE = ROOT / "build/bytecode"
NOTHING_COLLECTED = 5
STOP_SECONDS = 60

Folders = Sequence[str]
Session: TypeAlias = "subprocess.Popen[bytes]"


def main(arguments: list[str]) -> int:
    """Run the lanes, or one pytest where a test or folder is named; 0 if all passed, else pytest's exit code."""
    if any(Path(ROOT, argument.partition("::")[0]).exists() for argument in arguments):
        return subprocess.call(_pytest(*arguments), cwd=ROOT, env=_environment())
    with ExitStack() as ended:
        claims = ended.enter_context(tempfile.TemporaryDirectory(prefix="earshot-tests-"))
        # The first lane shows at once what it finds; the output of the others comes when all are done.
        outputs = [None, *(ended.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in LANES[1:])]
        # Tests that are narrowed down leave little to go on with, but collecting it takes as long.
        lanes = [
            _run(sessions[:1] if arguments else sessions, partial(_started, arguments, claims, output, ended))
            for sessions, output in zip(LANES, outputs, strict=True)
        ]
        codes: set[int | None] = set()
        for looks in zip_longest(*lanes):
            codes.update(looks)
            time.sleep(LOOK_SECONDS)
        for output in filter(None, outputs):
            output.seek(0)
            sys.stdout.write(output.read())
            sys.stdout.flush()
    return _verdict({code for code in codes if code is not None})


def _run(sessions: Iterable[Folders], start: Callable[[Folders], Session]) -> Iterator[int | None]:
    """Run the sessions of a lane one after the other; yield the exit code of each, and None while one runs."""
    for folders in sessions:
        session = start(folders)
        while (code := session.poll()) is None:
            yield None
        yield code


def _started(
    arguments: Sequence[str], claims: str, output: IO[str] | None, ended: ExitStack, folders: Folders
) -> Session:
    """Start a session that ends with this one."""
    session = subprocess.Popen(
        _pytest(*folders, *arguments),
        cwd=ROOT,
        env={**_environment(), CLAIMS: claims},
        stdin=None if output is None else subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    )
    ended.callback(_end, session)
    return session


def _end(session: Session) -> None:
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
    """A session in which nothing was asked for is no failure, unless all are; one that a signal ended is one."""
    if codes == {NOTHING_COLLECTED}:
        return NOTHING_COLLECTED
    return max(abs(code) for code in codes - {NOTHING_COLLECTED})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
