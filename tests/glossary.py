"""The words that docs/glossary.md refuses, read from its second table, and the words that a name consists of."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parents[1] / "docs/glossary.md"
REFUSED = "## Words we do not use"

# `HTTPResponse` is http and response, `utf8` is utf and 8.
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# "answer (of what is recorded)" refuses answer; the words in brackets say of what.
_NOTE = re.compile(r"\([^)]*\)")
_CELL = re.compile(r"^\| *([^|]*?) *\| *([^|]*?) *\|$")


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: split at everything that is no letter, and at capitals."""
    return [part.lower() for part in _PART.findall(name)]


@cache
def refused_words() -> dict[str, str]:
    """Return each word of the glossary's second table with what stands for it; inflected forms are not in it."""
    _, _, after = GLOSSARY.read_text(encoding="utf-8").partition(f"{REFUSED}\n")
    table = after.partition("\n## ")[0]
    rows = [match.groups() for line in table.splitlines() if (match := _CELL.match(line))]
    return {
        word: use
        for refused, use in rows
        if refused != "not" and set(refused) != {"-"}
        for word in map(str.strip, _NOTE.sub("", refused).split(","))
    }


def forms(word: str) -> set[str]:
    """Return a word with its regular forms: press, presses, pressed, pressing."""
    stem = word.removesuffix("e")
    plural = f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
    return {word, plural, f"{stem}ed", f"{stem}ing"}


@cache
def _by_form() -> dict[str, str]:
    return {form: word for word in refused_words() for form in forms(word)}


def refused_in(name: str) -> list[str]:
    """Return the words of the glossary's second table that a name contains, in any regular form."""
    return [word for part in words_of(name) if (word := _by_form().get(part)) is not None]


def explained(names: Iterable[str]) -> list[str]:
    """Return a line for each name with a refused word: the name and what to write for the word."""
    return [
        f"{name}: not {word!r} but {refused_words()[word]!r}"
        for name in sorted(set(names))
        for word in refused_in(name)
    ]
