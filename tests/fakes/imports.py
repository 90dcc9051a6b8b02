"""Imports in memory; the fake ledger adds to them."""

from dataclasses import replace

from earshot.domain.imports import Import
from tests.fakes.ledger import InMemoryLedger


class InMemoryImports:
    """The `Imports` port over the dictionary in which a ledger keeps their figures."""

    def __init__(self, ledger: InMemoryLedger) -> None:
        self.items = ledger.imports
        self.parts: set[tuple[str, str, str]] = set()

    def get(self, survey: str, import_id: str) -> Import | None:
        return self.items.get((survey, import_id))

    def of_survey(self, survey: str) -> list[Import]:
        found = [one for (owner, _), one in self.items.items() if owner == survey]
        return sorted(found, key=lambda one: (one.started_at, one.id), reverse=True)

    def declare(self, declared: Import) -> Import:
        old = self.items.get((declared.survey, declared.id), declared)
        found = {
            name: value for name in ("file", "accepted", "refused") if (value := getattr(declared, name)) is not None
        }
        return self._put(replace(old, **found))

    def begin_undo(self, survey: str, import_id: str, now: int) -> Import | None:
        old = self.get(survey, import_id)
        return (
            None if old is None else self._put(replace(old, undone_at=now if old.undone_at is None else old.undone_at))
        )

    def keep_place(self, survey: str, import_id: str, below: str) -> Import:
        return self._put(replace(self.items[survey, import_id], below=below))

    def finish_undo(self, survey: str, import_id: str, now: int) -> Import:
        old = self.items[survey, import_id]
        return self._put(replace(old, below=None, finished_at=now if old.finished_at is None else old.finished_at))

    def note_known(self, survey: str, import_id: str, part: str, known: int, now: int) -> None:  # noqa: ARG002
        if (survey, import_id, part) in self.parts:
            return
        self.parts.add((survey, import_id, part))
        old = self.items[survey, import_id]
        self._put(replace(old, known=old.known + known))

    def _put(self, one: Import) -> Import:
        self.items[one.survey, one.id] = one
        return one
