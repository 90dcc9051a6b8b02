"""The ledger: responses and their counts, written together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol

from earshot.domain.counting import Movement, movement
from earshot.domain.response import Alias, Key, Response
from earshot.domain.statement import StatementKind


@dataclass(frozen=True)
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

    @cached_property
    def movement(self) -> Movement:
        """Return what it adds to the counts; who cuts changes into transactions asks for it, and who writes them."""
        return movement(self.old, self.new)


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

    def find_many(self, wanted: Iterable[Key], *, surely: bool = True) -> Mapping[Key, Response]:
        """Read distinct responses as `find` does; those that are not there are left out. BusyError if not all came.

        Not `surely`, they are as they were a second ago; that costs half as much.
        """
