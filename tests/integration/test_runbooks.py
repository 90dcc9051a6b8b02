"""Every command that a runbook has somebody type at night can be typed."""

import re
import shlex
from typing import Any

import pytest
import typer

from earshot_cli.main import app
from tests.integration.template.stack import ROOT

PAGES = [ROOT / "docs/operating.md", *sorted((ROOT / "docs/runbooks").glob("*.md"))]
CODE = re.compile(r"```\n(.*?)```|`(earshot [^`]+)`", re.DOTALL)


def typed() -> list[str]:
    """Return every `earshot` command of the pages, without the comment behind it."""
    texts = (text for page in PAGES for pair in CODE.findall(page.read_text(encoding="utf-8")) for text in pair)
    lines = (line.split("  #")[0].strip() for text in texts for line in text.splitlines())
    return sorted({line for line in lines if line.startswith("earshot ")})


@pytest.mark.parametrize("line", typed())
def test_a_command_of_a_runbook_is_one_with_these_options(line: str) -> None:
    command: Any = typer.main.get_command(app)
    _, *words = shlex.split(line)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}

    assert {word for word in words if word.startswith("--")} <= known


def test_the_runbooks_mention_the_doctor_the_redrive_and_the_replay() -> None:
    found = {line.split()[1] for line in typed()}

    assert {"doctor", "redrive", "replay"} <= found
