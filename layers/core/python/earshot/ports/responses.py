"""The responses: recorded and counted, read, imported and erased."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from earshot.domain.bulk_erasure import BulkErasure
from earshot.domain.imports import Import
from earshot.domain.response import Alias, Key, Response
from earshot.domain.statement import StatementKind


@dataclass(frozen=True, slots=True)
class Change:
    """A write to one response: `old` is the state it was based on (None: none yet), `new` the new state.

    `updated_by` is the import that corrects it, if one does.
    """

    old: Response | None
    new: Response
    updated_by: str | None = None

    @property
    def alias(self) -> Alias | None:
        """Return the alias that a first write under another id must leave behind."""
        if self.old is not None or self.new.sent_id is None:
            return None
        return Alias(self.new.survey, self.new.sent_id, self.new.id)


NEW, UPDATED, WITHDRAWN = "new", "updated", "withdrawn"
# What an import does itself, and may do no more once it is undone.
OWN = (NEW, UPDATED)


def own_of(change: Change) -> Key | None:
    """Return the survey and id of the import that records or corrects in a change; None if there is none."""
    made_by = change.updated_by or (change.new.import_id if change.old is None else None)
    return None if made_by is None else (change.new.survey, made_by)


def import_sums(changes: Iterable[Change]) -> dict[Key, dict[str, int]]:
    """Return what changes add to the figures of imports: what they record first or correct, and what is withdrawn."""
    sums: dict[Key, dict[str, int]] = {}
    for change in changes:
        old, new = change.old, change.new
        withdraws = new.kind is StatementKind.WITHDRAWN and old is not None and old.kind is not StatementKind.WITHDRAWN
        added = [(own_of(change), UPDATED if change.updated_by else NEW)]
        added += [((new.survey, new.import_id), WITHDRAWN)] if withdraws and new.import_id is not None else []
        for key, name in added:
            if key is not None:
                own = sums.setdefault(key, {})
                own[name] = own.get(name, 0) + 1
    return sums


class Verdict(Enum):
    """Why one change of a refused chunk was refused."""

    UNHARMED = "its neighbours were the reason"
    BUSY = "someone else was writing, or the table is throttled"
    STALE = "something else stands there already"
    UNDONE = "the import it belongs to was undone"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change of a refused chunk was refused; `found` is the present state instead of `old`."""

    verdict: Verdict
    found: Response | Alias | None = None


class InvalidChunkError(Exception):
    """The store will never take this chunk as it is; a part of it may be fine."""


class Ledger(Protocol):
    """Responses and their counts, written together or not at all."""

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        """Write all changes and their counts in one transaction; None when done, else a refusal for each change.

        Raises InvalidChunkError if a retry is useless, BusyError if the store is away.
        """

    def find(self, survey: str, response_id: str) -> Response | None:
        """Read a response as it is now, following an alias."""

    def find_many(self, wanted: Iterable[Key]) -> Mapping[Key, Response]:
        """Read distinct responses as `find` does; those that are not there are left out. BusyError if not all came."""


class Responses(Protocol):
    """Reading many responses."""

    def page(self, survey: str, query: "ResponseQuery") -> tuple[list[Response], str | None]:
        """Return responses newest first, and the id below which the next page begins (None: there is none)."""

    def count(self, survey: str, query: "ResponseQuery", has_time: Callable[[], bool]) -> int | None:
        """Count all that a query finds, whatever its limit; None if there was no time to count them."""


@dataclass(frozen=True, slots=True)
class ResponseQuery:
    """Which responses, and how many at most; days are half-open, `below` is where the last page ended.

    `excluded` and `has_comment` ask for those only, or (False) for none of them; None makes no difference.
    `import_id` asks for those that an import first recorded.
    """

    limit: int
    below: str | None = None
    min_score: int | None = None
    max_score: int | None = None
    first_day: str | None = None
    end_day: str | None = None
    segment: tuple[str, str] | None = None
    newest: int | None = None
    oldest: int | None = None
    excluded: bool | None = None
    has_comment: bool | None = None
    person: str | None = None
    import_id: str | None = None


class Recorded(Protocol):
    """What a page may see of a response: when it was received (Unix ms), what it says, and its comment's score."""

    @property
    def received(self) -> int:
        """Return when the winning statement was received."""

    @property
    def score(self) -> int | None:
        """Return the current score."""

    @property
    def comment(self) -> str | None:
        """Return the current comment."""

    @property
    def comment_score(self) -> int | None:
        """Return the score the comment was written with, where the score was changed since."""


class RecordedResponses(Protocol):
    """The responses, as far as a page may see them; the `Ledger` port knows all of them."""

    def find(self, survey: str, response_id: str) -> Recorded | None:
        """Read a response as it is now."""


class Imports(Protocol):
    """The imports into surveys, and what became of their rows."""

    def get(self, survey: str, import_id: str) -> Import | None:
        """Read an import as it is now."""

    def of_survey(self, survey: str) -> list[Import]:
        """Return a survey's imports, the newest first."""

    def declare(self, declared: Import) -> Import:
        """Store what its maker declares of an import; its start and its maker stay as first declared."""

    def begin_undo(self, survey: str, import_id: str, now: int) -> Import | None:
        """Stop the import from recording more; None if there is none."""

    def keep_place(self, survey: str, import_id: str, below: str) -> Import:
        """Store how far the undoing came."""

    def finish_undo(self, survey: str, import_id: str, now: int) -> Import:
        """Store that nothing of the import is left to be withdrawn."""

    def note_known(self, survey: str, import_id: str, part: str, known: int, now: int) -> None:
        """Add the known rows of a part of the import, once however often the part comes; BusyError to try again."""


class BulkErasures(Protocol):
    """The erasures of many responses that have begun and are not complete."""

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        """Read how far an erasure is; None if none has begun."""

    def begin(self, erasing: BulkErasure) -> None:
        """Store an erasure, in the place of one with another count."""

    def keep_place(self, erasing: BulkErasure) -> bool:
        """Store how far an erasure came; False if it is over, or another has begun in its place."""

    def finish(self, survey: str, filters: str) -> None:
        """Delete an erasure: nothing is left to do."""
