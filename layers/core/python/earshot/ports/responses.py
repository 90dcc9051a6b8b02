"""The responses as they are read: many by a query, or one as far as a page may see it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from earshot.domain.response import Key, Response


class Responses(Protocol):
    """Reading many responses."""

    def page(self, survey: str, query: "ResponseQuery") -> tuple[list[Response], str | None]:
        """Return responses in the order of a query, and the id behind which the next page begins (None: none does)."""

    def count(self, survey: str, query: "ResponseQuery", has_time: Callable[[], bool]) -> int | None:
        """Count all that a query finds, whatever its limit; None if there was no time to count them."""


@dataclass(frozen=True, slots=True)
class ResponseQuery:
    """Which responses, and how many at most; days are half-open, `below` is where the last page ended.

    They come newest first, or `is_oldest_first`: then `below` is the id above which the next page begins.
    `excluded` and `has_comment` ask for those only, or (False) for none of them; None makes no difference.
    `import_id` asks for those that an import first recorded. With a `depth` only so many of each of the four partitions
    are looked at, as they were a second ago: enough for the newest few, for a few read units.
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
    depth: int | None = None
    is_oldest_first: bool = False


class StoredResponses(Protocol):
    """Responses as they are stored."""

    def find(self, survey: str, response_id: str) -> Response | None:
        """Read a response as it is now, following an alias."""

    def find_many(self, wanted: Iterable[Key], *, surely: bool = True) -> Mapping[Key, Response]:
        """Read distinct responses as they are now, following aliases; those that there are.

        Not `surely`, they are as they were a second ago; that costs half as much.
        """


class Recorded(Protocol):
    """What a page may see of a response: when it was received (Unix ms), what it says, and its comment's score."""

    @property
    def received_at(self) -> int:
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

    @property
    def contact_requested(self) -> bool:
        """Return whether the respondent wants to be contacted."""


class RecordedResponses(Protocol):
    """The responses, as far as a page may see them; the `Ledger` port knows all of them."""

    def find(self, survey: str, response_id: str) -> Recorded | None:
        """Read a response as it is now."""
