"""The id of an imported row, made of what identifies it, so that importing it again is the same response."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

VERSION = 8 << 76
VARIANT = 0b10 << 62
LATEST = (1 << 48) - 1


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a row the response it is; its properties are no part of it.

    `instant` is in Unix milliseconds. `reported_row` is the row's number in its original file, for a row that comes
    from a report with other cells: it keeps the row apart from equal rows of that file.
    """

    score: int
    instant: int
    person: str = ""
    comment: str = ""
    channel: str = ""
    reported_row: str = ""


class ResponseIds:
    """Makes the ids of one file's rows, in the order of the file."""

    def __init__(self, survey: str) -> None:
        self._survey = survey
        self._seen: dict[int, int] = {}
        self._seen_at_any_time: set[int] | None = None

    def remember_texts(self) -> None:
        """From now on remember of each row, apart from its instant, what identifies it: `is_like` needs it."""
        self._seen_at_any_time = set()

    def of_row(self, row: Identity, occurrence: int | None = None) -> UUID:
        """Return the id of a row, made of its identity and, as equal rows exist, its occurrence among them."""
        digest = _digest(_parts(row))
        return _uuid(row.instant, _digest([self._survey, "row", digest.hex(), occurrence or self._occurrence(digest)]))

    def occurrence(self, row: Identity) -> int:
        """Count a row, and return how many equal rows there are now."""
        if self._seen_at_any_time is not None:
            self._seen_at_any_time.add(_short(_digest(_parts_without_instant(row))))
        return self._occurrence(_digest(_parts(row)))

    def equals(self, row: Identity) -> int:
        """Return how many rows equal to this one were counted."""
        return self._seen.get(_short(_digest(_parts(row))), 0)

    def is_like(self, row: Identity) -> bool:
        """Return whether a counted row equals this one in all but its instant."""
        return _short(_digest(_parts_without_instant(row))) in (self._seen_at_any_time or ())

    def of_key(self, key: str) -> UUID | None:
        """Return the id of a row, made of its id in the file alone; None if an earlier row has that one."""
        digest = _digest([self._survey, "id", key])
        return _uuid(0, digest) if self._occurrence(digest) == 1 else None

    def _occurrence(self, digest: bytes) -> int:
        # Eight bytes of each row are kept, not the row. Were two rows ever to share them, only an occurrence's
        # number would differ, and that the same way on every run.
        short = _short(digest)
        self._seen[short] = times = self._seen.get(short, 0) + 1
        return times


def _parts(row: Identity) -> list[str | int]:
    return [row.score, row.instant, row.person, row.comment, row.channel, row.reported_row]


def _parts_without_instant(row: Identity) -> list[str | int]:
    return [row.score, row.person, row.comment, row.channel, row.reported_row]


def _short(digest: bytes) -> int:
    return int.from_bytes(digest[:8])


def _digest(parts: Sequence[str | int]) -> bytes:
    # JSON keeps apart what joining would not: ["a,b"] and ["a", "b"].
    return sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()).digest()


def _uuid(milliseconds: int, digest: bytes) -> UUID:
    if not 0 <= milliseconds <= LATEST:
        raise ValueError(f"{milliseconds} is not a time a UUID can hold")
    random = int.from_bytes(digest[:10])
    high, low = (random >> 62) & 0xFFF, random & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | VERSION | high << 64 | VARIANT | low)
