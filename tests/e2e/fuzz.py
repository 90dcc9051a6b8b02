"""Runs schemathesis against a stack: shortly and always alike in `make test`, long and by chance in `make fuzz`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "tests/e2e/schemathesis.toml"
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.e2e.fuzzing", "PYTHONPATH": str(ROOT)}
LONG = ("--max-examples", "200", "--max-time", "900")


def try_api(
    url: str, api_key: str, options: Sequence[str], *, shown: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Try every call of the API at an address; the exit code is 0 if nothing contradicts its description.

    The output of schemathesis is in the result, or with `shown` goes to the terminal at once.
    """
    program = (str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIGURATION), "run")
    return subprocess.run(
        [*program, f"{url}/v1/openapi.json", "--checks", "all", "--no-color", *options],
        env={**os.environ, "EARSHOT_API_KEY": api_key, "PYTHONUNBUFFERED": "1", **HOOKS},
        cwd=ROOT,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
        text=True,
        check=False,
    )


def main(options: Sequence[str]) -> int:
    """Start a stack of its own, try it long, and show what schemathesis says as it says it."""
    from tests.e2e.conftest import start_stack  # noqa: PLC0415 - pytest's own start needs none of this

    sys.stdout.write("Starting a local stack to try …\n")
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="earshot-fuzz-") as folder:
        stack = start_stack(Path(folder) / "local")
        try:
            return try_api(stack.url, stack.api_key, [*LONG, *options], shown=True).returncode
        finally:
            stack.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
