"""Reconcile the links around one response with its neighbors, under concurrent writes (ADR 13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from earshot.domain.errors import BusyError
from earshot.domain.merge import follows, leaves
from earshot.domain.response import Response
from earshot.domain.supersession import counts_for, superseded_by, with_repeat_flag
from earshot.ports.ledger import Change, Ledger
from earshot.ports.people import People

ATTEMPTS = 12
# In a history that arrives at once all links are wrong; each round corrects those next to the last ones.
ROUNDS = 100


class Place(NamedTuple):
    """A place in a person's chain: the `response` that is or was there, and `current`, what counts there now."""

    response: Response
    current: Response | None


def with_links(old: Response, new: Response, *, ledger: Ledger, people: People) -> list[Change]:
    """Return a change, and the links that must change with it while the person of the response is still known.

    A response that no longer counts for its person is cut out: the one before it links to the one after it. A response
    that is anonymized keeps the day of the next one.
    """
    if leaves(old, new):
        return [Change(old, new), *_changes_at(Place(old, None), ledger, people)]
    if old.person is not None and old.counts and new.person is None:
        new = superseded_by(new, _nearest(people.responses_after(old), old, ledger))
    return [Change(old, new)]


def reconcile_moved(
    old: Response, new: Response, *, ledger: Ledger, people: People, pause: Callable[[int], None]
) -> None:
    """Reconcile the neighbors of a response that began or ceased to count for a person; BusyError as `reconcile`."""
    if follows(old, new):
        return
    if leaves(old, new):
        reconcile(old, None, ledger=ledger, people=people, pause=pause)
    if new.counts and new.person:
        reconcile(new, new, ledger=ledger, people=people, pause=pause)


def reconcile(
    response: Response, current: Response | None, *, ledger: Ledger, people: People, pause: Callable[[int], None]
) -> None:
    """Correct the links around a response, and look again after each write until nothing is wrong.

    `current` is what counts in its place now; None if nothing does. Of two writers side by side the one that looks last
    sees what both wrote, and corrects what the first left wrong. Raises BusyError if others are always faster, or if
    very many links were wrong; those that were written stay.
    """
    _reconcile([Place(response, current)], ledger, people, pause)


def reconcile_again(
    responses: Iterable[Response],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    notes: bool = False,
) -> None:
    """Read some responses of one person again, and correct the links around them, see `reconcile`.

    With `notes`, straight repeats among them and their next ones are noted.
    """
    _reconcile([_read_again(response, ledger) for response in responses], ledger, people, pause, notes=notes)


def _reconcile(
    begun: Sequence[Place], ledger: Ledger, people: People, pause: Callable[[int], None], *, notes: bool = False
) -> None:
    places, attempts = begun, iter(range(ATTEMPTS))
    for _ in range(ROUNDS):
        found = [change for place in places for change in _changes_at(place, ledger, people, notes=notes)]
        changes = list({change.new.id: change for change in found}.values())
        if not changes:
            return
        if ledger.commit(changes) is None:
            places = [Place(change.new, change.new) for change in changes]
        elif (attempt := next(attempts, None)) is None:
            break
        else:
            pause(attempt)
            places = [_read_again(place.response, ledger) for place in [*begun, *places]]
    raise BusyError("the person's responses are being changed by another request; try again")


def _read_again(response: Response, ledger: Ledger) -> Place:
    found = ledger.find(response.survey, response.id)
    return Place(response, found if found is not None and counts_for(found, response.person) else None)


def _changes_at(place: Place, ledger: Ledger, people: People, *, notes: bool = False) -> Sequence[Change]:
    """Return what is wrong at a place: the link that leads to it, and the one that leads on from it."""
    before = _nearest(people.responses_before(place.response), place.response, ledger)
    after = _nearest(people.responses_after(place.response), place.response, ledger)
    old = [response for response in (before, place.current, after) if response is not None]
    new = list(old)
    for at, response in enumerate(old):
        if response is not after:
            new[at] = superseded_by(response, old[at + 1] if at + 1 < len(old) else None)
        if notes and at and place.current is not None:
            new[at] = with_repeat_flag(old[at - 1], new[at])
    return [
        Change(was, replace(now, revision=was.revision + 1)) for was, now in zip(old, new, strict=True) if now != was
    ]


def _nearest(ids: Iterator[str], place: Response, ledger: Ledger) -> Response | None:
    """Read response after response until one counts for the person."""
    found = (ledger.find(place.survey, response_id) for response_id in ids)
    return next((each for each in found if each is not None and counts_for(each, place.person)), None)
