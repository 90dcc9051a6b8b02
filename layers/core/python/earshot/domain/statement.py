"""One assertion about a response, and the order of assertions.

The statements about a response form a join semilattice: in any order and with any repeats, the greatest wins.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256

Order = tuple[int, int, int, str]

# Characters of a comment, wherever one is taken.
LONGEST_COMMENT = 10_000
# Properties that a statement may have, and characters of a name and of a value.
MOST_PROPERTIES, LONGEST_PROPERTY_NAME, LONGEST_PROPERTY_VALUE = 20, 64, 256
# How long a question may be shown before its response is sent (seconds).
LONGEST_SHOWN = 86_400


class StatementKind(IntEnum):
    """The kind of a statement: of two statements the greater kind wins.

    The table keeps these numbers. WITHDRAWN takes back what an import recorded, and still yields to an erasure.
    """

    PARTIAL = 1
    FINAL = 2
    CHANGED_BY_RESPONDENT = 3
    CHANGED_WITH_KEY = 4
    WITHDRAWN = 5
    ANONYMISED = 6
    ERASED = 7

    @property
    def state(self) -> str:
        """Return the word for the state of a response whose winning statement has this kind."""
        return _STATES[self]

    @property
    def is_correction(self) -> bool:
        """Return whether such a statement changes an earlier one, and so is kept in the history."""
        return self >= StatementKind.CHANGED_BY_RESPONDENT

    @property
    def is_ranked(self) -> bool:
        """Return whether the rank of the sender decides between two statements of this kind."""
        return self <= StatementKind.FINAL

    @property
    def has_person(self) -> bool:
        """Return whether a response with such a winning statement may have a person."""
        return self <= StatementKind.CHANGED_WITH_KEY

    @property
    def is_anonymized(self) -> bool:
        """Return whether such a statement took the person off for good."""
        return self >= StatementKind.ANONYMISED


class Rank(IntEnum):
    """The rank of a statement's sender: anonymous, a signed person, or a client with a key."""

    ANONYMOUS = 0
    SIGNED = 1
    KEYED = 2

    @property
    def word(self) -> str:
        """Return the word that the API and the queues have for it."""
        return _RANKS[self]


_RANKS = {Rank.ANONYMOUS: "anonymous", Rank.SIGNED: "signed", Rank.KEYED: "keyed"}
_STATES = {
    StatementKind.PARTIAL: "partial",
    StatementKind.FINAL: "final",
    StatementKind.CHANGED_BY_RESPONDENT: "changed",
    StatementKind.CHANGED_WITH_KEY: "changed",
    StatementKind.WITHDRAWN: "withdrawn",
    StatementKind.ANONYMISED: "anonymised",
    StatementKind.ERASED: "erased",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One assertion about a response, at `received_at` (Unix milliseconds of our own clock).

    `seconds` is how long the question had been shown, where the sender gives it; `unverified_email` what a page gave
    without a signature: a label, and no person. What is `excluded` counts for nothing,
    and `exclusion_reason` says why. Of a correction `reason` says why it was
    made, and `by` who made it, see `Correction`. `rank` says how well the sender is known. `comment_score` is the score
    a comment was written with, where the score was changed since; None where it is the score of the statement.
    `cleaned` says that something of it did not fit and was cut, converted or left out.
    `email_hash` is the keyed hash of the `unverified_email`, which the recorder makes.
    `contact_requested` says that the respondent wants to be contacted.
    """

    kind: StatementKind
    received_at: int
    score: int | None = None
    comment: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None
    channel: str | None = None
    emit_events: bool = True
    unverified_email: str | None = None
    excluded: bool = False
    exclusion_reason: str | None = None
    seconds: float | None = None
    reason: str | None = None
    by: str | None = None
    rank: Rank = Rank.ANONYMOUS
    comment_score: int | None = None
    cleaned: bool = False
    email_hash: str | None = None
    contact_requested: bool = False

    @property
    def digest(self) -> str:
        """Return a hash of the content, the person apart: it breaks ties and distinguishes a repeat from a change."""
        content: list[object] = [self.score, self.comment, sorted(self.properties.items()), self.channel]
        # What is neither excluded nor timed keeps the hash it had before anything could be.
        content += [self.exclusion_reason] if self.excluded else []
        content += [{"seconds": self.seconds}] if self.seconds is not None else []
        content += [{"unverified_email": self.unverified_email}] if self.unverified_email else []
        content += [{"comment_score": self.comment_score}] if self.comment_score is not None else []
        content += [{"contact_requested": True}] if self.contact_requested else []
        return sha256(json.dumps(content).encode()).hexdigest()[:16]

    @property
    def order(self) -> Order:
        """Return the position in the total order of statements; the greater wins.

        Among final statements of the same rank the earliest received wins; among all others the latest.
        """
        return order(self.kind, self.rank, self.received_at, self.digest)

    def replaces_final(self, old: "Statement") -> bool:
        """Return whether a key's final statement takes the place of one whose sender was less well known."""
        is_final = self.kind is StatementKind.FINAL and old.kind is StatementKind.FINAL
        return is_final and self.rank is Rank.KEYED and old.rank < Rank.KEYED

    def recorded(self, person: str | None) -> "Statement":
        """Return the statement as a response of `person` stores it; author and reason are in the history."""
        if (self.person, self.reason, self.by) == (person, None, None):
            return self
        return replace(self, person=person, reason=None, by=None)

    @property
    def has_words(self) -> bool:
        """Return whether it holds what the respondent wrote, wants or is known by, the person apart."""
        return bool(self.comment or self.properties or self.unverified_email or self.contact_requested)

    def without_words(self) -> "Statement":
        """Return the statement without what the respondent wrote, wants or is known by, the person apart."""
        return replace(
            self,
            comment=None,
            comment_score=None,
            properties={},
            unverified_email=None,
            email_hash=None,
            contact_requested=False,
        )


def order(kind: StatementKind, rank: Rank, received: int, digest: str) -> Order:
    """Place a statement among all others about the same response."""
    known = rank if kind.is_ranked else Rank.ANONYMOUS
    return (kind, known, -received if kind is StatementKind.FINAL else received, digest)
