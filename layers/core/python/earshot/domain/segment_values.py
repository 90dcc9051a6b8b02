"""The values of a survey's segments: which have a series of their own, and what became of the others."""

from dataclasses import dataclass
from enum import Enum

from earshot.domain.statement import Rank, Statement, StatementKind

OTHER = "(other)"
# The places of a segment, and how many of them unvouched values may take.
VALUES_PER_SEGMENT = 200
OPEN_VALUES = VALUES_PER_SEGMENT // 2
CANDIDATES = 100
# Longer values have no series: they count in `(other)`.
LONGEST_VALUE = 64


class ValueStatus(Enum):
    """The status of a segment value; all but SERIES and MERGED count in `(other)`.

    A CANDIDATE came with unsigned responses and waits for the owner. IGNORED, REMOVED and MERGED are the owner's own
    decisions: no response changes them.
    """

    SERIES = "series"
    CANDIDATE = "candidate"
    IGNORED = "ignored"
    REMOVED = "removed"
    MERGED = "merged"

    @property
    def is_decided(self) -> bool:
        """Return whether the owner decided that the value has no series of its own."""
        return self in (ValueStatus.IGNORED, ValueStatus.REMOVED, ValueStatus.MERGED)


class Source(Enum):
    """The source of a value: the owner, a key, a signed person, or anyone where the segment is open."""

    OWNER = "owner"
    KEY = "key"
    SIGNED = "signed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a segment.

    `source` says who brought one that has a series, `into` names the value whose series it shares once merged.
    `number` is that under which its responses in `(other)` are counted, if it was ever a candidate; no other value of
    the segment ever has the same.
    """

    segment: str
    name: str
    status: ValueStatus
    source: Source | None = None
    into: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """How many places of a segment are taken; `numbered` counts all candidates there ever were.

    `is_unlisted` once a response counted in `(other)` whose value found no place among the candidates: from then on a
    new series may have responses there.
    """

    series: int = 0
    open: int = 0
    candidates: int = 0
    numbered: int = 0
    is_unlisted: bool = False

    @property
    def is_crowded(self) -> bool:
        """Return whether a further candidate would find no place, and it is known that not every value is listed."""
        return self.is_unlisted and self.candidates >= CANDIDATES

    def places_left(self, source: Source) -> int:
        """Return how many further values from this source may have a series."""
        left = VALUES_PER_SEGMENT - self.series
        return max(0, min(left, OPEN_VALUES - self.open) if source is Source.OPEN else left)


@dataclass(frozen=True, slots=True)
class Tracked:
    """A segment as the owner names it: `values` get a series at once; `is_open` lets those of unsigned responses in."""

    name: str
    values: tuple[str, ...] = ()
    is_open: bool = False


def may_have_series(value: str) -> bool:
    """Return whether a value may ever have a series of its own, or be proposed for one."""
    return value != OTHER and len(value) <= LONGEST_VALUE


def source_of(statement: Statement) -> Source | None:
    """Return who vouches for a statement's values; None if there is no such source."""
    if statement.rank is Rank.KEYED or statement.kind >= StatementKind.CHANGED_WITH_KEY:
        return Source.KEY
    return Source.SIGNED if statement.rank is Rank.SIGNED else None
