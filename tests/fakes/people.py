"""People, their responses, and who may not be written to, in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from earshot.domain.keyed_hash import folded
from earshot.domain.people_search import name_key, name_order
from earshot.domain.person import Asked, ErasedPerson, Person, asked_of, later
from earshot.domain.response import Response
from earshot.domain.suppression import not_replaced_by
from earshot.ports.people import LatestOf, PersonChange, PersonResponse
from earshot.ports.suppressions import Suppression
from tests.fakes.ledger import InMemoryLedger


class InMemoryPeople:
    """People in a dictionary; their responses are the pointers of a ledger."""

    def __init__(self, ledger: InMemoryLedger | None = None) -> None:
        self.kept: dict[str, Person | ErasedPerson] = {}
        self.boxes: dict[str, Asked] = {}
        self.ledger = ledger or InMemoryLedger()
        # Whether a look that need not be sure misses that a person was erased.
        self.is_missed: Callable[[str], bool] = lambda _: False
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        self.before("get")
        found = self.kept.get(person_id)
        return self._with_asked(found) if asked and isinstance(found, Person) else found

    def get_many(self, person_ids: Iterable[str], *, asked: bool = True) -> Mapping[str, Person | ErasedPerson]:
        self.before("get_many")
        found = {name: self.kept[name] for name in person_ids if name in self.kept}
        if not asked:
            return found
        return {name: self._with_asked(who) if isinstance(who, Person) else who for name, who in found.items()}

    def erased(self, person_ids: Iterable[str], *, surely: bool = True) -> Mapping[str, ErasedPerson]:
        self.before("erased")
        found = {name: self.kept.get(name) for name in person_ids if surely or not self.is_missed(name)}
        return {name: who for name, who in found.items() if isinstance(who, ErasedPerson)}

    def mailboxes(self, digests: Iterable[str]) -> Mapping[str, Asked]:
        self.before("mailboxes")
        return {digest: self.boxes.get(digest, Asked()) for digest in digests}

    def sharing(self, mailbox: str) -> list[str]:
        self.before("sharing")
        return sorted(who.id for who in self.kept.values() if isinstance(who, Person) and who.mailbox == mailbox)

    def put(self, changes: Sequence[PersonChange]) -> bool:
        self.before("put")
        if any(self._revision(change.new.id) != (change.old and change.old.revision) for change in changes):
            return False
        boxes = self._boxes_after(changes)
        if boxes is None:
            return False
        self.boxes |= boxes
        for new in (change.new for change in changes):
            old = self.kept.get(new.id)
            if not isinstance(old, Person) or old.mailbox == new.mailbox:
                own = (old.last_invited_at, old.last_invitation) if isinstance(old, Person) else (None, None)
            else:
                own = (new.last_invited_at, new.last_invitation) if new.mailbox is None else (None, None)
            self.kept[new.id] = replace(new, last_invited_at=own[0], last_invitation=own[1], asked_revision=0)
        self.after("put")
        return True

    def put_tombstone(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        self.before("put_tombstone")
        if self._revision(erased.id) != (replaces and replaces.revision):
            return False
        if erased.mailbox is not None:
            left = self.boxes.get(erased.mailbox, Asked())
            self.boxes[erased.mailbox] = Asked(left.last_invited_at, None, left.revision + 1, erased.subtract)
        self.kept[erased.id] = erased
        self.after("put_tombstone")
        return True

    def delete(self, person: Person, *, with_mailbox: bool) -> bool:
        self.before("delete")
        box = self.boxes.get(person.mailbox or "", Asked())
        if self._revision(person.id) != person.revision or (with_mailbox and box.revision != person.asked_revision):
            return False
        del self.kept[person.id]
        if with_mailbox:
            self.boxes.pop(person.mailbox or "", None)
        self.after("delete")
        return True

    def finish_erasure(self, erased: ErasedPerson) -> None:
        self.before("finish_erasure")
        self.kept[erased.id] = replace(erased, mailbox=None, made=())
        self.after("finish_erasure")

    def ask(self, old: Person, asked: Asked) -> bool:
        """Note when somebody was asked, if they and their mailbox are what they were."""
        known = self.kept.get(old.id)
        if not isinstance(known, Person) or known.mailbox != old.mailbox:
            return False
        if old.mailbox is not None:
            if self.boxes.get(old.mailbox, Asked()).revision != old.asked_revision:
                return False
            self.boxes[old.mailbox] = replace(asked, revision=old.asked_revision + 1)
            return True
        if known.revision != old.revision:
            return False
        self.kept[old.id] = replace(
            known,
            last_invited_at=asked.last_invited_at,
            last_invitation=asked.last_invitation,
            revision=known.revision + 1,
        )
        return True

    def ask_no_more(self, invitation: str, mailbox: str | None, person: str, before: int | None) -> None:
        """Restore a mailbox, or a person without one, to before the invitation that asked them last."""
        known = self.kept.get(person)
        box = self.boxes.get(mailbox or "")
        if mailbox is not None and box is not None and box.last_invitation == invitation:
            self.boxes[mailbox] = Asked(before, None, box.revision + 1)
        elif mailbox is None and isinstance(known, Person) and known.last_invitation == invitation:
            self.kept[person] = replace(
                known, last_invited_at=before, last_invitation=None, revision=known.revision + 1
            )

    def clear_last_invitation(self, invitation: str) -> None:
        """Remove from mailboxes that an invitation asked it last."""
        for mailbox, box in self.boxes.items():
            if box.last_invitation == invitation:
                self.boxes[mailbox] = replace(box, last_invitation=None, revision=box.revision + 1)

    def _with_asked(self, person: Person) -> Person:
        # A test may put a person who was asked straight into the dictionary.
        box = self.boxes.get(person.mailbox or "")
        if box is None:
            return person
        return replace(
            person,
            last_invited_at=box.last_invited_at,
            last_invitation=box.last_invitation,
            asked_revision=box.revision,
        )

    def _boxes_after(self, changes: Sequence[PersonChange]) -> dict[str, Asked] | None:
        """Return the mailboxes that people left or moved to; None if one is not as it was read."""
        moved: dict[str, Asked] = {}
        for old, new in ((change.old, change.new) for change in changes):
            if old is None or old.mailbox == new.mailbox:
                continue
            if old.mailbox is not None:
                left = self.boxes.get(old.mailbox, Asked())
                if left.revision != old.asked_revision:
                    return None
                moved.setdefault(old.mailbox, replace(left, revision=left.revision + 1))
            if new.mailbox is not None and old.last_invited_at is not None:
                there = self.boxes.get(new.mailbox, Asked())
                if there.revision != new.asked_revision:
                    return None
                both = later(asked_of(new), moved.get(new.mailbox, there))
                moved[new.mailbox] = replace(both, revision=there.revision + 1)
        return moved

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        self.before("responses")
        mine = sorted(
            (f"R#{survey}#{responded:014d}#{response}", survey, response)
            for person, survey, responded, response in self.ledger.pointers
            if person == person_id
        )
        left = [row for row in mine if after is None or row[0] > after]
        page = [PersonResponse(survey, response) for _, survey, response in left[:limit]]
        return page, left[limit - 1][0] if len(left) > limit else None

    def last_response_at(self, person_id: str, mailbox: str | None) -> int | None:
        self.before("last_response_at")
        names = {person_id, f"mailbox {mailbox}"}
        return max((responded for name, _, responded, _ in self.ledger.pointers if name in names), default=None)

    def responses_since(self, person_id: str, survey: str, since: int) -> list[str]:
        self.before("responses_since")
        found = sorted(pointer for pointer in self.ledger.pointers if pointer[:2] == (person_id, survey))
        return [response for _, _, responded, response in found if responded >= since]

    def has_response_since(self, person_id: str, survey: str, since: int) -> bool:
        return self.responses_since(person_id, survey, since) != []

    def unsigned(self, mailbox: str, limit: int, after: str | None = None) -> tuple[list[PersonResponse], str | None]:
        return self.responses(f"mailbox {mailbox}", limit, after)

    def unsigned_since(self, mailbox: str, survey: str, since: int) -> list[str]:
        return self.responses_since(f"mailbox {mailbox}", survey, since)

    def latest_responses(self, asked: Sequence[LatestOf]) -> list[tuple[list[str], bool]]:
        return [self._latest(of) for of in asked]

    def _latest(self, of: LatestOf) -> tuple[list[str], bool]:
        self.before("latest_responses")
        mine = sorted(pointer[2:] for pointer in self.ledger.pointers if pointer[:2] == (of.person, of.survey))
        return [response for _, response in mine[-of.limit :]], len(mine) < of.limit

    def responses_before(self, place: Response) -> Iterator[str]:
        self.before("responses_before")
        yield from (
            response for order, response in reversed(self._responses(place)) if order < (place.responded_at, place.id)
        )

    def responses_after(self, place: Response) -> Iterator[str]:
        self.before("responses_after")
        yield from (response for order, response in self._responses(place) if order > (place.responded_at, place.id))

    def _responses(self, place: Response) -> list[tuple[tuple[int, str], str]]:
        whose = (place.person, place.survey)
        mine = (pointer for pointer in self.ledger.pointers if pointer[:2] == whose)
        return sorted(((responded, response), response) for _, _, responded, response in mine)

    def _revision(self, person_id: str) -> int | None:
        return self.kept[person_id].revision if person_id in self.kept else None


class InMemoryPeopleLists:
    """The people of a dictionary in two orders."""

    def __init__(self, people: InMemoryPeople) -> None:
        self.people = people

    def by_id(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        return self._page([(who.id, who.id) for who in self._living()], prefix, limit, after)

    def by_name(self, prefix: str, limit: int, after: str = "") -> tuple[list[str], str | None]:
        named = [(order, who.id) for who in self._living() if (order := name_order(who))]
        return self._page(named, name_key(prefix), limit, after)

    def _living(self) -> list[Person]:
        return [who for who in self.people.kept.values() if isinstance(who, Person)]

    def _page(
        self, entries: list[tuple[str, str]], prefix: str, limit: int, after: str
    ) -> tuple[list[str], str | None]:
        fitting = [entry for entry in entries if entry[0].startswith(prefix) and entry[0].encode() > after.encode()]
        fitting.sort(key=lambda entry: entry[0].encode())
        return [who for _, who in fitting[:limit]], fitting[limit - 1][0] if len(fitting) > limit else None


class InMemorySuppressions:
    """Suppressions in a dictionary, by the folded address."""

    def __init__(self) -> None:
        self.kept: dict[str, Suppression] = {}
        self.undoable: dict[str, Suppression | None] = {}
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

    def unsubscribe(self, digest: str, time: int) -> Suppression:
        self.before("suppress")
        kept_as = digest.removeprefix("hash of ")
        known = self.kept.get(kept_as)
        if self._add(kept_as, "unsubscribed", time):
            self.undoable[kept_as] = known
        return self.kept[kept_as]

    def suppression_of(self, digest: str) -> Suppression | None:
        return self.kept.get(digest.removeprefix("hash of "))

    def undo_unsubscribe(self, digest: str, since: int) -> bool:
        kept_as = digest.removeprefix("hash of ")
        known = self.kept.get(kept_as)
        if known is None or known.reason != "unsubscribed" or known.time < since:
            return False
        before = self.undoable.get(kept_as)
        del self.kept[kept_as]
        if before is not None:
            self.kept[kept_as] = before
        return True

    def lift(self, address: str) -> bool:
        self.before("lift")
        if self.is_suppressed(address) == "erased":
            return False
        self.kept.pop(folded(address), None)
        self.after("lift")
        return True
