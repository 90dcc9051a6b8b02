"""The commands of docs/migrate.md, run word for word on exports as the tools write them."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

PAGE = Path(__file__).resolve().parents[4] / "docs/migrate.md"
EXPORTS = Path(__file__).parent / "exports"
BLOCKS = re.findall(r"^```\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
COMMANDS = [shlex.split(block.replace("\\\n", " "))[1:] for block in BLOCKS if block.startswith("earshot import")]

EXPECTED = {
    "delighted.csv": [
        (10, "2024-03-01T02:30:00.000Z", "Ann@example.com", "Fast, friendly"),
        (6, "2024-03-01T02:31:10.000Z", "bob@example.com", None),
        (9, "2024-06-01T08:00:00.000Z", "ann@example.com", None),
    ],
    "surveymonkey.csv": [
        (10, "2020-09-16T08:04:05.000Z", "ann@example.com", "Great support"),
        (0, "2020-09-16T19:04:05.000Z", None, None),
    ],
    "google-forms.csv": [
        (9, "2020-09-16T11:02:33.000Z", None, "Great"),
        (3, "2020-09-16T11:05:00.000Z", None, None),
    ],
    "google-sheets.csv": [
        (9, "2020-09-16T11:02:33.000Z", None, "Great"),
        (3, "2020-09-16T11:05:00.000Z", None, None),
    ],
    "qualtrics.csv": [
        (10, "2024-03-01T02:30:01.000Z", "c-17", "Nothing"),
        (2, "2024-03-01T02:31:01.000Z", "c-18", "Be faster"),
    ],
}


def test_the_page_has_a_command_for_each_export() -> None:
    assert [words[1] for words in COMMANDS] == list(EXPECTED)
    assert {path.name for path in EXPORTS.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("words", COMMANDS, ids=[words[1] for words in COMMANDS])
def test_each_command_of_the_page_imports_every_row(earshot: FakeEarshot, run: Run, words: list[str]) -> None:
    earshot.add_survey("shop", timezone="Europe/Berlin")
    shutil.copy(EXPORTS / words[1], words[1])
    for _ in range(2):
        result = run(*words)
        assert result.exit_code == 0, result.output
    rows = [(r["score"], r["responded_at"], r.get("person"), r.get("comment")) for r in earshot.rows.values()]
    assert rows == EXPECTED[words[1]]
