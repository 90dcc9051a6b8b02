"""The stores of a run: the fakes that share the contract suite with the adapters, or the adapters over the engine."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from zlib import crc32

from earshot.domain.invitation import DUE_SHARDS, Invitation, InvitationState
from earshot.domain.person_id import bucket_of
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot.ports.people import LatestOf, PersonChange, PersonResponse
from tests.fakes.campaigns import InMemoryCampaigns, InMemoryDirectory
from tests.fakes.feedback import InMemoryFeedback
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.mailing import InMemoryBudgets, InMemorySendingPauses
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.surveys import InMemorySurveys


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that the services store things in; `recount` returns whether the counts equal a recount."""

    surveys: Any
    people: Any
    suppressions: Any
    invitations: Any
    feedback: Any
    budgets: Any
    pauses: Any
    campaigns: Any
    directory: Any
    ledger: Any
    recount: Callable[[], bool]

    def but(self, **others: Any) -> "Ports":
        """Return the ports with some in another's place."""
        return replace(self, **others)


Made = Callable[[Mapping[str, Survey]], Ports]


class Kept(dict[tuple[str, str], Invitation]):
    """Invitations, with an index of those due in a shard and of those of a person."""

    def __init__(self) -> None:
        super().__init__()
        self.due: list[list[tuple[int, str, str]]] = [[] for _ in range(DUE_SHARDS)]
        self.of: dict[str, list[tuple[str, str]]] = defaultdict(list)

    def __setitem__(self, key: tuple[str, str], new: Invitation) -> None:
        old = self.get(key)
        if old is None:
            self.of[key[0]].append(key)
        shard = self.due[crc32(key[1].encode()) % DUE_SHARDS]
        if old is not None and old.state is InvitationState.SCHEDULED:
            shard.remove((old.due_at, old.id, old.person))
        if new.state is InvitationState.SCHEDULED:
            insort(shard, (new.due_at, new.id, new.person))
        super().__setitem__(key, new)

    def setdefault(self, key: tuple[str, str], default: Invitation) -> Invitation:
        """Keep it unless something is there, as the fakes do."""
        if key not in self:
            self[key] = default
        return self[key]


class ManyInvitations(InMemoryInvitations):
    """The fake for tens of thousands: it asks itself, with no more in front of it than may matter."""

    def __init__(self, people: InMemoryPeople) -> None:
        super().__init__(people)
        self.many = Kept()
        self.kept = self.many

    def of_person(self, person: str) -> list[Invitation]:
        """List them with that person's in front of it."""
        return self._among(self.many.of[person]).of_person(person)

    def due(self, shard: int, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Return the due ones with those in front of it."""
        waiting = self.many.due[shard]
        now_due = waiting[: bisect_right(waiting, (now + 1,))]
        if not now_due:
            return [], None
        return self._among([(person, name) for _, name, person in now_due]).due(shard, now, limit, after)

    def _among(self, names: list[tuple[str, str]]) -> InMemoryInvitations:
        few = InMemoryInvitations(self.people)
        few.kept = {name: self.many[name] for name in names}
        return few


class Pointers(set[tuple[str, str, int, str]]):
    """The pointers from people to their responses, by person."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, set[tuple[str, str, int, str]]] = defaultdict(set)

    def add(self, pointer: tuple[str, str, int, str]) -> None:
        """Keep a pointer."""
        super().add(pointer)
        self.of[pointer[0]].add(pointer)

    def discard(self, pointer: Any) -> None:
        """Delete a pointer."""
        super().discard(pointer)
        self.of[pointer[0]].discard(pointer)


class ManyPeople(InMemoryPeople):
    """The fake for tens of thousands; of their responses it looks at one person's."""

    def __init__(self, ledger: InMemoryLedger) -> None:
        super().__init__(ledger)
        self.pointers = ledger.pointers = Pointers()
        self.with_mailbox: dict[str, set[str]] = defaultdict(set)

    def put(self, changes: Sequence[PersonChange]) -> bool:
        """Write people, and note who may have a mailbox."""
        for new in (change.new for change in changes):
            self.with_mailbox[new.mailbox or ""].add(new.id)
        return super().put(changes)

    def sharing(self, mailbox: str) -> list[str]:
        """Return which of the people who may have a mailbox do have it."""
        few = InMemoryPeople()
        few.kept = {name: self.kept[name] for name in self.with_mailbox[mailbox] if name in self.kept}
        few.before = self.before
        return few.sharing(mailbox)

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        """Return them with that person's in front of it."""
        return self._with_pointers_of(person_id).responses(person_id, limit, after)

    def responses_since(self, person_id: str, survey: str, since: int) -> list[str]:
        """Look for responses with that person's in front of it."""
        few: Any = self._with_pointers_of(person_id)
        found: list[str] = few.responses_since(person_id, survey, since)
        return found

    def latest_responses(self, asked: Sequence[LatestOf]) -> list[tuple[list[str], bool]]:
        """Look for the latest responses of each with that person's in front of it."""
        return [found for of in asked for found in self._with_pointers_of(of.person).latest_responses([of])]

    def responses_before(self, place: Response) -> Iterator[str]:
        """Look for responses before one with that person's in front of it."""
        return self._with_pointers_of(place.person or "").responses_before(place)

    def responses_after(self, place: Response) -> Iterator[str]:
        """Look for responses after one with that person's in front of it."""
        return self._with_pointers_of(place.person or "").responses_after(place)

    def _with_pointers_of(self, person_id: str) -> InMemoryPeople:
        ledger = InMemoryLedger()
        ledger.pointers = self.pointers.of[person_id]
        few = InMemoryPeople(ledger)
        few.kept, few.boxes = self.kept, self.boxes
        return few


class ManyInBuckets(InMemoryDirectory):
    """The fake directory for tens of thousands; it looks at one bucket."""

    def __init__(self, people: InMemoryPeople) -> None:
        super().__init__(people)
        self._buckets: dict[int, list[str]] = defaultdict(list)
        self._known = 0

    def page(self, bucket: int, limit: int, after: str = "") -> tuple[list[str], str | None]:
        """Return a page with that bucket's people in front of it."""
        # A person who was put stays, as a tombstone at least: only the newest are not in a bucket yet.
        for name in islice(self.people.kept, self._known, None):
            self._buckets[bucket_of(name)].append(name)
        self._known = len(self.people.kept)
        few = InMemoryPeople()
        few.kept = {name: self.people.kept[name] for name in self._buckets[bucket]}
        return InMemoryDirectory(few).page(bucket, limit, after)


def in_process(surveys: Mapping[str, Survey]) -> Ports:
    """Make the stores of a run inside this process."""
    ledger = InMemoryLedger()
    people = ManyPeople(ledger)
    invitations = ManyInvitations(people)
    # What the fake remembers of each write is of use to a test of ten, and a hindrance here.
    ledger.history = ledger.commits = Forgetful()
    return Ports(
        surveys=InMemorySurveys(*surveys.values()),
        people=people,
        suppressions=InMemorySuppressions(),
        invitations=invitations,
        feedback=InMemoryFeedback(invitations),
        budgets=InMemoryBudgets(),
        pauses=InMemorySendingPauses(),
        campaigns=InMemoryCampaigns(),
        directory=ManyInBuckets(people),
        ledger=ledger,
        recount=lambda: ledger.counted() == ledger.recount(),
    )


class Forgetful(list[Any]):
    """A list that keeps nothing."""

    def append(self, item: Any) -> None:
        """Delete it."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())
