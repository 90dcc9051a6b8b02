"""The `earshot` command as a person runs it in a stack's own directory."""

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

Done = subprocess.CompletedProcess[str]


def earshot(stack: "Stack", *words: str, seconds: float = 60, **variables: str) -> Done:
    """Run it until it ends."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("EARSHOT_", "AWS_"))}
    env |= {"EARSHOT_LOCAL_DIR": str(stack.local_dir), **variables}
    command = [sys.executable, "-m", "earshot_cli.main", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=seconds, check=False)


def move(stack: "Stack", by: str) -> str:
    """Move the stack's clock on."""
    moved = earshot(stack, "clock", by)
    assert moved.returncode == 0, moved.stderr
    return moved.stdout


class Doctor:
    """What the doctor says of a stack."""

    def __init__(self, stack: "Stack") -> None:
        done = earshot(stack, "doctor", "--json")
        assert done.returncode in {0, 1}, done.stderr
        assert done.stdout, done.stderr
        self.is_content = done.returncode == 0
        checks = json.loads(done.stdout)["checks"]
        self.checks: dict[str, dict[str, Any]] = {check["check"]: check for check in checks}

    @property
    def complaints(self) -> list[str]:
        """Every fault with what to do, a sentence each."""
        return [
            f"{finding['subject']}: {finding['fault']} {finding['fix']}"
            for check in self.checks.values()
            for finding in check["findings"]
        ]

    def complains(self, *words: str) -> bool:
        """Whether one of the sentences holds all of these words."""
        return any(all(word in complaint for word in words) for complaint in self.complaints)
