"""Erase a person: suppress the address, store a tombstone, and remove them from every response."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from earshot.domain.alerts import ErasureOfPerson
from earshot.domain.anonymization import anonymized
from earshot.domain.deliveries import Reached
from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.destinations import ReachedPlaces
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.pause import Pause
from earshot.ports.people import HashKey, People, PersonResponse
from earshot.ports.suppressions import Suppressions
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.invitations.erase_invitation_responses import REASON, anonymise_all
from earshot.services.responses.update_response import update

ATTEMPTS = 12
UNKNOWN = "nothing is stored about this person; with unknown=true later responses are recorded without them"
PAGE = 100


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure: the person, the time (Unix milliseconds), the correlation, whether responses are subtracted.

    With `mailbox` everyone else who has the person's address is erased, too; with `unknown` also a person
    without any stored data, as their response may be under way.
    """

    person: str
    subtract: bool
    now: int
    correlation: str
    mailbox: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of an erasure: the tombstone, the responses done now, and at least how many are left.

    `also` are other ids with the same address, which may be other people; `known` whether anything was kept.
    `made` are the ids by which the person was known under the address alone.
    """

    tombstone: ErasedPerson
    done: int
    remaining: int
    also: tuple[str, ...] = ()
    known: bool = True
    made: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErasePersonDeps:
    """What erasing a person needs."""

    people: People
    suppressions: Suppressions
    hash_key: HashKey
    ledger: Ledger
    invitations: Invitations
    alerts: WithdrawAlerts
    places: ReachedPlaces
    pause: Pause


def erase(erasure: Erasure, has_time: Callable[[], bool], deps: ErasePersonDeps) -> Progress:
    """Erase a person as far as `has_time` allows; done again, it goes on where it was interrupted, and as it began.

    The order is what makes it safe: first the suppression, while the address is known; then the tombstone, which
    the recorder of a response looks for, and with it the mailbox, which each invitation rests on; only then invitations
    and responses, each of which loses its pointer in the same write. What is known under the address alone goes with
    the person: the ids made of it, and the responses that came with it unverified. What waits to be sent of a response
    is withdrawn while its pointer leads there. NotFoundError if nothing is kept of
    such a person, unless the erasure means unknown people, too; then nothing is stored.
    """
    people = deps.people
    tombstone, known = _bury(erasure, deps)
    own = (erasure.person, *tombstone.made)
    also = tuple(other for other in _sharing(tombstone, people) if other not in own)
    done, is_done = _anonymize_all(erasure, tombstone, has_time, deps)
    if not is_done:
        return Progress(tombstone, done, _left(own, tombstone.mailbox, people), also, known, tombstone.made)
    for other in also if erasure.mailbox else ():
        progress = erase(replace(erasure, person=other, mailbox=False, unknown=True), has_time, deps)
        done += progress.done
        if progress.remaining:
            return replace(progress, tombstone=tombstone, done=done, also=also)
    if tombstone.mailbox is not None or tombstone.made:
        people.finish_erasure(tombstone)
    erased = replace(tombstone, mailbox=None, made=())
    return Progress(erased, done, 0, also, known, tombstone.made)


def find_erased(person: str, *, people: People) -> ErasedPerson:
    """Return the tombstone of a person; NotFoundError if they were not erased."""
    found = people.get(person, asked=False)
    if not isinstance(found, ErasedPerson):
        raise NotFoundError("no person of this id was erased")
    return found


def _anonymize_all(
    erasure: Erasure, tombstone: ErasedPerson, has_time: Callable[[], bool], deps: ErasePersonDeps
) -> tuple[int, bool]:
    """Erase what the person's ids and address lead to; return the number of responses, and whether that is all."""
    people, own, done = deps.people, (erasure.person, *tombstone.made), 0
    for made in tombstone.made:
        _bury_made(made, tombstone, people, deps.pause)
    for person in own:
        anonymise_all(
            person,
            tombstone.erased_at,
            invitations=deps.invitations,
            suppressions=deps.suppressions,
            pause=deps.pause,
        )
        deps.alerts.cases.anonymize(person)
    for found, is_theirs in _all_responses(own, tombstone.mailbox, people):
        if not has_time():
            return done, False
        done += _anonymize(found, is_theirs, tombstone, erasure, deps)
    return done, True


