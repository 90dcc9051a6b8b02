"""A recorded response: the winning statement, and what the recorder adds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from earshot.domain.response_history import NONE, History
from earshot.domain.statement import Order, Statement, StatementKind, order

ALL = "all"

Key = tuple[str, str]  # survey, id


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a response counts apart from `all`: its series, and by segment its candidate's number in `(other)`."""

    series: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Previous:
    """What stood before a write: its revision and its score, 0 to 10."""

    revision: int
    score: int


@dataclass(frozen=True, slots=True)
class EmittedEvent:
    """The last published event of a response: its revision, its type, and the state before it."""

    revision: int
    detail_type: str
    previous: Previous | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A recorded response: the winning `statement`, and what the recorder adds.

    - `revision` starts at 1 and grows with each write.
    - `statement` has the person that any of its statements named, see `merge`, and neither `by` nor `reason`: those are
      in the `history`.
    - `digest` is that of the statement when it was made; words taken out of it later do not move it in the order.
    - `responded_at` is in Unix milliseconds; `day` is its day in the survey's zone, fixed by the first write.
    - `series` are the segment series it counts in beside `all`; `candidates` has, by segment, the number under which it
      is counted in `(other)`, see `Value`.
    - `last_event` is the last write for which events were emitted; `detractor_event_revision` is the revision of the
      last DetractorIdentified.
    - `is_repeat`: it has the score and comment of its person's response of at most a day before.
    - `superseded_on` is the day of the same person's next response to the survey that counts; None if there is none.
    - `import_id` is the import that first recorded it; `sent_id` the id as sent, where that could not be kept.
    """

    survey: str
    id: str
    revision: int
    statement: Statement
    digest: str
    responded_at: int
    day: str
    series: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)
    sent_id: str | None = None
    correlation: str = ""
    last_event: EmittedEvent | None = None
    detractor_event_revision: int | None = None
    is_repeat: bool = False
    history: History = NONE
    superseded_on: str | None = None
    import_id: str | None = None

    @property
    def kind(self) -> StatementKind:
        """Return the kind of the winning statement."""
        return self.statement.kind

    @property
    def score(self) -> int | None:
        """Return the score, 0 to 10; None if the response has none (any more)."""
        return self.statement.score

    @property
    def person(self) -> str | None:
        """Return the id of the response's person; None if unknown or anonymized."""
        return self.statement.person

    @property
    def order(self) -> Order:
        """Return the order of the winning statement, see `Statement.order`."""
        return order(self.kind, self.statement.rank, self.statement.received, self.digest)

    @property
    def counts(self) -> bool:
        """Return whether the response counts in the score."""
        is_gone = self.kind in (StatementKind.WITHDRAWN, StatementKind.ERASED)
        return not is_gone and self.score is not None and not self.statement.excluded

    @property
    def state(self) -> str:
        """Return the public word for its state."""
        return (
            "excluded" if self.statement.excluded and self.kind is StatementKind.CHANGED_WITH_KEY else self.kind.state
        )

    @property
    def placement(self) -> Placement:
        """Return where the response counts apart from `all`, while it counts."""
        return Placement(self.series, self.candidates)

    def placed(self, placement: Placement) -> "Response":
        """Return the response where `placement` says."""
        return replace(self, series=placement.series, candidates=placement.candidates)

    @property
    def counted_series(self) -> tuple[str, ...]:
        """Return every series the response counts in, `all` first; none while it does not count."""
        return (ALL, *self.series) if self.counts else ()


@dataclass(frozen=True, slots=True)
class Alias:
    """An id as sent whose clock could not be believed: it points to the response that took its place."""

    survey: str
    sent_id: str
    target: str
