"""An import: rows that came together, which of them were new, and whether they were taken back again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """An import into a survey, under an id of its maker's choice; times are Unix milliseconds.

    `file`, `accepted` and `refused` are given by its caller. `new` counts the responses it recorded first, in the
    transactions that record them; `known` the rows whose response was there before, `updated` those of them whose
    properties it corrected; `withdrawn` the responses that its undoing took back. `undone_at` is when that began,
    `finished_at` when nothing was left to do, `below` how far it came.
    """

    survey: str
    id: str
    started_at: int
    by: str | None = None
    file: str | None = None
    accepted: int | None = None
    refused: int | None = None
    new: int = 0
    known: int = 0
    updated: int = 0
    withdrawn: int = 0
    undone_at: int | None = None
    finished_at: int | None = None
    below: str | None = None

    @property
    def state(self) -> str:
        """Return in a word how far it is."""
        if self.undone_at is not None:
            return "undone" if self.finished_at is not None else "undoing"
        return "recording" if self.accepted is None or self.new + self.known < self.accepted else "recorded"