def _bury(erasure: Erasure, deps: ErasePersonDeps) -> tuple[ErasedPerson, bool]:
    """Suppress the address and put a tombstone over the person, whatever is written to them meanwhile.

    Return it, and whether anything was kept of the person before.
    """
    people = deps.people
    for attempt in range(ATTEMPTS):
        old = people.get(erasure.person)
        if isinstance(old, ErasedPerson):
            return old, True
        known = old is not None or _is_known(erasure.person, deps)
        if not known and not erasure.unknown:
            raise NotFoundError(UNKNOWN)
        made: tuple[str, ...] = ()
        if old is not None and old.email:
            deps.suppressions.add(old.email, REASON, erasure.now)
            made = tuple({made_id(old.email, deps.hash_key())} - {erasure.person})
        mailbox = old.mailbox if old else None
        tombstone = ErasedPerson(erasure.person, erasure.now, erasure.subtract, _next(old), mailbox, made)
        if people.put_tombstone(tombstone, old):
            return tombstone, known
        deps.pause(attempt)
    raise BusyError("the person is being changed by another request; try again")


def _is_known(person: str, deps: ErasePersonDeps) -> bool:
    """Return whether an unknown person responded or has invitations."""
    pointers, _ = deps.people.responses(person, 1)
    return bool(pointers or deps.invitations.of_person(person))


def _bury_made(made: str, tombstone: ErasedPerson, people: People, pause: Pause) -> None:
    """Write a tombstone over the person known under the address alone, or who may still arrive so."""
    for attempt in range(ATTEMPTS):
        old = people.get(made)
        if isinstance(old, ErasedPerson):
            return
        if people.put_tombstone(ErasedPerson(made, tombstone.erased_at, tombstone.subtract, _next(old)), old):
            return
        pause(attempt)
    raise BusyError("the person is being changed by another request; try again")


def _sharing(tombstone: ErasedPerson, people: People) -> list[str]:
    return people.sharing(tombstone.mailbox) if tombstone.mailbox is not None else []


def _next(old: Person | None) -> int:
    return old.revision + 1 if old else 1


def _all_responses(
    own: Sequence[str], mailbox: str | None, people: People
) -> Iterator[tuple[PersonResponse, Callable[[Response], bool]]]:
    """Return where each response is, and the check that it still is theirs once it is read."""
    for person in own:
        for found in pages_of(partial(people.responses, person)):
            yield found, lambda old, person=person: old.person == person  # type: ignore[misc]
    if mailbox is not None:
        for found in pages_of(partial(people.unsigned, mailbox)):
            yield found, lambda old: is_unsigned(old, mailbox)


def is_unsigned(response: Response, mailbox: str) -> bool:
    """Return whether a response has only an unverified address and no person."""
    return response.person is None and response.statement.email_hash == mailbox


def _left(own: Sequence[str], mailbox: str | None, people: People) -> int:
    """Count at least how many responses are left."""
    pages = [people.responses(person, PAGE) for person in own]
    pages += [people.unsigned(mailbox, PAGE)] if mailbox is not None else []
    return max(1, sum(len(page) + bool(more) for page, more in pages))


def pages_of(read: Callable[..., tuple[list[PersonResponse], str | None]]) -> Iterator[PersonResponse]:
    """Yield the responses of all pages, each page read when it is its turn."""
    page, after = read(PAGE)
    yield from page
    while after:
        page, after = read(PAGE, after)
        yield from page


def _anonymize(
    found: PersonResponse,
    is_theirs: Callable[[Response], bool],
    tombstone: ErasedPerson,
    erasure: Erasure,
    deps: ErasePersonDeps,
) -> bool:
    """Erase the person from a response; return False if it is not theirs.

    Its alerts are withdrawn first, and noted where it is: once it has lost its pointer, an erasure that was interrupted
    does not find it.
    """
    theirs: Response | None = None
    noted: set[Reached] = set()
    of_person = ErasureOfPerson(tombstone.erased_at, deps.hash_key())

    def note(reached: set[Reached]) -> None:
        deps.places.note(tombstone.id, reached - noted, erasure.now)
        noted.update(reached)

    def statement_of(old: Response) -> Statement | None:
        # Meanwhile another statement may have taken the person out of it: then it is not theirs.
        nonlocal theirs
        theirs = old if is_theirs(old) else None
        if theirs is None:
            return None
        note(deps.alerts.withdraw(old, of_person))
        return anonymized(old, erasure.now, subtract=tombstone.subtract)

    update(
        found.survey,
        found.response,
        statement_of,
        erasure.correlation,
        ledger=deps.ledger,
        people=deps.people,
        pause=deps.pause,
    )
    if theirs is None:
        return False
    note(deps.alerts.delete(theirs, of_person))
    return True
