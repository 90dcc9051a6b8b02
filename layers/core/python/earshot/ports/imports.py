"""The imports of responses into surveys."""

from typing import Protocol

from earshot.domain.imports import Import


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
