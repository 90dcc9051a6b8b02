"""A response: the join of everything that was ever said about it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256

from earshot.domain.response_events import EmittedEvent, with_emitted_events
from earshot.domain.response_history import NONE, History, history_after

ALL = "all"

Order = tuple[int, int, int, str]
Key = tuple[str, str]  # survey, id


class StatementKind(IntEnum):
    """Who says it, and how finally: of two statements the greater kind stands.

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
        """Return the word for the state of a response in which this kind of statement stands."""
        return _STATES[self]

    @property
    def is_correction(self) -> bool:
        """Tell whether such a statement changes what somebody had said before; it is kept in the history then."""
        return self >= StatementKind.CHANGED_BY_RESPONDENT

    @property
    def is_ranked(self) -> bool:
        """Return whether the rank of the sender decides between two statements of this kind."""
        return self <= StatementKind.FINAL

    @property
    def has_person(self) -> bool:
        """Return whether a response may have a person while such a statement stands."""
        return self <= StatementKind.CHANGED_WITH_KEY

    @property
    def is_forgotten(self) -> bool:
        """Return whether such a statement took the person off for good."""
        return self >= StatementKind.ANONYMISED


class Rank(IntEnum):
    """How well the sender of a statement is known: nobody in particular, a signed person, the holder of a key."""

    ANONYMOUS = 0
    SIGNED = 1
    KEYED = 2


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
    """One thing said about a response, at `received` (Unix milliseconds of our own clock).

    `seconds` is how long the question had been shown, where the sender says so; `unverified_email` what a page said
    without a signature: a label, and no person. What is `excluded` counts for nothing,
    and `exclusion_reason` says why. Of a correction `reason` says why it was
    made, and `by` who made it, see `Correction`. `rank` says how well the sender is known. `comment_score` is the score
    a comment was written with, where the score was changed since; None where it is the score of the statement.
    `cleaned` says that something of it did not fit and was cut, converted or left out.
    `email_hash` is the keyed hash of the `unverified_email`, which the recorder makes.
    """

    kind: StatementKind
    received: int
    score: int | None = None
    comment: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    person: str | None = None
    channel: str | None = None
    announce: bool = True
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

    @property
    def digest(self) -> str:
        """Return a hash of the content, the person apart: it breaks ties and tells a repeat from a change."""
        content: list[object] = [self.score, self.comment, sorted(self.properties.items()), self.channel]
        # What is neither excluded nor timed keeps the hash it had before anything could be.
        content += [self.exclusion_reason] if self.excluded else []
        content += [{"seconds": self.seconds}] if self.seconds is not None else []
        content += [{"unverified_email": self.unverified_email}] if self.unverified_email else []
        content += [{"comment_score": self.comment_score}] if self.comment_score is not None else []
        return sha256(json.dumps(content).encode()).hexdigest()[:16]

    @property
    def order(self) -> Order:
        """Return the place in the total order of statements; the greater stands.

        Among final answers of the same rank the earliest received wins; among all others the latest.
        """
        return order(self.kind, self.rank, self.received, self.digest)

    def replaces_final(self, old: "Response") -> bool:
        """Return whether a key's final answer takes the place of one whose sender was less well known."""
        is_final = self.kind is StatementKind.FINAL and old.kind is StatementKind.FINAL
        return is_final and self.rank is Rank.KEYED and old.statement.rank < Rank.KEYED

    def recorded(self, person: str | None) -> "Statement":
        """Return the statement as a response of `person` holds it: who corrected it and why stands in the history."""
        return replace(self, person=person, reason=None, by=None)

    @property
    def has_words(self) -> bool:
        """Return whether it holds what the respondent wrote or is known by, the person apart."""
        return bool(self.comment or self.properties or self.unverified_email)

    def without_words(self) -> "Statement":
        """Return the statement without what the respondent wrote or is known by, the person apart."""
        return replace(self, comment=None, comment_score=None, properties={}, unverified_email=None, email_hash=None)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a response counts beside `all`: its series, and by segment the number of its candidate in `(other)`."""

    series: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """A recorded response: the `statement` that stands, and what we know of it ourselves.

    `digest` is the statement's own from when it was made: what is taken out of it later does not move it in the order.
    The statement's person is joined apart from it, see `merge`; its `reason` and `by` are None, see `history`.
    `answered` is in Unix milliseconds, `day` is its day in the survey's zone, fixed when it is first recorded;
    `series` names the segment series it counts in beside `all`, `candidates` by segment the number under which it is
    counted in `(other)`, see `Value`; `revision` starts at 1 and grows with each write.
    `announced` is the last write that events told of, `identified` the revision at which its detractor was announced.
    `repeated` says what its person said within a day before.
    `superseded` is the day of the same person's next answer to the survey that counts, None while there is none.
    `import_id` is the import that first recorded it, if one did.
    """

    survey: str
    id: str
    revision: int
    statement: Statement
    digest: str
    answered: int
    day: str
    series: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)
    sent_id: str | None = None
    correlation: str = ""
    announced: EmittedEvent | None = None
    identified: int | None = None
    repeated: bool = False
    history: History = NONE
    superseded: str | None = None
    import_id: str | None = None

    @property
    def kind(self) -> StatementKind:
        """Return the kind of the statement that stands."""
        return self.statement.kind

    @property
    def score(self) -> int | None:
        """Return the score, 0 to 10; None if the response has none (any more)."""
        return self.statement.score

    @property
    def person(self) -> str | None:
        """Return the id of the person whose response it is; None if nobody is known, or is no longer."""
        return self.statement.person

    @property
    def order(self) -> Order:
        """Return the place of the statement that stands, see `Statement.order`."""
        return order(self.kind, self.statement.rank, self.statement.received, self.digest)

    @property
    def counts(self) -> bool:
        """Tell whether the response counts in the score."""
        is_gone = self.kind in (StatementKind.WITHDRAWN, StatementKind.ERASED)
        return not is_gone and self.score is not None and not self.statement.excluded

    @property
    def state(self) -> str:
        """Return the word for its state, as people are told it."""
        return (
            "excluded" if self.statement.excluded and self.kind is StatementKind.CHANGED_WITH_KEY else self.kind.state
        )

    @property
    def placement(self) -> Placement:
        """Return where the response counts beside `all`, as long as it counts."""
        return Placement(self.series, self.candidates)

    def placed(self, placement: Placement) -> "Response":
        """Return the response where `placement` says."""
        return replace(self, series=placement.series, candidates=placement.candidates)

    @property
    def counted_series(self) -> tuple[str, ...]:
        """Name every series the response counts in, `all` first; none while it does not count."""
        return (ALL, *self.series) if self.counts else ()


@dataclass(frozen=True, slots=True)
class Alias:
    """An id as sent whose clock could not be believed: it points to the response that took its place."""

    survey: str
    sent_id: str
    target: str


def order(kind: StatementKind, rank: Rank, received: int, digest: str) -> Order:
    """Place a statement among all others about the same response."""
    known = rank if kind.is_ranked else Rank.ANONYMOUS
    return (kind, known, -received if kind is StatementKind.FINAL else received, digest)


def belongs_to_another(response: Response, person: str | None) -> bool:
    """Return whether a statement of a person is no statement about this response: it has another person."""
    return person is not None and response.person is not None and response.person != person


def merge(
    response: Response, statement: Statement, correlation: str = "", placement: Placement | None = None
) -> Response:
    """Join a statement to a response: the same object comes back if the statement changes nothing.

    The greater statement stands, and the response counts where `placement` says (None: where it did). The person is
    joined apart from that: also a lesser statement says whose the response is, and no other person takes it over. A
    statement of another person does not belong here, see `belongs_to_another`.
    """
    if statement.order <= response.order:
        return _with_person(response, statement)
    placed = response.placement if placement is None or not statement.kind.has_person else placement
    person = (response.person or statement.person) if statement.kind.has_person else None
    merged = replace(
        response,
        revision=response.revision + 1,
        statement=statement.recorded(person),
        digest=statement.digest,
        correlation=correlation,
        history=history_after(response, statement),
        series=placed.series,
        candidates=placed.candidates,
    )
    return with_emitted_events(response, merged if follows(response, merged) else replace(merged, superseded=None))


def _with_person(response: Response, statement: Statement) -> Response:
    """Add the person to the response, if a statement that does not stand knows them."""
    if statement.person is None or response.person is not None or not response.kind.has_person:
        return response
    joined = replace(
        response,
        revision=response.revision + 1,
        statement=replace(response.statement, person=statement.person),
    )
    return with_emitted_events(response, joined)


def follows(old: Response, new: Response) -> bool:
    """Tell whether a response still counts for the person it counted for; a forgotten one does, though not by name."""
    is_same = new.person == old.person or (new.person is None and new.kind is StatementKind.ANONYMISED)
    return old.counts and new.counts and is_same


def leaves(old: Response, new: Response) -> bool:
    """Tell whether a response counted for a person and does so no more."""
    return old.counts and old.person is not None and not follows(old, new)
