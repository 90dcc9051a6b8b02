"""Every command that a runbook has somebody type at night can be typed, and every log line it quotes is written."""

import ast
import re
import shlex
from typing import Any

import pytest
import typer

from earshot_cli.main import app
from tests.integration.template.stack import ROOT

PAGES = [ROOT / "docs/operating.md", *sorted((ROOT / "docs/runbooks").glob("*.md"))]
FILTERED = re.compile(r"""\$\.message = "([^"]+)"|--filter-pattern '"([^"]+)"'""")
QUOTED = re.compile(r"(?:log says|log of `\w+` says|A line) (`[a-z ]+`[^.:|]*)")
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


def quoted() -> set[str]:
    """Return the log lines that the pages search for, and those that they quote where a log says something."""
    texts = [re.sub(r"\s+", " ", page.read_text(encoding="utf-8")) for page in PAGES]
    searched = [line for text in texts for pair in FILTERED.findall(text) for line in pair if line]
    quoted = [
        words for text in texts for sentence in QUOTED.findall(text) for words in re.findall(r"`([a-z ]+)`", sentence)
    ]
    return {*searched, *quoted} - {"Task timed out"}


def test_a_log_line_that_a_runbook_quotes_is_one_that_the_code_writes() -> None:
    sources = [path for folder in ("functions", "layers/core/python/earshot") for path in (ROOT / folder).rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}

    assert len(quoted()) >= 8
    assert quoted() - texts == set()
