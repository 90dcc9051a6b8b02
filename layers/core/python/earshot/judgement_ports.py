"""What judging scores needs of the world beside `earshot.ports`."""

from typing import Protocol

from earshot.domain.judgement import Judgement


class Judgements(Protocol):
    """The days of a survey that were judged, each once and for good."""

    def latest(self, survey: str) -> Judgement | None:
        """Read the latest judgement, of whose alerts some may be missing; None if there is none."""

    def between(self, survey: str, first: str, end: str) -> list[Judgement]:
        """List the judgements of the days from `first` (inclusive) to `end` (exclusive)."""

    def put(self, judgement: Judgement) -> bool:
        """Keep a judgement with all of its alerts, or none; False if its day was judged already."""
