"""Scores as exports write them: whole numbers, whole decimals, labels that hold exactly one number, mapped labels."""

import re
from collections.abc import Sequence

from earshot_cli.errors import UsageError
from earshot_cli.imports.cleaning import clean_name
from earshot_cli.imports.score_labels import score_of_label

WHOLE = re.compile(r"0*(10|[0-9])(?:\.0+)?", re.ASCII)
NUMBER = re.compile(r"0*(10|[0-9])", re.ASCII)


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
        return score_of_label(cell)


def _pair(typed: str) -> tuple[str, int]:
    label, equals, score = typed.rpartition("=")
    if not equals or not label.strip() or not NUMBER.fullmatch(score.strip()):
        raise UsageError(f'--label {typed}: write --label "LABEL=SCORE", with a score from 0 to 10.')
    return _folded(label), int(score)


def _folded(label: str) -> str:
    return clean_name(label).casefold()
