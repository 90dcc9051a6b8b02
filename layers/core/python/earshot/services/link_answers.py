"""Keep each answer of a person told when the next one came, whatever is written beside it meanwhile (ADR 13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from earshot.domain.errors import BusyError
from earshot.domain.merge import follows, leaves
from earshot.domain.response import Response
from earshot.domain.succession import is_of, linked, noted
from earshot.ports.people import People
from earshot.ports.responses import Change, Ledger

ATTEMPTS = 12
# Of a history that comes at once all links are wrong, and each round rights those next to the last ones.
ROUNDS = 100

Place = tuple[Response, Response | None]


def with_links(old: Response, new: Response, *, ledger: Ledger, people: People) -> list[Change]:
    """Give a change with what must be written in the same transaction as long as it is known whose the response is.

    An answer that counts for its person no more leaves the one before it linked to the one after it. One whose person
    is forgotten keeps, without a name, what is known of the next.
    """
    if leaves(old, new):
        return [Change(old, new), *_look((old, None), ledger, people)]
    if old.person is not None and old.counts and new.person is None:
        new = linked(new, _nearest(people.answered_after(old), old, ledger))
    return [Change(old, new)]


def settle_moved(old: Response, new: Response, *, ledger: Ledger, people: People, pause: Callable[[int], None]) -> None:
    """Look after the neighbours of a response that began or ceased to count for a person; BusyError as `settle`."""
    if follows(old, new):
        return
    if leaves(old, new):
        settle(old, None, ledger=ledger, people=people, pause=pause)
    if new.counts and new.person:
        settle(new, new, ledger=ledger, people=people, pause=pause)


def settle(
    place: Response, here: Response | None, *, ledger: Ledger, people: People, pause: Callable[[int], None]
) -> None:
    """Bring the links around a place right, and look again after each write of its own until nothing is left to do.

    `here` is the answer that stands at the place and counts, if one does. Of two writers beside each other the one that
    looks last sees what both wrote, so whatever the first left wrong is mended. Raises BusyError if others are faster
    all the while, or very many links were wrong: those written stay so.
    """
    _settle([(place, here)], ledger, people, pause)


def settle_again(
    places: Iterable[Response],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    notes: bool = False,
) -> None:
    """Bring the links around some places of one person right, whatever stands there now, see `settle`.

    `notes` says that an answer there is noted as a repeat, or makes the next one a repeat.
    """
    _settle([_again(place, ledger) for place in places], ledger, people, pause, notes=notes)


def _settle(
    begun: Sequence[Place], ledger: Ledger, people: People, pause: Callable[[int], None], *, notes: bool = False
) -> None:
    places, attempts = begun, iter(range(ATTEMPTS))
    for _ in range(ROUNDS):
        found = [change for place in places for change in _look(place, ledger, people, notes=notes)]
        changes = list({change.new.id: change for change in found}.values())
        if not changes:
            return
        if ledger.commit(changes) is None:
            places = [(change.new, change.new) for change in changes]
        elif (attempt := next(attempts, None)) is None:
            break
        else:
            pause(attempt)
            places = [_again(where, ledger) for where, _ in [*begun, *places]]
    raise BusyError("the answers of this person are being changed by someone else; try again")


def _again(place: Response, ledger: Ledger) -> Place:
    found = ledger.find(place.survey, place.id)
    return place, found if found is not None and is_of(place, found) else None


def _look(place: Place, ledger: Ledger, people: People, *, notes: bool = False) -> Sequence[Change]:
    """Say what is wrong at a place: the link that leads to it, and the one that leads on from it."""
    where, here = place
    before = _nearest(people.answered_before(where), where, ledger)
    after = _nearest(people.answered_after(where), where, ledger)
    old = [answer for answer in (before, here, after) if answer is not None]
    new = list(old)
    for at, answer in enumerate(old):
        if answer is not after:
            new[at] = linked(answer, old[at + 1] if at + 1 < len(old) else None)
        if notes and at and here is not None:
            new[at] = noted(old[at - 1], new[at])
    return [
        Change(was, replace(now, revision=was.revision + 1)) for was, now in zip(old, new, strict=True) if now != was
    ]


def _nearest(ids: Iterator[str], place: Response, ledger: Ledger) -> Response | None:
    """Read on until an answer counts for the person."""
    found = (ledger.find(place.survey, answer) for answer in ids)
    return next((answer for answer in found if answer is not None and is_of(place, answer)), None)
