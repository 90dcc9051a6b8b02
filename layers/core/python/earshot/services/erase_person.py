"""Erase a person: the address is suppressed, a tombstone stands, and no response names them any more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from earshot.asking_ports import Invitations
from earshot.domain.errors import BusyError
from earshot.domain.forgetting import forgotten
from earshot.domain.invitation import Invitation
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response, Statement
from earshot.people_ports import People, PersonResponse, Suppressions
from earshot.ports import Ledger
from earshot.services.record_responses import Pause
from earshot.services.rewrite_response import rewrite

ATTEMPTS = 12
PAGE = 100
REASON = "erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whom to erase and how: our clock (Unix milliseconds), the correlation, and whether the answers count no more."""

    person: str
    subtract: bool
    now: int
    correlation: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an erasure got: what stands in the person's place, the responses done now, at least how many are left."""

    tombstone: ErasedPerson
    done: int
    remaining: int


def erase(
    erasure: Erasure,
    has_time: Callable[[], bool],
    *,
    people: People,
    suppressions: Suppressions,
    ledger: Ledger,
    invitations: Invitations,
    pause: Pause,
) -> Progress:
    """Erase a person as far as `has_time` allows; done again, it goes on where it was interrupted, and as it began.

    The order is what makes it safe: first the suppression, while the address is known; then the tombstone, which
    whoever records an answer looks for; only then invitations and responses, each of which loses its pointer in the
    same write.
    """
    tombstone = _bury(erasure, people, suppressions, pause)
    _forget_invitations(erasure.person, invitations, pause)
    done = 0
    for found in _responses(erasure.person, people):
        if not has_time():
            left, more = people.responses(erasure.person, PAGE)
            return Progress(tombstone, done, len(left) + bool(more))
        _forget(found, tombstone, erasure, ledger, people, pause)
        done += 1
    return Progress(tombstone, done, 0)


def _bury(erasure: Erasure, people: People, suppressions: Suppressions, pause: Pause) -> ErasedPerson:
    """Suppress the address and put a tombstone over the person, whatever is written to them meanwhile."""
    for attempt in range(ATTEMPTS):
        old = people.get(erasure.person)
        if isinstance(old, ErasedPerson):
            return old
        if old is not None and old.email:
            suppressions.add(old.email, REASON, erasure.now)
        tombstone = ErasedPerson(erasure.person, erasure.now, erasure.subtract, _next(old))
        if people.bury(tombstone, old):
            return tombstone
        pause(attempt)
    raise BusyError("the person is being changed by someone else; try again")


def _forget_invitations(person: str, invitations: Invitations, pause: Pause) -> None:
    """Send nothing more, and keep of each invitation that it was, without anybody's words."""
    for invitation in invitations.of_person(person):
        invitations.cancel(invitation, REASON)
        _forget_words(invitation, invitations, pause)


def _forget_words(invitation: Invitation, invitations: Invitations, pause: Pause) -> None:
    """Take the words out of an invitation; a page that was read before the tombstone may still let someone press."""
    for attempt in range(ATTEMPTS):
        wordless = [replace(press, comment=None) for press in invitation.presses]
        if invitations.rewrite(invitation, wordless, forget=True):
            return
        pause(attempt)
        invitation = invitations.get(invitation.person, invitation.id) or invitation
    raise BusyError("this person is answering at this very moment; try again")


def _next(old: Person | None) -> int:
    return old.revision + 1 if old else 1


def _responses(person: str, people: People) -> Iterator[PersonResponse]:
    page, after = people.responses(person, PAGE)
    yield from page
    while after:
        page, after = people.responses(person, PAGE, after)
        yield from page


def _forget(
    found: PersonResponse, tombstone: ErasedPerson, erasure: Erasure, ledger: Ledger, people: People, pause: Pause
) -> None:
    def said_of(old: Response) -> Statement | None:
        # Meanwhile another statement may have taken the person out of it: then it is not theirs.
        return forgotten(old, erasure.now, subtract=tombstone.subtract) if old.person == tombstone.id else None

    rewrite(found.survey, found.response, said_of, erasure.correlation, ledger=ledger, people=people, pause=pause)
