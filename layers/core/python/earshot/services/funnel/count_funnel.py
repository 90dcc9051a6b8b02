"""Count the funnel: every change of an invitation moves it from stage to stage, each change counted once.

`domain/funnel.py` decides which stages an invitation has reached, `domain/invitation_cohorts.py` which counts a change
moves.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earshot.domain.errors import BusyError
from earshot.ports.funnel import Funnels, Tally

if TYPE_CHECKING:
    from earshot.domain.invitation_cohorts import Cohort

ATTEMPTS = 12
MOST_EVENTS = 50
MOST_COHORTS = 50

Record = Mapping[str, Any]
Pause = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of a batch: how many events were counted now, how many had been before, and which cannot be read."""

    counted: int
    repeated: int
    unreadable: Sequence[Record]


def count(records: Iterable[Record], *, read: Callable[[Record], Tally], funnels: Funnels, pause: Pause) -> Counted:
    """Count what stream records add to the funnels, each event once, however often and in whatever batch it comes.

    An item that cannot be read stands nowhere in the funnel, and comes in with the change that makes it readable.
    Raises BusyError if the store does not take it: the stream then delivers the whole batch again.
    """
    tallies: dict[str, Tally] = {}
    unreadable: list[Record] = []
    for record in records:
        try:
            tally = read(record)
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            unreadable.append(record)
            continue
        unreadable += [] if tally.is_whole else [record]
        tallies |= {tally.event: tally} if tally.moves else {}
    counted = sum(_add(chunk, funnels, pause) for chunk in _cut(tallies.values()))
    return Counted(counted, len(tallies) - counted, unreadable)


def _add(tallies: Sequence[Tally], funnels: Funnels, pause: Pause) -> int:
    """Count a chunk without events counted before; return how many events were new."""
    for attempt in range(ATTEMPTS):
        seen = funnels.add(tallies)
        if seen is None:
            return len(tallies)
        tallies = [tally for tally in tallies if tally.event not in seen]
        if not tallies:
            return 0
        if not seen:
            pause(attempt)
    raise BusyError("too many updates of the funnel at once; the batch will be retried")


def _cut(tallies: Iterable[Tally]) -> Iterator[list[Tally]]:
    """Pack events in their order into chunks that one transaction takes."""
    chunk: list[Tally] = []
    moved: set[Cohort] = set()
    for tally in tallies:
        own = {cohort for cohort, _ in tally.moves}
        if chunk and (len(chunk) == MOST_EVENTS or len(moved | own) > MOST_COHORTS):
            yield chunk
            chunk, moved = [], set()
        chunk.append(tally)
        moved |= own
    if chunk:
        yield chunk
