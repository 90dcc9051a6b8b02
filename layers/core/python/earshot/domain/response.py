"""A recorded response: the winning statement, and what the recorder adds.

- Its history has each correction with who, when and why; never anyone's words.
- Each write has its events, of which the response remembers the last for a replay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from earshot.domain import ids
from earshot.domain.iso_time import day_of
from earshot.domain.statement import Order, Statement, StatementKind, order
from earshot.domain.submission import Submission

# Newer corrections are kept; of older ones only how many there were.
MOST_KEPT = 50
RESPONDENT = "respondent"
PERSON_ERASED = "person-erased"
RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: its action, at `corrected_at` (Unix milliseconds), its author, and the changed fields.

    `by` is the id of an API key, `member:` with the id of a member, `respondent`, `person-erased`, or `retention`;
    `scores` are the old and the new one, where they differ; `reason` is what the holder of the key stated.
    """

    action: str
    corrected_at: int
    by: str | None
    changed: tuple[str, ...] = ()
    scores: tuple[int | None, int | None] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The newest corrections of a response, the oldest of them first, and how many older ones were left out.

    `published_at` is when what was corrected first had been received (Unix milliseconds); None if nobody heard of it.
    """

    corrections: tuple[Correction, ...] = ()
    left_out: int = 0
    published_at: int | None = None

    def with_one(self, correction: Correction) -> "History":
        """Add a correction; the oldest gives way once there are too many."""
        kept = (*self.corrections, correction)
        left_out = self.left_out + max(0, len(kept) - MOST_KEPT)
        return replace(self, corrections=kept[-MOST_KEPT:], left_out=left_out)

    def without_reasons(self) -> "History":
        """Return the history without the reasons, which are people's words."""
        return replace(self, corrections=tuple(replace(one, reason=None) for one in self.corrections))

    def without_reasons_and_scores(self) -> "History":
        """Return the history as an erasure leaves it: without reasons and scores."""
        return replace(self, corrections=tuple(replace(one, reason=None, scores=None) for one in self.corrections))


NONE = History()


def initial_history(statement: Statement) -> History:
    """Return the history of a response that is first recorded: only that it was erased before it came."""
    return _erased(NONE, statement) if statement.kind is StatementKind.ERASED else NONE


def history_after(history: History, old: Statement, new: Statement) -> History:
    """Return the history of a response in which the greater statement `new` takes the place of `old`.

    A completed response is no correction. A final statement sent with a key that replaces another is one.
    An anonymized response keeps no reasons, an erased one no scores either.
    """
    if not new.kind.is_correction:
        return history.with_one(_correction(old, new)) if new.replaces_final(old) else history
    if new.kind is StatementKind.ERASED:
        return _erased(history, new)
    if new.kind is StatementKind.WITHDRAWN:
        return history.without_reasons_and_scores().with_one(Correction("withdrawn", new.received_at, new.by))
    if new.kind is StatementKind.ANONYMISED:
        return history.without_reasons().with_one(Correction("anonymised", new.received_at, new.by))
    if not old.kind.is_correction:
        history = replace(history, published_at=old.received_at if old.emit_events else None)
    return history.with_one(_correction(old, new))


def _erased(history: History, new: Statement) -> History:
    return history.without_reasons_and_scores().with_one(Correction("erased", new.received_at, new.by))


def _correction(old: Statement, new: Statement) -> Correction:
    return Correction(
        action="revised" if new.excluded == old.excluded else "excluded" if new.excluded else "included",
        corrected_at=new.received_at,
        by=new.by or RESPONDENT,
        changed=tuple(_changed_fields(old, new)),
        scores=(old.score, new.score) if old.score != new.score else None,
        reason=new.reason,
    )


def _changed_fields(old: Statement, new: Statement) -> Iterator[str]:
    """Yield the changed fields by their names in the API; of comment and properties only that they changed is kept.

    A changed reason of an exclusion is named only where both are excluded: excluding and including give theirs anyway.
    """
    if old.score != new.score:
        yield "score"
    if old.comment != new.comment:
        yield "comment"
    if old.properties != new.properties:
        yield "properties"
    if old.contact_requested != new.contact_requested:
        yield "contact_requested"
    if old.excluded != new.excluded:
        yield "excluded"
    if old.excluded and new.excluded and old.exclusion_reason != new.exclusion_reason:
        yield "exclusion_reason"


