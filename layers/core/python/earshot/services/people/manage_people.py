"""Create and update people, one or many: who they are is settled by their id or their address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from earshot.domain.errors import BusyError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import Asked, ErasedPerson, Person, PersonDraft, SaveOutcome, moved_to, revised
from earshot.ports.accounts import Accounts
from earshot.ports.pause import Pause
from earshot.ports.people import HashKey, People, PersonChange
from earshot.ports.suppressions import Suppressions

ATTEMPTS = 12
MOST_AT_ONCE = 100
# How long a note that a person was written without a change stays the latest one (milliseconds).
NOTED_AGAIN = 7 * 86_400_000
ERASED = "erased"
GONE = "this person was erased, and nothing is stored under their id or address"

Known = Mapping[str, Person | ErasedPerson]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a draft: the person's id, the outcome, and the person as they are now (None: erased)."""

    id: str
    outcome: SaveOutcome
    person: Person | None


@dataclass(frozen=True, slots=True)
class Manner:
    """How people are saved: at which moment (Unix milliseconds), and whether a draft replaces all fields.

    With `notes` the time of an unchanged write is noted, too.
    """

    now: int
    whole: bool
    notes: bool


@dataclass(frozen=True, slots=True)
class Ports:
    """What saving works with."""

    people: People
    accounts: Accounts
    suppressions: Suppressions
    pause: Pause


Plan = tuple[Saved, PersonChange | None]


def find_person(person_id: str, *, people: People) -> Person:
    """Return a person; NotFoundError if there is none (any more)."""
    found = people.get(person_id)
    if not isinstance(found, Person):
        raise NotFoundError("there is no such person" if found is None else "there is no such person: they were erased")
    return found


def replace_person(
    draft: PersonDraft,
    now: int,
    *,
    people: People,
    accounts: Accounts,
    suppressions: Suppressions,
    hash_key: HashKey,
    pause: Pause,
) -> tuple[Person, bool]:
    """Create or replace a person, and return them with whether they are new; ConflictError if they were erased."""
    ports = Ports(people, accounts, suppressions, pause)
    (saved,) = _save_all([draft], Manner(now, whole=True, notes=True), ports, hash_key)
    if saved.person is None:
        raise ConflictError(GONE)
    return saved.person, saved.outcome is SaveOutcome.CREATED


def save(  # noqa: PLR0913 five of them are ports
    drafts: Sequence[PersonDraft],
    now: int,
    *,
    whole: bool = False,
    notes: bool = True,
    people: People,
    accounts: Accounts,
    suppressions: Suppressions,
    hash_key: HashKey,
    pause: Pause,
) -> list[Saved]:
    """Create or update people, and return the outcome for each; with `whole`, fields left out are removed.

    A person who was erased, by id or by address, stays so: nothing of them is kept. InvalidError if one is there twice.
    An account that nobody named before is made with its id alone.
    `now` (Unix milliseconds) is noted, as people are kept for so long without contact; of an unchanged person at most
    once a week, and not at all without `notes`.
    """
    return _save_all(drafts, Manner(now, whole, notes), Ports(people, accounts, suppressions, pause), hash_key)


def identify(drafts: Sequence[PersonDraft], hash_key: HashKey) -> list[str]:
    """Return each person's id: the given one, or the one made from their address."""
    return [draft.id if draft.id is not None else made_id(draft.email or "", hash_key()) for draft in drafts]


def _check_once(drafts: Sequence[PersonDraft], named: Sequence[str]) -> None:
    first: dict[str, int] = {}
    faults = []
    for place, person_id in enumerate(named):
        earlier = first.setdefault(person_id, place)
        if earlier != place:
            field = "id" if drafts[place].id is not None else "email"
            faults.append(FieldError(f"people[{place}].{field}", f"it is the same person as people[{earlier}]"))
    if faults:
        raise InvalidError(*faults)


def _save_all(drafts: Sequence[PersonDraft], manner: Manner, ports: Ports, hash_key: HashKey) -> list[Saved]:
    named = identify(drafts, hash_key)
    _check_once(drafts, named)
    saved: list[Saved] = []
    for start in range(0, len(drafts), MOST_AT_ONCE):
        part = slice(start, start + MOST_AT_ONCE)
        saved += _save(drafts[part], named[part], manner, ports)
    return saved


