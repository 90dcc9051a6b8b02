"""The people who may be asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from earshot.domain.person import Asked, ErasedPerson, Person
from earshot.domain.response import Response

# Returns the key that addresses are hashed with. Only who hashes one asks for it: public functions may not read it.
HashKey = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A write to one person: `old` is the state it was based on (None: none yet), `new` the new state."""

    old: Person | None
    new: Person


@dataclass(frozen=True, slots=True)
class PersonResponse:
    """Where one response of a person is."""

    survey: str
    response: str


class LatestOf(NamedTuple):
    """A wish for a person's latest responses to a survey, at most so many."""

    person: str
    survey: str
    limit: int


class People(Protocol):
    """People, and the tombstones of erased ones."""

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read a person as they are now; without `asked` not when they were last asked, which is another item."""

    def get_many(self, person_ids: Iterable[str], *, asked: bool = True) -> Mapping[str, Person | ErasedPerson]:
        """Read many people as `get` does, by id; those that are not there are left out."""

    def erased(self, person_ids: Iterable[str], *, surely: bool = True) -> Mapping[str, ErasedPerson]:
        """Read which of many people were erased, by id; the others are left out.

        Not `surely`, one who was erased a second ago may be missing; that costs half as much.
        """

    def mailboxes(self, digests: Iterable[str]) -> Mapping[str, Asked]:
        """Read when mailboxes were last asked, each by the keyed hash of its address."""

    def sharing(self, mailbox: str) -> list[str]:
        """Return the ids of those who have an address, by its keyed hash; who came a second ago may be missing."""

    def put(self, changes: Sequence[PersonChange]) -> bool:
        """Write up to 100 people, all or none; False if one is not what it was.

        When they were asked is touched only where an address changes: the mailbox that is left says that it moved, and
        the one that is moved to gets the later time, see `moved_to`. Each of the two counts as one of the hundred.
        """

    def put_tombstone(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        """Leave a tombstone in a person's place; False if the person is not what they were.

        Its mailbox is written with it, so that a writer who read it before opens no invitation to them any more.
        """

    def delete(self, person: Person, *, with_mailbox: bool) -> bool:
        """Delete a person and their mailbox without a trace; False if they changed meanwhile."""

    def finish_erasure(self, erased: ErasedPerson) -> None:
        """Remove from a tombstone where to continue its erasure, once that is complete."""

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        """Return a page of a person's responses as they are now, and where the next begins (None: there is none)."""

    def last_response_at(self, person_id: str, mailbox: str | None) -> int | None:
        """Return when a person, or their mailbox by its keyed hash, last responded to any survey (Unix ms), if ever."""

    def responses_since(self, person_id: str, survey: str, since: int) -> list[str]:
        """Return the ids of a person's present responses to a survey, given at `since` (Unix ms) or later."""

    def has_response_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person has a response to a survey from `since` (Unix ms) on: one unit, however many."""

    def unsigned(self, mailbox: str, limit: int, after: str | None = None) -> tuple[list[PersonResponse], str | None]:
        """Return a page of the responses with an unverified address, by its keyed hash, as `responses` does."""

    def unsigned_since(self, mailbox: str, survey: str, since: int) -> list[str]:
        """Return the ids of those with an unverified address, by its keyed hash, as `responses_since` does."""

    def latest_responses(self, asked: Sequence[LatestOf]) -> list[tuple[list[str], bool]]:
        """Return for each wish the ids of the latest responses as they are now, in their order.

        And whether the person's first is surely among them. It is one call a wish, however many responses there are.
        """

    def responses_before(self, place: Response) -> Iterator[str]:
        """Return the ids of the same person's present responses to the survey that come before one, nearest first.

        Responses are in the order of when they were given, and of their ids.
        """

    def responses_after(self, place: Response) -> Iterator[str]:
        """Return the ids of those that come after one, nearest first, see `responses_before`."""


class KnownPeople(Protocol):
    """What a page may learn about a known visitor; a part of the `People` port."""

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read of a person whether they were erased and, if `asked`, when they were last asked."""

    def has_response_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person responded to a survey at a moment (Unix milliseconds) or later."""


class PeopleDirectory(Protocol):
    """All living people, by buckets of their ids' hash."""

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return ids of a bucket in order, behind `after`, and after which the next page begins (None: no more)."""


class PeopleLists(Protocol):
    """All people in two orders; a change of the last second may be missing."""

    def by_id(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return ids that begin with a text in order, behind `after`, and after which the next page begins.

        None: there is no next page. The order is that of the UTF-8 bytes.
        """

    def by_name(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return the ids of those whose name begins with a text, in the order of names, as `by_id` does."""
