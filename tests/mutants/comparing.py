"""Finds the mutants of one tree in another one, by the fault and by the text around it."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tests.mutants.operators import Mutant

# Below this a likeness is chance. Renamed identifiers in a statement that is otherwise the same reach it.
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Placed:
    """A mutant and the file it is in, from the root of its tree."""

    file: str
    mutant: Mutant


def counterparts(
    wanted: Sequence[Placed], here: Sequence[Placed], there: Sequence[Placed], renamed: Mapping[str, str]
) -> dict[int, Placed]:
    """Return for each mutant, by its place among the wanted, the mutant of the other tree that makes the same fault.

    `here` are all mutants of the own tree: of several alike in a statement, the first one's counterpart is the first.
    `renamed` names the file that each file became. A mutant that is found nowhere is left out, and none is found twice.
    """
    places, their_places = _places(here), _places(there)
    by_operator: dict[str, list[Placed]] = {}
    for each in there:
        by_operator.setdefault(each.mutant.operator, []).append(each)
    scored = sorted(
        (
            (_likeness(one, other, renamed), -abs(places[one] - their_places[other]), -at, other)
            for at, one in enumerate(wanted)
            for other in by_operator.get(one.mutant.operator, ())
            if _may_be(one, other)
        ),
        key=lambda each: each[:3],
        reverse=True,
    )
    found: dict[int, Placed] = {}
    taken: set[tuple[str, int, str]] = set()
    for likeness, _, minus, other in scored:
        name = (other.file, other.mutant.start, other.mutant.text)
        if likeness >= ALIKE and -minus not in found and name not in taken:
            found[-minus] = other
            taken.add(name)
    return found


def _places(mutants: Sequence[Placed]) -> dict[Placed, int]:
    """Number the mutants that make the same fault in the same statement."""
    seen: Counter[tuple[str, ...]] = Counter()
    places: dict[Placed, int] = {}
    for each in sorted(mutants, key=lambda each: (each.file, each.mutant.start)):
        fault = each.mutant
        alike = (each.file, fault.operator, fault.scope, fault.statement, fault.original, fault.text)
        places[each] = seen[alike]
        seen[alike] += 1
    return places


def _may_be(one: Placed, other: Placed) -> bool:
    """Whether it can be the same fault at all: what is changed has the same form, names left out."""
    return _form(one.mutant.original) == _form(other.mutant.original) and _form(one.mutant.text) == _form(
        other.mutant.text
    )


def _likeness(one: Placed, other: Placed, renamed: Mapping[str, str]) -> float:
    """Return how much alike two mutants are, from 0 to 1."""
    same_file = renamed.get(one.file, one.file) == other.file
    statement = _ratio(one.mutant.statement, other.mutant.statement)
    original = _ratio(one.mutant.original, other.mutant.original)
    scope = _ratio(one.mutant.scope, other.mutant.scope)
    return 0.45 * statement + 0.2 * original + 0.15 * scope + 0.2 * same_file


def _ratio(one: str, other: str) -> float:
    if one == other:
        return 1.0
    words, others = _words(one), _words(other)
    return SequenceMatcher(None, words, others, autojunk=False).ratio()


def _words(text: str) -> list[str]:
    """Split a text at spaces, signs, `_` and capitals, so that a renamed identifier keeps the parts it kept."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+|[^\w\s]", text)]


def _form(text: str) -> str:
    """Return a text with each name replaced by one character and each string by another."""
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "S", text)
    return re.sub(
        r"\s+", "", re.sub(r"\b(?!(?:and|or|not|in|is|None|True|False|pass|return)\b)[A-Za-z_][\w.]*", "n", plain)
    )