ALL = "all"

Key = tuple[str, str]  # survey, id


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a response counts apart from `all`: its series, and by segment its candidate's number in `(other)`."""

    series: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)


NOWHERE = Placement()


@dataclass(frozen=True, slots=True)
class Previous:
    """The state before a write: its revision and its score, 0 to 10."""

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
    - `series` are the segment series it counts in next to `all`; `candidates` has, by segment, the number under which
      it is counted in `(other)`, see `Value`.
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
        return order(self.kind, self.statement.rank, self.statement.received_at, self.digest)

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
    """An id as sent with a time that could not be believed: it points to the response that took its place."""

    survey: str
    sent_id: str
    target: str


def first_response(submission: Submission, zone: ZoneInfo, placement: Placement = NOWHERE) -> Response:
    """Make the response a submission would be if it were the first statement, where `placement` says."""
    responded_at, believed = submission.time_in(zone)
    seed = f"{submission.survey}/{submission.id}".encode()
    statement = submission.statement
    first = Response(
        survey=submission.survey,
        id=submission.id if believed else ids.mint(responded_at, seed),
        revision=1,
        statement=statement.recorded(statement.person),
        digest=statement.digest,
        responded_at=responded_at,
        day=day_of(responded_at, zone),
        series=placement.series,
        candidates=placement.candidates,
        sent_id=None if believed else submission.id,
        correlation=submission.correlation,
        history=initial_history(statement),
        import_id=submission.import_id,
    )
    return with_emitted_events(None, first)


RECORDED = "ResponseRecorded"
REVISED = "ResponseRevised"
EXCLUDED = "ResponseExcluded"
INCLUDED = "ResponseIncluded"
ERASED = "ResponseErased"
IDENTIFIED = "DetractorIdentified"
RESPONSE_TYPES = (RECORDED, REVISED, EXCLUDED, INCLUDED, ERASED, IDENTIFIED)


def events_of_write(old: Response | None, new: Response) -> tuple[str, ...]:
    """Return the detail-types that a write publishes; none if no statement changed or events are off for it."""
    if old is not None and old.order == new.order:
        return ()
    if not new.counts:
        return _gone(old, new)
    if not new.statement.emit_events:
        return ()
    # A response that was withdrawn and is given again has no previous state for its events.
    first = REVISED if previous_of(old, new) else INCLUDED if old is not None and old.statement.excluded else RECORDED
    newly = is_detractor(new) and not (old is not None and old.statement.emit_events and is_detractor(old))
    return (first, IDENTIFIED) if newly else (first,)


def with_emitted_events(old: Response | None, new: Response) -> Response:
    """Return the response with its last published event set by this write; a write without events keeps it."""
    emitted = events_of_write(old, new)
    last, identified = (old.last_event, old.detractor_event_revision) if old is not None else (None, None)
    if emitted:
        last = EmittedEvent(new.revision, emitted[0], previous_of(old, new))
    if IDENTIFIED in emitted:
        identified = new.revision
    return replace(new, last_event=last, detractor_event_revision=identified if is_detractor(new) else None)


def initial_emitted(response: Response) -> tuple[EmittedEvent | None, int | None]:
    """Return the last published event of a response that was only recorded."""
    if not response.statement.emit_events or not response.counts:
        return None, None
    return EmittedEvent(1, RECORDED), 1 if is_detractor(response) else None


def previous_of(old: Response | None, new: Response) -> Previous | None:
    """Return the former state in events: the old score, if it counted or no longer counts."""
    if old is None or old.score is None:
        return None
    return Previous(old.revision, old.score) if old.counts or not new.counts else None


def is_detractor(response: Response) -> bool:
    """Return whether a response counts as a detractor."""
    return response.counts and response.score is not None and response.score <= 6


def _gone(old: Response | None, new: Response) -> tuple[str, ...]:
    """Return the detail-type of a response that no longer counts; erasing an excluded one is published, too."""
    if old is None or not (old.counts or (old.statement.excluded and old.score is not None)):
        return ()
    # If an event of it was published, so is its erasure, even where that was to emit no events.
    if not new.statement.emit_events and old.last_event is None:
        return ()
    if new.statement.excluded:
        return (EXCLUDED,) if old.counts else ()
    return (ERASED,)
