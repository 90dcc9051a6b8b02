"""Scores as exports write them: whole numbers, whole decimals, labels that hold exactly one number, mapped labels."""

import re
from collections.abc import Sequence

from earshot_cli.errors import UsageError
from earshot_cli.importing.cleaning import clean_name

WHOLE = re.compile(r"0*(10|[0-9])(?:\.0+)?", re.ASCII)
DIGITS = re.compile(r"\d+")
NUMBER = re.compile(r"0*(10|[0-9])", re.ASCII)
# What may touch the number of a label; next to a sign, a slash or a percent it is another number than it seems.
BEFORE = frozenset("([\"'“–—:=|")
AFTER = frozenset(")]\"'”–—-:=|")
SIGNS = frozenset("+-−")
# What a spreadsheet makes of "9-10" when it takes that for a date.
MONTHS = frozenset({"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"})


class ScoreReader:
    """Reads the cells of the score's column; `labels` are pairs LABEL=SCORE as typed."""

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._labels = dict(map(_pair, labels))

    def score(self, cell: str) -> int | None:
        """Return the score of a cell; None if it holds none."""
        cell = clean_name(cell)
        if self._labels and (mapped := self._labels.get(_folded(cell))) is not None:
            return mapped
        if found := WHOLE.fullmatch(cell):
            return int(found[1])
        return _of_label(cell)


def _pair(typed: str) -> tuple[str, int]:
    label, equals, score = typed.rpartition("=")
    if not equals or not label.strip() or not NUMBER.fullmatch(score.strip()):
        raise UsageError(f'--label {typed}: write --label "LABEL=SCORE", with a score from 0 to 10.')
    return _folded(label), int(score)


def _folded(label: str) -> str:
    return clean_name(label).casefold()


def _of_label(text: str) -> int | None:
    """Return the one number of a label such as "10 - extremely likely"; None if there is another reading of it."""
    runs = list(DIGITS.finditer(text))
    if len(runs) != 1 or not (number := NUMBER.fullmatch(runs[0][0])):
        return None
    before, after = text[: runs[0].start()], text[runs[0].end() :]
    words = "".join(letter if letter.isalpha() else " " for letter in before + after).split()
    if not words or (len(words) == 1 and words[0].casefold() in MONTHS):
        return None
    return int(number[1]) if _stands_apart_after(before) and _stands_apart_before(after) else None


def _stands_apart_after(before: str) -> bool:
    """Return whether a number is set apart from the text before it, and has no sign."""
    if not before or before[-1].isspace() or before[-1] in BEFORE:
        return True
    return before[-1] in SIGNS and before[-1] != "+" and len(before) > 1 and before[-2].isalpha()


def _stands_apart_before(after: str) -> bool:
    """Return whether a number is set apart from the text after it, and is no part of a larger one."""
    rest = after.lstrip()
    if not rest:
        return True
    if rest[0] in ".,;":
        return len(rest) == 1 or rest[1].isspace()
    if after[0].isspace():
        return rest[0].isalpha() or rest[0] in AFTER or rest[0] in "([\"'“"
    return after[0] in AFTER
