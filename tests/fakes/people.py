"""People, what they answered, and whom nobody may write to, in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from earshot.domain.keyed_hash import folded
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.domain.suppression import not_replaced_by
from earshot.people_ports import PersonChange, PersonResponse, Suppression
from tests.fakes.ledger import InMemoryLedger


class InMemoryPeople:
    """People in a dictionary; their responses are the pointers of a ledger."""

    def __init__(self, ledger: InMemoryLedger | None = None) -> None:
        self.kept: dict[str, Person | ErasedPerson] = {}
        self.ledger = ledger or InMemoryLedger()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def get(self, person_id: str) -> Person | ErasedPerson | None:
        self.before("get")
        return self.kept.get(person_id)

    def get_many(self, person_ids: Iterable[str]) -> Mapping[str, Person | ErasedPerson]:
        self.before("get_many")
        return {name: self.kept[name] for name in person_ids if name in self.kept}

    def put(self, changes: Sequence[PersonChange]) -> bool:
        self.before("put")
        if any(self._revision(change.new.id) != (change.old and change.old.revision) for change in changes):
            return False
        for new in (change.new for change in changes):
            old = self.kept.get(new.id)
            asked = (old.last_asked, old.asked_by) if isinstance(old, Person) else (None, None)
            self.kept[new.id] = replace(new, last_asked=asked[0], asked_by=asked[1])
        self.after("put")
        return True

    def bury(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        self.before("bury")
        if self._revision(erased.id) != (replaces and replaces.revision):
            return False
        self.kept[erased.id] = erased
        self.after("bury")
        return True

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        self.before("responses")
        mine = sorted(
            (f"R#{survey}#{answered:014d}#{response}", survey, response)
            for person, survey, answered, response in self.ledger.pointers
            if person == person_id
        )
        left = [row for row in mine if after is None or row[0] > after]
        page = [PersonResponse(survey, response) for _, survey, response in left[:limit]]
        return page, left[limit - 1][0] if len(left) > limit else None

    def answered_since(self, person_id: str, survey: str, since: int) -> list[str]:
        self.before("answered_since")
        found = sorted(pointer for pointer in self.ledger.pointers if pointer[:2] == (person_id, survey))
        return [response for _, _, answered, response in found if answered >= since]

    def answered_latest(self, person_id: str, survey: str, limit: int) -> tuple[list[str], bool]:
        self.before("answered_latest")
        mine = sorted(pointer[2:] for pointer in self.ledger.pointers if pointer[:2] == (person_id, survey))
        return [answer for _, answer in mine[-limit:]], len(mine) < limit

    def answered_before(self, place: Response) -> Iterator[str]:
        self.before("answered_before")
        yield from (answer for order, answer in reversed(self._answers(place)) if order < (place.answered, place.id))

    def answered_after(self, place: Response) -> Iterator[str]:
        self.before("answered_after")
        yield from (answer for order, answer in self._answers(place) if order > (place.answered, place.id))

    def _answers(self, place: Response) -> list[tuple[tuple[int, str], str]]:
        whose = (place.person, place.survey)
        mine = (pointer for pointer in self.ledger.pointers if pointer[:2] == whose)
        return sorted(((answered, answer), answer) for _, _, answered, answer in mine)

    def _revision(self, person_id: str) -> int | None:
        return self.kept[person_id].revision if person_id in self.kept else None


class InMemorySuppressions:
    """Suppressions in a dictionary, by the folded address."""

    def __init__(self) -> None:
        self.kept: dict[str, Suppression] = {}
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def is_suppressed(self, address: str) -> str | None:
        found = self.find([address]).get(address)
        return found.reason if found else None

    def find(self, addresses: Iterable[str]) -> Mapping[str, Suppression]:
        return {address: self.kept[folded(address)] for address in addresses if folded(address) in self.kept}

    def add(self, address: str, reason: str, time: int) -> bool:
        self.before("suppress")
        return self._add(folded(address), reason, time)

    def hash_of(self, address: str) -> str:
        return f"hash of {folded(address)}"

    def add_hash(self, digest: str, reason: str, time: int) -> bool:
        self.before("suppress")
        return self._add(digest.removeprefix("hash of "), reason, time)

    def _add(self, kept_as: str, reason: str, time: int) -> bool:
        known = self.kept.get(kept_as)
        if known is not None and known.reason in not_replaced_by(reason):
            return False
        self.kept[kept_as] = Suppression(reason, time)
        self.after("suppress")
        return True

    def lift(self, address: str) -> bool:
        self.before("lift")
        if self.is_suppressed(address) == "erased":
            return False
        self.kept.pop(folded(address), None)
        self.after("lift")
        return True
