"""What a report keeps of a rejected row, so that the row is known again when it comes back with the same cells."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

# Every piece has a letter in front, so that a spreadsheet takes none for a number.
_WRITTEN = re.compile(r"w([0-9a-f]{12})")
_READ = re.compile(r"r([0-9a-f]{12})")
_OCCURRENCE = re.compile(r"n([1-9]\d{0,9})", re.ASCII)
_EQUALS = re.compile(r"s(10|\d)x([1-9]\d{0,9})", re.ASCII)
_UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Origin:
    """A rejected row as it was: a hash of the cells that identify it, and the accepted rows that equal it.

    `written` is of the cells as texts; `read`, which may be empty, has the instant in place of the date's text, for a
    spreadsheet writes dates its own way. `occurrence` is the row's number among its equals, if that is known (0: not).
    `equals` says, by the score that the row may turn out to have, how many accepted rows would equal it; `is_unclear`
    that there may be such rows, as the row's date could not be read.
    """

    written: str
    read: str = ""
    occurrence: int = 0
    equals: dict[int, int] = field(default_factory=dict)
    is_unclear: bool = False

    def __str__(self) -> str:
        pieces = [f"w{self.written}", f"r{self.read}" if self.read else ""]
        pieces += [f"n{self.occurrence}" if self.occurrence else ""]
        pieces += [f"s{score}x{count}" for score, count in sorted(self.equals.items())]
        return " ".join(filter(None, [*pieces, _UNCLEAR if self.is_unclear else ""]))

    @classmethod
    def read_from(cls, text: str) -> Self | None:
        """Read what `str` wrote; None if it is nothing of the kind."""
        written, *others = text.split() or [""]
        if not (known := _WRITTEN.fullmatch(written)):
            return None
        read, occurrence, equals, is_unclear = "", 0, {}, False
        for piece in others:
            if found := _READ.fullmatch(piece):
                read = found[1]
            elif found := _OCCURRENCE.fullmatch(piece):
                occurrence = int(found[1])
            elif found := _EQUALS.fullmatch(piece):
                equals[int(found[1])] = int(found[2])
            elif piece == _UNCLEAR:
                is_unclear = True
            else:
                return None
        return cls(known[1], read, occurrence, equals, is_unclear)

    def is_of(self, other: "Origin") -> bool:
        """Return whether two rows have the same cells, or the same instant and otherwise the same cells."""
        return self.written == other.written or bool(self.read and self.read == other.read)


def hash_of(parts: Sequence[str | int]) -> str:
    """Return a short hash of the parts of a row."""
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()[:12]
