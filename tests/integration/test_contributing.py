"""CONTRIBUTING.md lists exactly the files that name its examples: a field, an event type, a route and a function."""

import re
from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path

import pytest

from earshot.api.responses import SUBMISSION
from earshot.domain.statement import Statement
from tests.integration.template.stack import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACES = ("functions", "layers", "cli", "events", "web", "docs")
HISTORY = "docs/adr/"
# Each heading, what names its example in a file or in its path, and how many rows there may be.
EXAMPLES = {
    "A field of a response": (re.compile(r"\bunverified_email\b"), 11),
    "An event type": (re.compile("DeliveryParked"), 7),
    "A route": (re.compile(r'/\{survey\}/quality\b|"read_quality"|\bquality_view\b'), 8),
    "A Lambda function": (re.compile("sync_crm|SyncCrm"), 12),
}


def listed(heading: str) -> list[str]:
    section = PAGE.partition(f"\n### {heading}\n")[2].partition("\n##")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def naming(example: re.Pattern[str]) -> Iterator[str]:
    """Yield the product's and the documents' files that name an example, by their path from the root."""
    for path in [ROOT / "template.yaml", *(path for place in PLACES for path in sorted((ROOT / place).rglob("*")))]:
        name = path.relative_to(ROOT).as_posix()
        if is_read(path, name) and (example.search(name) or example.search(read(path))):
            yield name


def is_read(path: Path, name: str) -> bool:
    return path.is_file() and path.suffix != ".pyc" and not name.startswith(HISTORY)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("heading", EXAMPLES)
def test_a_list_of_what_to_touch_names_every_file_and_no_other(heading: str) -> None:
    example, most = EXAMPLES[heading]
    rows, named = listed(heading), list(naming(example))

    assert [name for name in named if not any(fnmatch(name, row) for row in rows)] == []
    assert [row for row in rows if not any(fnmatch(name, row) for name in named)] == []
    assert len(rows) <= most


def test_a_field_of_a_response_needs_five_files_of_code() -> None:
    """They name every field that a client sends; the second table lists what uses its example besides."""
    first = PAGE.partition("\n### A field of a response\n")[2].partition("\nThe registry")[0]
    code = [row for row in re.findall(r"^\| `([^`]+)` \|", first, re.MULTILINE) if row.endswith(".py")]
    sent = {each.name for each in fields(Statement)} & SUBMISSION.definition()["properties"].keys()

    assert len(code) <= 5
    assert sent >= {"score", "comment", "properties", "channel", "seconds"}
    for name in sent:
        assert [row for row in code if not re.search(rf"\b{name}\b", read(ROOT / row))] == [], name
