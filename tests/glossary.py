"""The words that docs/glossary.md refuses, read from its second table, and the words that a name consists of."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parents[1] / "docs/glossary.md"
REFUSED = "## Words we do not use"

# `HTTPResponse` is http and response, `utf8` is utf and 8.
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_CELL = re.compile(r"^\| *([^|]*?) *\| *([^|]*?) *\|$")


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: split at everything that is no letter, and at capitals."""
    return [part.lower() for part in _PART.findall(name)]


@cache
def refused_words() -> dict[str, str]:
    """Return each form of the glossary's second table, one word or a term of several, with what stands for it."""
    _, _, after = GLOSSARY.read_text(encoding="utf-8").partition(f"{REFUSED}\n")
    table = after.partition("\n## ")[0]
    rows = [match.groups() for line in table.splitlines() if (match := _CELL.match(line))]
    return {
        form: use
        for refused, use in rows
        if refused != "not" and set(refused) != {"-"}
        for form in map(str.strip, refused.split(","))
    }


@cache
def refused_in(name: str) -> tuple[str, ...]:
    """Return the forms of the second table that a name holds, unless it holds all of a term that stands for one."""
    held = f" {' '.join(words_of(name))} "
    return tuple(
        form
        for form, use in refused_words().items()
        if f" {form} " in held and not any(form in term and f" {term.strip()} " in held for term in use.split(","))
    )


def explained(names: Iterable[str]) -> list[str]:
    """Return a line for each name with a refused word: the name and what to write for the word."""
    return [
        f"{name}: not {form!r} but {refused_words()[form]!r}"
        for name in sorted(set(names))
        for form in refused_in(name)
    ]
