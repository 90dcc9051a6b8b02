"""The limits on responses without a key, and the questions that widgets showed."""

from collections.abc import Iterable
from typing import Protocol

from earshot.domain.submission_policy import Period
from earshot.domain.widget import Question, Shown


class RateLimits(Protocol):
    """How many responses came from one source in one period."""

    def take(self, survey: str, source: str, period: Period, weight: int, most: int | None = None) -> int | None:
        """Count `weight` more and return how many they are; None if that would be more than `most`.

        `source` is the hash of a network or of a person, or a name for all of them.
        """


class ByAddress(Protocol):
    """Questions about a person whose token holds an address: public functions cannot find out who that is."""

    def ask(self, survey: str, token: str, question: Question) -> bool:
        """Return whether the person may be asked, and store what became of the question they were shown."""

    def was_shown(self, survey: str, token: str, response: str) -> bool:
        """Return whether the person was shown the question of a response while their token was good."""


class Showings(Protocol):
    """When widgets asked signed persons; it is kept under a hash of the person's id and expires."""

    def read(self, survey: str, person: str) -> Shown:
        """Return a person's showings; expired ones may be missing."""

    def note(self, survey: str, person: str, question: Question, kept: Shown, now: int, until: int) -> None:
        """Write what became of a question `now` (Unix ms), and its response's id with those that are `kept`.

        It may be dropped after `until` (Unix ms).
        """

    def delete(self, person: str, surveys: Iterable[str]) -> None:
        """Delete a person's showings in these surveys."""
