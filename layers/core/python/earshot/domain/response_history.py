"""The history of a response: each correction with who, when and why; never what anybody wrote."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from earshot.domain.statement import Statement, StatementKind

# Newer corrections are kept; of older ones only how many there were.
MOST_KEPT = 50
RESPONDENT = "respondent"
PERSON_ERASED = "person-erased"
RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: its action, at `time` (Unix milliseconds), its author, and the changed fields.

    `by` is the id of an API key, `respondent`, `person-erased`, or `retention`; `scores` are the old and the new one,
    where they differ; `reason` is what the holder of the key said.
    """

    action: str
    time: int
    by: str | None
    changed: tuple[str, ...] = ()
    scores: tuple[int | None, int | None] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The newest corrections of a response, the oldest of them first, and how many older ones were left out."""

    corrections: tuple[Correction, ...] = ()
    left_out: int = 0

    def with_one(self, correction: Correction) -> "History":
        """Add a correction; the oldest gives way once there are too many."""
        kept = (*self.corrections, correction)
        return History(kept[-MOST_KEPT:], self.left_out + max(0, len(kept) - MOST_KEPT))

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
        return history.without_reasons_and_scores().with_one(Correction("withdrawn", new.received, new.by))
    if new.kind is StatementKind.ANONYMISED:
        return history.without_reasons().with_one(Correction("anonymised", new.received, new.by))
    return history.with_one(_correction(old, new))


def _erased(history: History, new: Statement) -> History:
    return history.without_reasons_and_scores().with_one(Correction("erased", new.received, new.by))


def _correction(old: Statement, new: Statement) -> Correction:
    return Correction(
        action="revised" if new.excluded == old.excluded else "excluded" if new.excluded else "included",
        time=new.received,
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
    if old.excluded != new.excluded:
        yield "excluded"
    if old.excluded and new.excluded and old.exclusion_reason != new.exclusion_reason:
        yield "exclusion_reason"
