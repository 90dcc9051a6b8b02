"""README.md with some of its sections measured again; a line notes which and when."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.report import Section, wrapped

_PART = re.compile(r"^## .*$", re.MULTILINE)


def spliced(text: str, sections: Sequence[Section], names: Sequence[str], load: float) -> str:
    """Replace the sections of the same titles, add new ones at the end, and note in a line what was measured again."""
    for section in sections:
        text = _with(text, section)
    today = datetime.now(UTC).date()
    command = f'make bench ARGS="{" ".join(names)}"'
    note = (
        wrapped(f"> Measured again on {today}, load average {load:.1f} at the start: `{command}`.", indent="> ") + "\n"
    )
    head, separator, rest = text.partition("\n## ")
    return f"{head.rstrip()}\n\n{note}{separator}{rest}"


def _with(text: str, section: Section) -> str:
    places = [*_PART.finditer(text)]
    for place, after in zip(places, [*places[1:], None], strict=True):
        if place.group() == f"## {section.title}":
            end = after.start() if after else len(text)
            return text[: place.start()] + section.markdown() + "\n" * bool(after) + text[end:]
    return text.rstrip() + "\n\n" + section.markdown()
