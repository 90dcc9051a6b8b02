"""Documents can be read in an editor and a diff: short lines, short paragraphs, and none of the phrases we avoid."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.integration.template.stack import ROOT

# Pages that have not been rewritten yet.
TO_DO = frozenset(
    {
        "docs/adr/0002-four-shards-and-time-ordered-ids.md",
        "docs/adr/0005-the-schedule-goes-through-the-score-queue.md",
        "docs/adr/0007-invitations-lie-beside-their-person.md",
        "docs/adr/0009-a-clock-one-can-move.md",
        "docs/adr/0010-what-ses-tells-of-a-mail.md",
        "docs/adr/0012-a-day-is-judged-once.md",
        "docs/adr/0013-each-answer-knows-when-the-next-one-came.md",
        "docs/adr/0014-what-is-noted-of-a-response.md",
        "docs/adr/0015-metrics-are-lines.md",
        "docs/adr/0016-a-restored-table-is-imported.md",
        "docs/adr/0018-a-response-remembers-what-was-announced.md",
        "docs/adr/0024-what-an-erasure-leaves-of-an-invitation.md",
    }
)
PAGES = [
    page
    for page in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    if page.relative_to(ROOT).as_posix() not in TO_DO
]
LONGEST_LINE = 120
# One idea: more lines than this hold at least two.
LONGEST_PARAGRAPH = 6
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
PHRASES = re.compile(
    r"\b(anew|whoever|whom|(?:is|are|was|were|as) told|stands? beside|beside (?:it|the|that|them))\b",
    re.IGNORECASE,
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
