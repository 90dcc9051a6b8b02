"""The id of an imported row, made from its content, so that importing it again is the same response."""

import json
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

VERSION = 8 << 76
VARIANT = 0b10 << 62
LATEST = (1 << 48) - 1


class ResponseIds:
    """Makes the ids of one file's rows, in the order of the file."""

    def __init__(self, survey: str) -> None:
        self._survey = survey
        self._seen: dict[int, int] = {}

    def of_row(self, cells: list[str], milliseconds: int) -> UUID:
        """Name a row by all its cells and, as identical rows exist, by which of its repetitions it is."""
        row = _digest(cells)
        return _uuid(milliseconds, _digest([self._survey, "row", row.hex(), self._times(row)]))

    def of_key(self, key: str, milliseconds: int) -> UUID | None:
        """Name a row by the id it has in the file; None if an earlier row has it."""
        digest = _digest([self._survey, "id", key])
        return _uuid(milliseconds, digest) if self._times(digest) == 1 else None

    def _times(self, digest: bytes) -> int:
        # Eight bytes of each row are kept, not the row. Were two rows ever to share them, only a repetition's
        # number would differ, and that the same way on every run.
        short = int.from_bytes(digest[:8])
        self._seen[short] = times = self._seen.get(short, 0) + 1
        return times


def _digest(parts: Sequence[str | int]) -> bytes:
    # JSON keeps apart what joining would not: ["a,b"] and ["a", "b"].
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).digest()


def _uuid(milliseconds: int, digest: bytes) -> UUID:
    if not 0 <= milliseconds <= LATEST:
        raise ValueError(f"{milliseconds} is not a time a UUID can hold")
    random = int.from_bytes(digest[:10])
    high, low = (random >> 62) & 0xFFF, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | VERSION | high << 64 | VARIANT | low)