def _save(drafts: Sequence[PersonDraft], named: Sequence[str], manner: Manner, ports: Ports) -> list[Saved]:
    """Write up to a hundred people in one go, planning again whenever one of them changed meanwhile."""
    refused = _erased_addresses(drafts, ports.suppressions)
    for attempt in range(ATTEMPTS):
        known = ports.people.get_many(named)
        pairs = zip(drafts, named, strict=True)
        plans = [_plan(draft, person_id, known, manner.whole, draft.email in refused) for draft, person_id in pairs]
        plans = _with_mailboxes(plans, ports.people, ports.suppressions)
        changes = [written for plan in plans if (written := _written(*plan, manner)) is not None]
        if sum(map(_writes, changes)) > MOST_AT_ONCE:
            half = len(drafts) // 2
            return [
                *_save(drafts[:half], named[:half], manner, ports),
                *_save(drafts[half:], named[half:], manner, ports),
            ]
        if new := _accounts_named(changes):
            # Before the people, so that none has an account that is not there.
            ports.accounts.make_bare(new, manner.now)
        if ports.people.put(changes):
            return [saved for saved, _ in plans]
        ports.pause(attempt)
    raise BusyError("these people are being changed by another request; try again")


def _written(saved: Saved, change: PersonChange | None, manner: Manner) -> PersonChange | None:
    """Return the write of a person: their change, or only the time of an unchanged write."""
    if change is not None:
        return PersonChange(change.old, replace(change.new, written_at=manner.now))
    person = saved.person
    if person is None or not manner.notes or (person.written_at or 0) > manner.now - NOTED_AGAIN:
        return None
    return PersonChange(person, replace(person, written_at=manner.now))


def _accounts_named(changes: Sequence[PersonChange]) -> list[str]:
    """Return the accounts that people did not name before, each once."""
    pairs = ((change.old.account if change.old else None, change.new.account) for change in changes)
    return list(dict.fromkeys(new for old, new in pairs if new is not None and new != old))


def _writes(change: PersonChange) -> int:
    """Count the items of a change: the person and, if their address changes, two mailboxes."""
    return 1 if change.old is None or change.old.mailbox == change.new.mailbox else 3


def _with_mailboxes(plans: Sequence[Plan], people: People, suppressions: Suppressions) -> list[Plan]:
    """Return the plans; a new address comes with its mailbox and when that was last asked."""
    moved = {
        change.new.email: suppressions.hash_of(change.new.email)
        for _, change in plans
        if change is not None and change.new.email and _moves(change)
    }
    boxes = people.mailboxes(moved.values()) if moved else {}
    return [_with_mailbox(saved, change, moved, boxes) for saved, change in plans]


def _with_mailbox(
    saved: Saved, change: PersonChange | None, moved: Mapping[str, str], boxes: Mapping[str, Asked]
) -> Plan:
    if change is None or not _moves(change):
        return saved, change
    old, mailbox = change.old, moved.get(change.new.email or "")
    if old is not None and old.mailbox == mailbox:
        return saved, change
    new = moved_to(change.new, mailbox, old, boxes[mailbox] if mailbox else Asked())
    return replace(saved, person=new), PersonChange(old, new)


def _moves(change: PersonChange) -> bool:
    return change.old is None or change.old.email != change.new.email


def _plan(draft: PersonDraft, person_id: str, known: Known, whole: bool, is_refused: bool) -> Plan:
    old = known.get(person_id)
    if isinstance(old, ErasedPerson) or is_refused:
        return Saved(person_id, SaveOutcome.ERASED, None), None
    new = revised(old, person_id, draft, whole=whole)
    if new is old:
        return Saved(person_id, SaveOutcome.UNCHANGED, new), None
    return Saved(person_id, SaveOutcome.UPDATED if old else SaveOutcome.CREATED, new), PersonChange(old, new)


def _erased_addresses(drafts: Sequence[PersonDraft], suppressions: Suppressions) -> set[str | None]:
    addresses = dict.fromkeys(draft.email for draft in drafts if draft.email)
    found = suppressions.find(addresses)
    return {address for address, suppression in found.items() if suppression.reason == ERASED}
