"""The funnel of each survey: what became of its invitations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from earshot.domain.funnel import Funnel
from earshot.domain.invitation_cohorts import Cohort, Count


@dataclass(frozen=True, slots=True)
class Tally:
    """What one record of the stream adds to the funnel: the event's id, its time (Unix milliseconds), the moves.

    `is_whole` is False if the item before or after could not be read: it then stands nowhere in the funnel.
    """

    event: str
    time: int
    moves: Mapping[tuple[Cohort, Count], int]
    is_whole: bool = True


class Funnels(Protocol):
    """The funnels of all surveys, each event counted once."""

    def add(self, tallies: Sequence[Tally]) -> frozenset[str] | None:
        """Count up to 50 events that together move up to 50 cohorts, all or none of them; None when done.

        Otherwise the ids of those that were counted before: without them it may be tried again. It is empty if
        nothing but another writer stood in the way. Raises BusyError if the store is away.
        """

    def read(self, survey: str) -> Funnel:
        """Return the funnel of a survey, all its cohorts together; one without rows if nobody was ever invited."""

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return what became of the first mails of each UTC day that had some, from `first` to `end` (exclusive)."""
