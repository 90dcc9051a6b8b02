"""What the services need of the world; `earshot.adapters` makes it real, the tests' fakes make it fast."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from earshot.domain.entrance import Entrance
from earshot.domain.erasing import Erasing
from earshot.domain.errors import BusyError
from earshot.domain.events import Event
from earshot.domain.imports import Import
from earshot.domain.keys import ApiKey
from earshot.domain.response import Alias, Key, Kind, Response
from earshot.domain.score import Histogram
from earshot.domain.segment_values import Source, Value
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey


@dataclass(frozen=True, slots=True)
class Change:
    """A write to one response: `old` is what it rests on (None: nothing is there yet), `new` what shall stand.

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
        withdraws = new.kind is Kind.WITHDRAWN and old is not None and old.kind is not Kind.WITHDRAWN
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
    """What a refused chunk says of one of its changes; `found` is what stands there instead of `old`."""

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
        """Give responses newest first, and the id below which the next page begins (None: there is none)."""

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


class Imports(Protocol):
    """The imports into surveys, and what became of their rows."""

    def get(self, survey: str, import_id: str) -> Import | None:
        """Read an import as it is now."""

    def of_survey(self, survey: str) -> list[Import]:
        """List a survey's imports, the newest first."""

    def declare(self, said: Import) -> Import:
        """Keep what its maker says of an import; its start and its maker stay as first said."""

    def begin_undo(self, survey: str, import_id: str, now: int) -> Import | None:
        """Stop the import from recording more; None if there is none."""

    def keep_place(self, survey: str, import_id: str, below: str) -> Import:
        """Note how far the undoing came."""

    def finish_undo(self, survey: str, import_id: str, now: int) -> Import:
        """Note that nothing of the import is left to be withdrawn."""

    def note_known(self, survey: str, import_id: str, part: str, known: int, now: int) -> None:
        """Add the known rows of a part of the import, once however often the part comes; BusyError to try again."""


class Door(Protocol):
    """What the door asks of a survey."""

    def entrance(self, survey_id: str) -> Entrance | None:
        """Return what the door must know of a survey; None if there is none."""

    def is_open(self, survey_id: str) -> bool | None:
        """Tell whether a survey takes answers; None if there is none."""


class Erasings(Protocol):
    """The erasings of many responses that have begun and are not through."""

    def get(self, survey: str, filters: str) -> Erasing | None:
        """Read how far an erasing is; None if none has begun."""

    def begin(self, erasing: Erasing) -> None:
        """Keep an erasing, in the place of one with another count."""

    def keep_place(self, erasing: Erasing) -> bool:
        """Note how far an erasing came; False if it is over, or another has begun in its place."""

    def finish(self, survey: str, filters: str) -> None:
        """Delete an erasing: nothing is left to do."""


class Surveys(Door, Protocol):
    """The surveys, and apart from them the values seen of their segments."""

    def get(self, survey_id: str) -> Survey | None:
        """Read a survey's settings as they are now, without the values of its segments."""

    def with_values(self, survey: Survey) -> Survey:
        """Return the survey with the values of its segments as they are now."""

    def list(self) -> list[Survey]:
        """List all surveys by id, without their values."""

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        """Write a survey if it still is what it `replaces`; False if someone was faster."""

    def delete(self, survey: Survey) -> bool:
        """Delete a survey that was never answered, if it still is as given; False if someone was faster."""

    def fix_zone(self, survey_id: str) -> Survey:
        """Make the survey's zone final, and return the survey with it."""

    def values(self, survey_id: str, segment: str) -> Sequence[Value]:
        """Return all that is known of the values of a segment."""

    def look_up(self, survey: Survey, wanted: Iterable[tuple[str, str]]) -> Survey:
        """Return the survey with what is known of some values (segment and name each); of others nothing is read."""

    def admit(self, survey_id: str, segment: str, names: Sequence[str], source: Source) -> Sequence[Value]:
        """Add a series for each of distinct values, unless the owner decided otherwise or there is no place.

        Gives all that is known of them then. Where their responses may stand in `(other)`, a backfill is asked for
        first and the segment is incomplete.
        """

    def propose(self, survey_id: str, segment: str, names: Sequence[str]) -> Sequence[Value]:
        """Make distinct values candidates unless they are known, as many as there may be; return what is known then."""

    def decide(self, survey: Survey, decided: Sequence[Value], now: str) -> bool:
        """Write what the owner decided about values of the survey as read; False if it changed meanwhile.

        The segments of those whose responses may have to be moved are incomplete from then on.
        """

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        """Note that the older responses of these segments are counted; False if the survey is of another revision."""


class Counts(Protocol):
    """The counts of one series by day."""

    def days(self, survey: str, series: str, first: str, end: str) -> dict[str, Histogram]:
        """Return the histogram of each day from `first` (inclusive) to `end` (exclusive) that has one."""

    def superseded(self, survey: str, series: str, first: str, end: str) -> dict[tuple[str, str], Histogram]:
        """Give those whose person answered again from `first` to `end` (exclusive), by own day and that of the next."""

    def candidates(self, survey: str, segment: str) -> Mapping[int, int]:
        """Return how many counted responses each candidate of a segment has, by its number."""

    def marks(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return what is noted of the responses of each day from `first` (inclusive) to `end` that has something."""


class Scores(Protocol):
    """The rolling scores as last computed."""

    def computed_at(self, survey: str, series: Sequence[str]) -> Mapping[str, int]:
        """Give for each series when it was last computed (Unix milliseconds)."""

    def put(self, survey: str, series: str, computed_at: int, windows: Mapping[str, Any]) -> None:
        """Keep the windows of a series, unless later ones are there."""


class Keys(Protocol):
    """The API keys, hashed."""

    def get(self, key_id: str) -> ApiKey | None:
        """Read a key."""

    def list(self) -> list[ApiKey]:
        """List all keys, the revoked ones too."""

    def put(self, key: ApiKey) -> None:
        """Keep a new key."""

    def revoke(self, key_id: str, time: str) -> bool:
        """Revoke a key for good; False if there is none."""

    def note_use(self, key_id: str, day: str) -> None:
        """Note that a key was used on a day (UTC); it never fails."""

    def last_used(self, key_ids: Iterable[str]) -> Mapping[str, str]:
        """Read on which day each key was last used; those that never were are left out."""


class SubmissionQueue(Protocol):
    """The way from the door to the recorder."""

    def send(self, submissions: Iterable[Submission], delay: int = 0) -> None:
        """Queue submissions, all of them or raise BusyError; `delay` in seconds."""


class TaskQueue(Protocol):
    """A queue of work that one of our functions leaves for another, or for its own next turn."""

    def send(self, tasks: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        """Queue tasks, all of them or raise BusyError; `delay` in seconds."""


class UnsentError(BusyError):
    """Some events did not go out yet (`unsent`, to be tried again); `refused` names those that never will."""

    def __init__(self, unsent: Sequence[Event], refused: Sequence[Event]) -> None:
        super().__init__(f"{len(unsent)} events could not be sent yet")
        self.unsent, self.refused = list(unsent), list(refused)


class Bus(Protocol):
    """The event bus."""

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Announce events; give back those the bus will never take. Raises UnsentError if any did not go out yet."""


class Crm(Protocol):
    """The system that wants to know of unhappy customers."""

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        """Post a payload under an idempotency key; BusyError unless it was taken."""
