"""What each write to a response announces, and what the response remembers of it so that it can be announced again."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earshot.domain.response import Response

RECORDED = "ResponseRecorded"
REVISED = "ResponseRevised"
ERASED = "ResponseErased"
IDENTIFIED = "DetractorIdentified"
RESPONSE_TYPES = (RECORDED, REVISED, ERASED, IDENTIFIED)


@dataclass(frozen=True, slots=True)
class Previous:
    """What stood before a write: its revision and its score, 0 to 10."""

    revision: int
    score: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """The last write of a response that was announced: its revision, as what, and what stood before it."""

    revision: int
    detail_type: str
    previous: Previous | None = None


def announced_by(old: "Response | None", new: "Response") -> tuple[str, ...]:
    """Name the detail-types a write announces; none if no statement changed or history was imported quietly."""
    if not new.announce or (old is not None and old.order == new.order):
        return ()
    if not new.counts:
        return (ERASED,) if old is not None and old.counts else ()
    # What was withdrawn and is answered again has nothing before it that events could tell.
    first = REVISED if previous_of(old) else RECORDED
    newly = is_detractor(new) and not (old is not None and old.announce and is_detractor(old))
    return (first, IDENTIFIED) if newly else (first,)


def remembering(old: "Response | None", new: "Response") -> "Response":
    """Give a new response that remembers what this write announces; writes that announce nothing keep the memory."""
    said = announced_by(old, new)
    last, identified = (old.announced, old.identified) if old is not None else (None, None)
    if said:
        last = Announcement(new.revision, said[0], previous_of(old))
    if IDENTIFIED in said:
        identified = new.revision
    return replace(new, announced=last, identified=identified if is_detractor(new) else None)


def usual(response: "Response") -> tuple[Announcement | None, int | None]:
    """Give what a response remembers that was announced when it was first recorded, and not since."""
    if not response.announce or not response.counts:
        return None, None
    return Announcement(1, RECORDED), 1 if is_detractor(response) else None


def previous_of(old: "Response | None") -> Previous | None:
    """Give what events tell of the response as it stood before; nothing of one that did not count."""
    return Previous(old.revision, old.score) if old is not None and old.counts and old.score is not None else None


def is_detractor(response: "Response") -> bool:
    """Tell whether a response counts as a detractor's."""
    return response.counts and response.score is not None and response.score <= 6
