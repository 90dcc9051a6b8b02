"""What docs/tutorial.md and docs/api.md say to type, typed from top to bottom on the local stack."""

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import api_page
from tests.e2e.conftest import ROOT, Stack, start_stack
from tests.e2e.invitation_client import eventually, mails_to, score

PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECEIVER, START, *STEPS = BLOCK.findall(PAGE)
CREATE, INVITE, OUTBOX, RESPOND, LOOK, MORE = STEPS
# What is read right after it was written may need a moment: such a line is tried again until it succeeds.
RETRIED = r"responses/\$RESPONSE|^(LINK|CASE)=|/release$|imports/reviews(/undo)?$|deliveries/\$DELIVERY"
ASYNCHRONOUS = re.compile(RETRIED)
SECONDS = 60
COMMENT = "The parcel came late, and nobody replied."


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def received(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run the receiver of the page; what it prints is in this file."""
    folder = tmp_path_factory.mktemp("receiver")
    output = folder / "printed"
    with output.open("w") as file:
        process = subprocess.Popen(
            ["bash", "-c", RECEIVER.replace("9000", str(port)).replace("python3 build", "exec python3 build")],
            cwd=folder,
            stdout=file,
        )
    yield output
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Stack]:
    found = re.fullmatch(r"EARSHOT_CRM_URL=(\S+) make run\n", START)
    assert found, START
    running = start_stack(tmp_path_factory.mktemp("tutorial"), found[1].replace("9000", str(port)))
    yield running
    running.stop()


def typed(stack: Stack, block: str) -> str:
    """Type a block of the page in the repository's folder; return what it prints, if it succeeds."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("EARSHOT_", "AWS_"))}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", block.replace("http://127.0.0.1:8080", stack.url)],
        cwd=ROOT,
        env=env | {"EARSHOT_LOCAL_DIR": str(stack.local_dir)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    return done.stdout


def deliveries(received: Path) -> list[dict[str, Any]]:
    """Read the bodies that the receiver printed, each after its idempotency key."""
    bodies = re.split(r"^[0-9a-f-]{36} (?=\{)", received.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [json.loads(body) for body in bodies if body.strip()]


def test_the_tutorial_leads_from_a_survey_to_a_detractor_at_a_webhook(stack: Stack, received: Path) -> None:
    typed(stack, CREATE)
    assert "eligible" in typed(stack, INVITE)
    eventually(lambda: mails_to(stack, "ann@example.com"), lambda found: len(found) == 1)
    assert "ann@example.com" in typed(stack, OUTBOX)
    typed(stack, RESPOND)
    (delivery,) = eventually(lambda: deliveries(received), lambda found: len(found) == 1)
    (shown,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    as_shown = json.loads(shown)
    assert as_shown["type"] == delivery["type"]
    assert as_shown["data"].items() <= delivery["data"].items()
    seen = typed(stack, LOOK)
    assert "−100" in seen or "-100" in seen
    assert COMMENT in seen
    typed(stack, MORE)
    eventually(lambda: score(stack, "shop")["responses"], lambda count: count == 12)
    eventually(lambda: deliveries(received), lambda found: len(found) == 2)


def test_every_line_of_the_api_page_succeeds(stack: Stack, tmp_path: Path) -> None:
    shell = Shell(stack, tmp_path)
    for command in commands():
        done = shell.type(command)
        deadline = time.monotonic() + SECONDS
        while done.returncode and ASYNCHRONOUS.search(command) and time.monotonic() < deadline:
            time.sleep(0.5)
            done = shell.type(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def commands() -> list[str]:
    """Return the commands of the page: lines, and one that has a here-document as a whole."""
    lines = [line for block in api_page.blocks() for line in block.splitlines()]
    found: list[str] = []
    for line in lines:
        if found and "<<'END'" in found[-1] and not found[-1].endswith("\n)"):
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


class Shell:
    """Runs one command after the other; what one sets is there for the next."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._variables = folder / "variables"
        self._variables.touch()
        self._folder = folder
        (folder / ".local").symlink_to(stack.local_dir)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        self._url = stack.url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EARSHOT_", "AWS_"))}
        self._env = kept | {"EARSHOT_LOCAL_DIR": str(stack.local_dir), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def type(self, command: str) -> "subprocess.CompletedProcess[str]":
        command = re.sub(r"\bcurl ", "curl -sS --fail-with-body ", command.replace("http://127.0.0.1:8080", self._url))
        names = " ".join(sorted({name for each in commands() for name in re.findall(r"^([A-Z]+)=", each)}))
        script = f". {self._variables}\n{command}\nstatus=$?\n"
        script += f"declare -p {names} > {self._variables} 2>/dev/null\nexit $status"
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", script],
            cwd=self._folder,
            env=self._env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
