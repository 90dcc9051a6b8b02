"""The history of a response: each correction with who, when and why; never what anybody wrote."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earshot.domain.response import Response, Statement

# Newer corrections are kept; of older ones only how many there were.
MOST_KEPT = 50
RESPONDENT = "respondent"
PERSON_ERASED = "person-erased"
RETENTION = "retention"

# What is compared, in the words of the API; of comment and properties only that they changed is kept.
FIELDS = ("score", "comment", "properties", "excluded")


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: what was done in a word, at `time` (Unix milliseconds), by whom, and which fields it changed.

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

    def without(self, *names: str) -> "History":
        """Forget these fields of all corrections: reasons are people's words, scores go with an erasure."""
        nothing = dict.fromkeys(names)
        return replace(self, corrections=tuple(replace(one, **nothing) for one in self.corrections))  # type: ignore[arg-type]


NONE = History()


def history_at_first(said: "Statement") -> History:
    """Return the history of a response that is first recorded: only that it was erased before it came."""
    return _erased(NONE, said) if said.kind.state == "erased" else NONE


def history_after(old: "Response", said: "Statement") -> History:
    """Return the history of a response once a greater statement took the place of what stood.

    That an answer was completed is no correction, that a key's took the place of another is one. Who is forgotten
    leaves no reasons, what is erased no scores.
    """
    if not said.kind.is_correction:
        return old.history.with_one(_correction(old, said)) if said.replaces_final(old) else old.history
    if said.kind.state == "erased":
        return _erased(old.history, said)
    if said.kind.state == "withdrawn":
        return old.history.without("reason", "scores").with_one(Correction("withdrawn", said.received, said.by))
    if said.kind.state == "anonymised":
        return old.history.without("reason").with_one(Correction("anonymised", said.received, said.by))
    return old.history.with_one(_correction(old, said))


def _erased(history: History, said: "Statement") -> History:
    return history.without("reason", "scores").with_one(Correction("erased", said.received, said.by))


def _correction(old: "Response", said: "Statement") -> Correction:
    return Correction(
        action="revised" if said.excluded == old.statement.excluded else "excluded" if said.excluded else "included",
        time=said.received,
        by=said.by or RESPONDENT,
        changed=(
            *(name for name in FIELDS if getattr(old.statement, name) != getattr(said, name)),
            *_reworded(old, said),
        ),
        scores=(old.score, said.score) if old.score != said.score else None,
        reason=said.reason,
    )


def _reworded(old: "Response", said: "Statement") -> tuple[str, ...]:
    """Name the reason where what is excluded stays so for another one; excluding and including tell theirs anyway."""
    is_other = old.statement.excluded and said.excluded and old.statement.exclusion_reason != said.exclusion_reason
    return ("exclusion_reason",) if is_other else ()
