"""People in DynamoDB: one item each, and pointers from it to their responses."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import (
    ABSENT,
    Item,
    Query,
    TableAdapter,
    Write,
    delete,
    filled,
    put,
    setting,
    update,
)
from earshot.domain.people_search import name_order
from earshot.domain.person import Asked, ErasedPerson, Person, asked_of, later
from earshot.domain.person_id import bucket_of
from earshot.domain.response import Response
from earshot.ports.people import LatestOf, PersonChange, PersonResponse

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

NEIGHBOURS = 10
# No more than a client of AWS has connections.
CALLS_AT_ONCE = 10
# The most pointers that one call reads.
A_CALL = 1000
# The attributes that a person may have; a write removes those that they no longer have.
OPTIONAL = ("email", "name", "account", "locale", "timezone", "properties", "mailbox", "name_order")
ASKED = ("last_invited_at", "last_invitation")


class DynamoDBPeople(TableAdapter):
    """The `People` port over the table."""

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read a person as they are now; without `asked` not when they were last asked, which is another item."""
        item = self._table.get(table_keys.person_key(person_id))
        person = _read(item) if item else None
        if not asked or not isinstance(person, Person) or person.mailbox is None:
            return person
        kept = self._table.get(table_keys.mailbox_key(person.mailbox))
        return _with(person, {person.mailbox: _read_asked(kept) if kept else Asked()})

    def get_many(self, person_ids: Iterable[str], *, asked: bool = True) -> Mapping[str, Person | ErasedPerson]:
        """Read many people as they are now, by id; without `asked` not when they were last asked."""
        found = self._people(person_ids)
        if not asked:
            return {who.id: who for who in found}
        boxes = self.mailboxes(who.mailbox for who in found if isinstance(who, Person) and who.mailbox is not None)
        return {who.id: _with(who, boxes) for who in found}

    def erased(self, person_ids: Iterable[str], *, surely: bool = True) -> Mapping[str, ErasedPerson]:
        """Read which of many people were erased; not `surely`, for half the units, one just erased may be missing."""
        found = self._people(person_ids, consistent=surely)
        return {who.id: who for who in found if isinstance(who, ErasedPerson)}

    def mailboxes(self, digests: Iterable[str]) -> Mapping[str, Asked]:
        """Read when mailboxes were last asked, each by the keyed hash of its address."""
        wanted = list(digests)
        found = self._table.get_many([table_keys.mailbox_key(digest) for digest in dict.fromkeys(wanted)])
        kept = {table_keys.mailbox_digest(item["pk"]): _read_asked(item) for item in found}
        return {digest: kept.get(digest, Asked()) for digest in wanted}

    def sharing(self, mailbox: str) -> list[str]:
        """Return the ids of those who have an address, by its keyed hash; those of the last second may be missing."""
        having = Query(partition=table_keys.mailbox(mailbox), index=table_keys.MAILBOX_INDEX)
        return sorted(table_keys.person_of(item["pk"]) for item in self._table.query(having))

    def put(self, changes: Sequence[PersonChange]) -> bool:
        """Write up to 100 people and mailboxes, all of them or none; alone it costs half."""
        return self._table.write_together(*map(_update, changes), *_moves(changes))

    def put_tombstone(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        """Leave a tombstone in a person's place; False if the person is not what they were."""
        item = {
            **table_keys.person_key(erased.id),
            "erased_at": erased.erased_at,
            "subtract": erased.subtract,
            "v": erased.revision,
            "left": erased.mailbox or None,
            "made": erased.made or None,
        }
        writes = [_if_still(replaces, put, item)]
        if erased.mailbox is not None:
            # In one with the mailbox, so that no invitation is opened by a writer that read it before the tombstone.
            writes.append(_left(erased.mailbox, subtract=erased.subtract))
        return self._table.write_together(*writes)

    def delete(self, person: Person, *, with_mailbox: bool) -> bool:
        """Delete a person and their mailbox without a trace; False if they changed meanwhile."""
        gone = [_if_still(person, delete, table_keys.person_key(person.id))]
        if with_mailbox and person.mailbox is not None and person.asked_revision:
            gone.append(delete(table_keys.mailbox_key(person.mailbox), "v = :old", old=person.asked_revision))
        return self._table.write_together(*gone)

    def finish_erasure(self, erased: ErasedPerson) -> None:
        """Delete where an erasure went on, once it is done."""
        erasing = update(table_keys.person_key(erased.id), "REMOVE #left, made", "attribute_exists(erased_at)")
        self._table.write(erasing)

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        """Return a page of a person's responses, and the sort key after which the next begins."""
        return self._responses(table_keys.person(person_id), limit, after)

    def unsigned(self, mailbox: str, limit: int, after: str | None = None) -> tuple[list[PersonResponse], str | None]:
        """Return a page of the responses whose unverified address has a keyed hash, as `responses` does."""
        return self._responses(table_keys.mailbox(mailbox), limit, after)

    def _responses(self, name: str, limit: int, after: str | None) -> tuple[list[PersonResponse], str | None]:
        pointers = Query(partition=name, prefix=table_keys.PERSON_RESPONSES, consistent=True, limit=limit)
        items, last = self._table.page(pointers, behind=table_keys.key(name, after) if after else None)
        return [PersonResponse(item["survey"], item["response"]) for item in items], last["sk"] if last else None

    def last_response_at(self, person_id: str, mailbox: str | None) -> int | None:
        """Return when a person, or their mailbox by its keyed hash, last responded: one read of pointers."""
        partitions = [table_keys.person(person_id), *([table_keys.mailbox(mailbox)] if mailbox is not None else [])]
        latest: int | None = None
        for partition in partitions:
            pointers = Query(partition=partition, prefix=table_keys.PERSON_RESPONSES, consistent=True, attributes="sk")
            times = [table_keys.responded_at_of(item["sk"]) for item in self._table.query(pointers)]
            latest = max([*times, *([latest] if latest is not None else [])], default=None)
        return latest

    def responses_since(self, person_id: str, survey: str, since: int) -> list[str]:
        """Return the ids of a person's responses to a survey given at a moment or later: one read of pointers."""
        first, last = table_keys.person_responses_span(survey, since)
        return list(self._pointers(table_keys.person(person_id), first, last, page=A_CALL))

    def has_response_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person has a response to a survey given at a moment or later: one pointer is read."""
        first, last = table_keys.person_responses_span(survey, since)
        return next(self._pointers(table_keys.person(person_id), first, last, page=1), None) is not None

    def unsigned_since(self, mailbox: str, survey: str, since: int) -> list[str]:
        """Return the ids of those of an unverified address, by its keyed hash, to a survey; as `responses_since`."""
        first, last = table_keys.person_responses_span(survey, since)
        return list(self._pointers(table_keys.mailbox(mailbox), first, last, page=A_CALL))

    def latest_responses(self, asked: Sequence[LatestOf]) -> list[tuple[list[str], bool]]:
        """Return for each the ids of the latest responses in order, and whether the first is among them.

        Each is a call of its own, which mostly waits: several wait side by side.
        """
        if len(asked) < 2:
            return list(map(self._latest, asked))
        return list(self._side_by_side.map(self._latest, asked))

    @cached_property
    def _side_by_side(self) -> "ThreadPoolExecutor":
        # Only the recorder asks for many, so only it loads this.
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        return ThreadPoolExecutor(CALLS_AT_ONCE)

    def _latest(self, of: LatestOf) -> tuple[list[str], bool]:
        low, high = table_keys.person_responses_span(of.survey)
        partition = table_keys.person(of.person)
        latest = Query(partition=partition, low=low, high=high, consistent=True, backwards=True, limit=of.limit)
        items, more = self._table.page(latest)
        return [item["response"] for item in reversed(items)], more is None

    def responses_before(self, place: Response) -> Iterator[str]:
        """Return the ids of the same person's responses to the survey that come before one, nearest first."""
        first, _ = table_keys.person_responses_span(place.survey)
        return self._neighbours(place, first, _pointer(place), forward=False)

    def responses_after(self, place: Response) -> Iterator[str]:
        """Return the ids of the same person's responses to the survey that come after one, nearest first."""
        _, last = table_keys.person_responses_span(place.survey)
        return self._neighbours(place, _pointer(place), last, forward=True)

    def _neighbours(self, place: Response, first: str, last: str, *, forward: bool) -> Iterator[str]:
        """Walk over pointers, both ends included; the place itself is left out."""
        found = self._pointers(table_keys.person(place.person or ""), first, last, forward=forward)
        return (response_id for response_id in found if response_id != place.id)

    def _pointers(
        self, name: str, first: str, last: str, *, forward: bool = True, page: int = NEIGHBOURS
    ) -> Iterator[str]:
        """Walk over pointers, both ends included, page by page as they are asked for."""
        pointers = Query(partition=name, low=first, high=last, consistent=True, backwards=not forward, limit=page)
        return (item["response"] for item in self._table.query(pointers))

    def _people(self, person_ids: Iterable[str], *, consistent: bool = True) -> list[Person | ErasedPerson]:
        wanted = [table_keys.person_key(person_id) for person_id in dict.fromkeys(person_ids)]
        return [_read(item) for item in self._table.get_many(wanted, consistent=consistent)]


def _pointer(place: Response) -> str:
    return table_keys.person_response(place.survey, place.responded_at, place.id)


def _moves(changes: Sequence[PersonChange]) -> list[Write]:
    """Build the writes of the mailboxes that people leave, and of those that they move to with a later time."""
    moves: dict[str, Asked | None] = {}
    revisions: dict[str, int] = {}
    for old, new in ((change.old, change.new) for change in changes):
        if old is None or old.mailbox == new.mailbox:
            continue
        if old.mailbox is not None:
            moves.setdefault(old.mailbox, None)
            revisions[old.mailbox] = old.asked_revision
        if new.mailbox is not None and old.last_invited_at is not None:
            before = moves.get(new.mailbox) or Asked()
            moves[new.mailbox] = later(asked_of(new), before) if before.last_invited_at else asked_of(new)
            revisions[new.mailbox] = new.asked_revision
    return [_mailbox(digest, revisions[digest], asked) for digest, asked in moves.items()]


def _mailbox(digest: str, revision: int, asked: Asked | None) -> Write:
    attributes: dict[str, Any] = {"v": revision + 1}
    if asked is not None:
        attributes |= {"last_invited_at": asked.last_invited_at}
        attributes |= {"last_invitation": asked.last_invitation} if asked.last_invitation else {}
    is_gone = asked is not None and not asked.last_invitation
    change = setting(*attributes) + (" REMOVE last_invitation" if is_gone else "")
    if revision:
        return update(table_keys.mailbox_key(digest), change, "v = :old", **attributes, old=revision)
    return update(table_keys.mailbox_key(digest), change, ABSENT, **attributes)


def _left(digest: str, *, subtract: bool) -> Write:
    """Build the write of a mailbox whose person is erased: what asked it last is theirs, and not kept."""
    change = "SET v = if_not_exists(v, :none) + :one, erased = :subtract REMOVE last_invitation"
    return update(table_keys.mailbox_key(digest), change, none=0, one=1, subtract=subtract)


def _update(change: PersonChange) -> Write:
    """Build the write of everything but who asked when, which others may be writing meanwhile.

    A person without an address keeps that themselves; once they have one again, its mailbox does.
    """
    old, new = change.old, change.new
    has_moved = old is not None and old.mailbox != new.mailbox
    attributes = _attributes(new)
    if has_moved and new.mailbox is None:
        attributes |= {"last_invited_at": new.last_invited_at, "last_invitation": new.last_invitation or None}
    attributes = filled(attributes)
    optional = (*OPTIONAL, *(ASKED if has_moved and new.mailbox is not None else ()))
    gone = ", ".join(f"#{name}" for name in optional if name not in attributes)
    setting_and_removing = setting(*attributes) + (f" REMOVE {gone}" if gone else "")
    return _if_still(old, update, table_keys.person_key(new.id), setting_and_removing, **attributes)


def _if_still(old: Person | None, write: Callable[..., Write], *what: Any, **values: Any) -> Write:
    """Build a write of a person, if they are what they were."""
    return write(*what, ABSENT, **values) if old is None else write(*what, "v = :old", **values, old=old.revision)


def _attributes(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "name": person.name,
        "account": person.account,
        "locale": person.locale,
        "timezone": person.timezone,
        "properties": dict(person.properties) or None,
        "mailbox": None if person.mailbox is None else table_keys.mailbox(person.mailbox),
        "name_order": name_order(person),
        "written_at": person.written_at,
        # The keys of people in the directory and its lists; a tombstone is written without them.
        **table_keys.listed_person(bucket_of(person.id), person.id),
        "v": person.revision,
    }


def _read(item: Item) -> Person | ErasedPerson:
    person_id = table_keys.person_of(item["pk"])
    if "erased_at" in item:
        made = tuple(item.get("made", ()))
        return ErasedPerson(person_id, item["erased_at"], item["subtract"], item["v"], item.get("left"), made)
    return Person(
        person_id,
        email=item.get("email"),
        name=item.get("name"),
        account=item.get("account"),
        locale=item.get("locale"),
        timezone=item.get("timezone"),
        properties=item.get("properties", {}),
        last_invited_at=item.get("last_invited_at"),
        last_invitation=item.get("last_invitation"),
        revision=item["v"],
        mailbox=table_keys.mailbox_of(item),
        written_at=item.get("written_at"),
    )


def _read_asked(item: Item) -> Asked:
    """Read when a mailbox was last asked."""
    return Asked(item.get("last_invited_at"), item.get("last_invitation"), item["v"], item.get("erased"))


def _with(person: Person | ErasedPerson, boxes: Mapping[str, Asked]) -> Person | ErasedPerson:
    if not isinstance(person, Person) or person.mailbox is None:
        return person
    asked = boxes[person.mailbox]
    return replace(
        person,
        last_invited_at=asked.last_invited_at,
        last_invitation=asked.last_invitation,
        asked_revision=asked.revision,
    )
