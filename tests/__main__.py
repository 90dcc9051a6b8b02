"""`python -m tests [ARGUMENTS OF PYTEST]`: all tests in two halves side by side, or only those that are named."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What the stack does mostly waits, what needs no stack mostly computes: side by side they share two cores well.
WITH_STACK = ("tests/e2e",)
WITHOUT = ("tests/unit", "tests/integration", "tests/browser")
NOTHING_COLLECTED = 5


def main(arguments: list[str]) -> int:
    """Run the halves, or one pytest where a test or folder is named; 0 if all passed, else what pytest said."""
    if any(Path(ROOT, argument.partition("::")[0]).exists() for argument in arguments):
        return subprocess.call(_pytest(*arguments), cwd=ROOT)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as quiet:
        beside = subprocess.Popen(
            _pytest(*WITHOUT, *arguments), cwd=ROOT, stdout=quiet, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        try:
            codes = {subprocess.call(_pytest(*WITH_STACK, *arguments), cwd=ROOT), beside.wait()}
        finally:
            beside.terminate()
            beside.wait()
        quiet.seek(0)
        sys.stdout.write(quiet.read())
    return _verdict(codes)


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _verdict(codes: set[int]) -> int:
    """A half in which nothing was asked for is no failure, unless both are."""
    if codes == {NOTHING_COLLECTED}:
        return NOTHING_COLLECTED
    return max(codes - {NOTHING_COLLECTED})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
