"""Reconcile the links of many people in few calls, as far as one look is proven to be enough (ADR 13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from earshot.domain.response import Key, Response
from earshot.domain.supersession import ResponseSequence, counts_for, moves_earlier, superseded_by, with_repeat_flag
from earshot.ports.responses import Change, InvalidChunkError, Ledger, Verdict
from earshot.services.responses.transaction_chunks import cut

ATTEMPTS = 12


@dataclass(slots=True)
class BatchResult:
    """What became of some sequences: the changes that one look asked for, and where one look was not enough.

    `again` holds, by the response that was checked, all responses around which somebody has to look once more.
    """

    changes: list[Change] = field(default_factory=list)
    again: dict[Key, list[Response]] = field(default_factory=dict)

    def look_again(self, place: Response, *others: Response) -> None:
        """Note that another look is due around a response, and around others because of it."""
        self.again.setdefault(key_of(place), [place]).extend(others)


Seen = dict[Key, Response | None]


def reconcile_batch(
    sequences: Sequence[ResponseSequence],
    *,
    ledger: Ledger,
    pause: Callable[[int], None],
    notes: bool = False,
    dry: bool = False,
) -> BatchResult:
    """Correct the links around the checked responses of some sequences; `notes` notes repeats, `dry` writes nothing.

    One look is enough where all links that were wrong led too far or nowhere, the writes succeeded, and the responses
    they lead to still count afterwards (`moves_earlier`, ADR 13). Raises BusyError if the store is away.
    """
    run = _Batch(_read(sequences, ledger), notes=notes)
    for sequence in sequences:
        for position in sequence.checked_positions():
            run.look(sequence, position)
    run.done.changes = run.changes()
    if not dry:
        run.write(ledger, pause)
    return run.done


class _Batch:
    """One pass over all checked responses: what was read, and the changes to write."""

    def __init__(self, seen: Seen, *, notes: bool) -> None:
        self.done = BatchResult()
        self._seen = seen
        self._notes = notes
        self._new: dict[Key, Response] = {}
        self._places: dict[Key, list[Response]] = {}
        self._leads_to: dict[Key, Key] = {}

    def look(self, sequence: ResponseSequence, position: int) -> None:
        """Plan to correct what is wrong at a position; what the sequence cannot decide is left to another look."""
        here = self._seen[sequence.survey, sequence.ids[position]]
        if here is None or here.person is None or not here.counts:
            return
        before, after = (_nearest(keys, here, self._seen) for keys in _around(sequence, position))
        is_known = (before is not None or sequence.has_first) and (after is not None or sequence.has_last)
        if here.person != sequence.person or not is_known:
            self.done.look_again(here)
            return
        self._plan(here, before, here)
        self._plan(here, here, after)

    def _plan(self, place: Response, earlier: Response | None, later: Response | None) -> None:
        if earlier is not None:
            self._put(place, superseded_by(self._planned(earlier), later))
            self._leads_to[key_of(earlier)] = key_of(later or earlier)
        if self._notes and earlier is not None and later is not None:
            self._put(place, with_repeat_flag(earlier, self._planned(later)))

    def _planned(self, response: Response) -> Response:
        return self._new.get(key_of(response), response)

    def _put(self, place: Response, new: Response) -> None:
        key = key_of(new)
        if new != self._seen[key]:
            self._places.setdefault(key, []).append(place)
        self._new[key] = new

    def changes(self) -> list[Change]:
        """Return the changes, sorted so that changes of the same counts are written together."""
        found = [(self._seen[key], new) for key, new in self._new.items()]
        changes = [Change(old, replace(new, revision=old.revision + 1)) for old, new in found if old and new != old]
        return sorted(changes, key=lambda change: (change.new.survey, change.new.superseded_on or "", change.new.day))

    def write(self, ledger: Ledger, pause: Callable[[int], None]) -> None:
        """Write the changes, as many as fit in a transaction; look again where one was refused, or is not sure."""
        written: list[Change] = []
        for chunk in cut(self.done.changes, lambda change: change):
            refused = _commit(chunk, ledger, pause)
            written += [change for change in chunk if key_of(change.new) not in refused]
            self._doubt(change for change in chunk if key_of(change.new) in refused)
        self._doubt(change for change in written if not self._is_sure(change))
        moved = [change for change in written if _is_moved(change) and self._is_sure(change)]
        ends = {key: self._leads_to[key] for key in (key_of(change.new) for change in moved)}
        stands = ledger.find_many(sorted(set(ends.values())))
        self._doubt(change for change in moved if not _still_counts(change.new, stands.get(ends[key_of(change.new)])))

    @staticmethod
    def _is_sure(change: Change) -> bool:
        old = change.old.superseded_on if change.old else None
        return old == change.new.superseded_on or moves_earlier(old, change.new.superseded_on)

    def _doubt(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for place in self._places[key_of(change.new)]:
                self.done.look_again(place, change.new)


def key_of(response: Response) -> Key:
    """Return the key of a response."""
    return response.survey, response.id


def _is_moved(change: Change) -> bool:
    return change.old is not None and change.old.superseded_on != change.new.superseded_on


def _still_counts(response: Response, following: Response | None) -> bool:
    return following is not None and counts_for(following, response.person)


def _read(sequences: Sequence[ResponseSequence], ledger: Ledger) -> Seen:
    """Read the checked responses of all sequences and their neighbors that count, further out where it must."""
    seen: Seen = {}
    while wanted := _unread_of(sequences, seen):
        found = ledger.find_many(sorted(wanted))
        seen |= {key: each if (each := found.get(key)) and key_of(each) == key else None for key in wanted}
    return seen


def _unread_of(sequences: Iterable[ResponseSequence], seen: Seen) -> set[Key]:
    checked = ((sequence, position) for sequence in sequences for position in sequence.checked_positions())
    return {key for sequence, position in checked for key in _unread(sequence, position, seen)}


def _unread(sequence: ResponseSequence, position: int, seen: Seen) -> Iterator[Key]:
    here = sequence.survey, sequence.ids[position]
    if here not in seen:
        yield here
    for keys in _around(sequence, position):
        for key in keys:
            if key not in seen:
                yield key
                break
            if (response := seen[key]) is not None and counts_for(response, sequence.person):
                break


def _around(sequence: ResponseSequence, position: int) -> tuple[Iterator[Key], Iterator[Key]]:
    return sequence.before(position), sequence.after(position)


def _nearest(keys: Iterator[Key], place: Response, seen: Seen) -> Response | None:
    found = (seen.get(key) for key in keys)
    return next((each for each in found if each is not None and counts_for(each, place.person)), None)


def _commit(chunk: Sequence[Change], ledger: Ledger, pause: Callable[[int], None]) -> set[Key]:
    """Write what can be written of a chunk; return the keys of what cannot."""
    left = {key_of(change.new): change for change in chunk}
    for attempt in range(ATTEMPTS):
        try:
            refusals = ledger.commit(list(left.values())) if left else None
        except InvalidChunkError:
            break
        if refusals is None:
            return {key_of(change.new) for change in chunk} - left.keys()
        if any(refusal.verdict is Verdict.BUSY for refusal in refusals):
            pause(attempt)
        refused = zip(list(left), refusals, strict=True)
        left = {key: left[key] for key, refusal in refused if refusal.verdict is not Verdict.STALE}
    return {key_of(change.new) for change in chunk}
