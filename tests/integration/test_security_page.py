"""What SECURITY.md says is shown by tests that there are."""

import re

import pytest

from tests.integration.template.stack import ROOT

PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the text under a heading."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the rows of the table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


WHO, TRIED = rows("Who can do what"), rows("What was tried")


@pytest.mark.parametrize(("text", "file"), re.findall(r"\[([^\]]+)\]\((tests/[^)]+)\)", PAGE))
def test_a_test_that_is_named_is_there(text: str, file: str) -> None:
    path = ROOT / file
    assert path.is_file()
    assert text == path.name or f"def test_{text}(" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("row", WHO, ids=lambda row: row[0][:30])
def test_who_can_do_what_is_shown_by_a_test(row: list[str]) -> None:
    assert all(row)
    assert "](tests/" in row[4]


@pytest.mark.parametrize("row", TRIED, ids=lambda row: row[0])
def test_each_attack_has_what_stops_it_and_a_test(row: list[str]) -> None:
    _, attack, stopped, shown = row
    assert attack
    assert stopped
    assert "](tests/" in shown


def test_all_attacks_are_listed_in_order() -> None:
    assert [row[0] for row in TRIED] == [str(number) for number in range(1, 32)]


def test_every_other_link_leads_somewhere() -> None:
    for file, part in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", PAGE):
        text = (ROOT / file).read_text(encoding="utf-8") if file else PAGE
        assert not part or part in map(anchor, re.findall(r"^#+ (.+)$", text, re.MULTILINE)), f"{file}#{part}"


def anchor(heading: str) -> str:
    """Return the name under which a heading is linked to."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
