"""Documents can be read in an editor and a diff: short lines, short paragraphs, and none of the phrases we avoid."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.integration.template.stack import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LONGEST_LINE = 120
# One idea: more lines than this hold at least two.
LONGEST_PARAGRAPH = 6
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Of the phrases that docs/glossary.md names, those that a plain search finds without false alarms.
PHRASES = re.compile(
    r"\b(anew|whoever|whom|beside|mend(?:s|ed|ing)?|(?:is|are|was|were|as|be|been) (?:told|said)|that which is)\b",
    re.IGNORECASE,
)
# A docstring begins with a standard verb.
FIRST_WORDS = re.compile(r"(Give|Tell|Say|Let)s?\b")
SOURCES = sorted(
    path
    for folder in ("benchmarks", "cli", "functions", "layers", "tests", "web")
    for path in (ROOT / folder).rglob("*.py")
)


def where(page: Path, number: int) -> str:
    return f"{page.relative_to(ROOT)}:{number}"


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paragraph and list item of prose with the number of its first line."""
    blank = CODE.sub(lambda found: "\n" * found[0].count("\n"), text)
    number = 1
    for block in re.split(r"(?<=\n)(?=\s*(?:[-*]|\d+\.) )|\n\n+(?=\S)|(?<=\n)(?=\|)", blank):
        if block.strip() and not block.lstrip().startswith(("|", "#", "<", "Alarms: ")):
            yield number, block.strip()
        number += block.count("\n")


def test_no_line_is_longer_than_an_editor_shows() -> None:
    """Tables and links cannot be broken."""
    long = [
        where(page, number)
        for page in PAGES
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE and not line.startswith("|") and "http" not in line and "](" not in line
    ]
    assert long == []


def test_a_paragraph_has_one_idea() -> None:
    long = [
        f"{page.relative_to(ROOT)}: {text.splitlines()[0]}"
        for page in PAGES
        for _, text in paragraphs(page.read_text(encoding="utf-8"))
        if len(text.splitlines()) > LONGEST_PARAGRAPH
    ]
    assert long == []


def test_no_page_uses_a_phrase_that_we_avoid() -> None:
    glossary = ROOT / "docs/glossary.md"
    found = [
        f"{where(page, number)}: {line}"
        for page in PAGES
        if page != glossary
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if PHRASES.search(line)
    ]
    assert found == []


def docstrings(source: Path) -> Iterator[tuple[int, str]]:
    """Yield each docstring of a file with the line of its owner."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            text := ast.get_docstring(node)
        ):
            yield getattr(node, "lineno", 1), text


def test_no_docstring_uses_a_phrase_that_we_avoid() -> None:
    found = [
        f"{where(source, number)}: {text.splitlines()[0]}"
        for source in SOURCES
        for number, text in docstrings(source)
        if PHRASES.search(text) or FIRST_WORDS.match(text)
    ]
    assert found == []
