"""Link the answers of many people in few calls, as far as what was read proves that one look is enough (ADR 13)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from earshot.domain.chain import Chain
from earshot.domain.response import Key, Response
from earshot.domain.succession import is_nearer, is_of, linked, noted
from earshot.ports.responses import Change, InvalidChunkError, Ledger, Verdict
from earshot.services.responses.transaction_chunks import cut

ATTEMPTS = 12


@dataclass(slots=True)
class Linked:
    """What became of some chains: the changes that one look asked for, and where one look was not enough.

    `again` holds, by the answer that was looked after, all around which somebody has to look once more.
    """

    changes: list[Change] = field(default_factory=list)
    again: dict[Key, list[Response]] = field(default_factory=dict)

    def look_again(self, place: Response, *others: Response) -> None:
        """Note that around a place, and around others on its account, another look is due."""
        self.again.setdefault(key_of(place), [place]).extend(others)


Seen = dict[Key, Response | None]


def link_chains(
    chains: Sequence[Chain], *, ledger: Ledger, pause: Callable[[int], None], notes: bool = False, dry: bool = False
) -> Linked:
    """Bring the links at the places of some chains right, and note repeats if asked to; `dry` writes nothing.

    One look is enough where all that it found wrong were links that led too far, or nowhere, the writes held, and the
    answers they lead to still stand afterwards (`is_nearer`, ADR 13). Raises BusyError if the store is away.
    """
    run = _Run(_read(chains, ledger), notes=notes)
    for chain in chains:
        for at in chain.looked_after():
            run.look(chain, at)
    run.done.changes = run.changes()
    if not dry:
        run.write(ledger, pause)
    return run.done


class _Run:
    """One look at all places: what stands there, and what is to stand there."""

    def __init__(self, seen: Seen, *, notes: bool) -> None:
        self.done = Linked()
        self._seen = seen
        self._notes = notes
        self._new: dict[Key, Response] = {}
        self._places: dict[Key, list[Response]] = {}
        self._leads_to: dict[Key, Key] = {}

    def look(self, chain: Chain, at: int) -> None:
        """Plan what is wrong at a place; what the chain does not tell is for another look."""
        here = self._seen[chain.survey, chain.ids[at]]
        if here is None or here.person is None or not here.counts:
            return
        before, after = (_nearest(keys, here, self._seen) for keys in (chain.before(at), chain.after(at)))
        is_known = (before is not None or chain.begins) and (after is not None or chain.ends)
        if here.person != chain.person or not is_known:
            self.done.look_again(here)
            return
        self._plan(here, before, here)
        self._plan(here, here, after)

    def _plan(self, place: Response, earlier: Response | None, later: Response | None) -> None:
        if earlier is not None:
            self._put(place, linked(self._standing(earlier), later))
            self._leads_to[key_of(earlier)] = key_of(later or earlier)
        if self._notes and earlier is not None and later is not None:
            self._put(place, noted(earlier, self._standing(later)))

    def _standing(self, answer: Response) -> Response:
        return self._new.get(key_of(answer), answer)

    def _put(self, place: Response, new: Response) -> None:
        key = key_of(new)
        if new != self._seen[key]:
            self._places.setdefault(key, []).append(place)
        self._new[key] = new

    def changes(self) -> list[Change]:
        """Give what is to be written, those that are counted together beside each other."""
        found = [(self._seen[key], new) for key, new in self._new.items()]
        changes = [Change(old, replace(new, revision=old.revision + 1)) for old, new in found if old and new != old]
        return sorted(changes, key=lambda change: (change.new.survey, change.new.superseded or "", change.new.day))

    def write(self, ledger: Ledger, pause: Callable[[int], None]) -> None:
        """Write the changes, as many as fit in a transaction; look again where it was refused, or is not sure."""
        written: list[Change] = []
        for chunk in cut(self.done.changes, lambda change: change):
            refused = _commit(chunk, ledger, pause)
            written += [change for change in chunk if key_of(change.new) not in refused]
            self._doubt(change for change in chunk if key_of(change.new) in refused)
        self._doubt(change for change in written if not self._is_sure(change))
        moved = [change for change in written if _is_moved(change) and self._is_sure(change)]
        ends = {key: self._leads_to[key] for key in (key_of(change.new) for change in moved)}
        stands = ledger.find_many(sorted(set(ends.values())))
        self._doubt(change for change in moved if not _still_stands(change.new, stands.get(ends[key_of(change.new)])))

    @staticmethod
    def _is_sure(change: Change) -> bool:
        old = change.old.superseded if change.old else None
        return old == change.new.superseded or is_nearer(old, change.new.superseded)

    def _doubt(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for place in self._places[key_of(change.new)]:
                self.done.look_again(place, change.new)


def key_of(response: Response) -> Key:
    """Name a response."""
    return response.survey, response.id


def _is_moved(change: Change) -> bool:
    return change.old is not None and change.old.superseded != change.new.superseded


def _still_stands(answer: Response, following: Response | None) -> bool:
    return following is not None and is_of(answer, following)


def _read(chains: Sequence[Chain], ledger: Ledger) -> Seen:
    """Read what the places of chains and their neighbours need, for all of them at once, further out while it must."""
    seen: Seen = {}
    while wanted := {key for chain in chains for at in chain.looked_after() for key in _unread(chain, at, seen)}:
        found = ledger.find_many(sorted(wanted))
        seen |= {key: answer if (answer := found.get(key)) and key_of(answer) == key else None for key in wanted}
    return seen


def _unread(chain: Chain, at: int, seen: Seen) -> Iterator[Key]:
    here = chain.survey, chain.ids[at]
    if here not in seen:
        yield here
    for keys in (chain.before(at), chain.after(at)):
        for key in keys:
            if key not in seen:
                yield key
                break
            if (answer := seen[key]) is not None and answer.counts and answer.person == chain.person:
                break


def _nearest(keys: Iterator[Key], place: Response, seen: Seen) -> Response | None:
    found = (seen.get(key) for key in keys)
    return next((answer for answer in found if answer is not None and is_of(place, answer)), None)


def _commit(chunk: Sequence[Change], ledger: Ledger, pause: Callable[[int], None]) -> set[Key]:
    """Write as much of a chunk as will go; give those changes that will not."""
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
        told = zip(list(left), refusals, strict=True)
        left = {key: left[key] for key, refusal in told if refusal.verdict is not Verdict.STALE}
    return {key_of(change.new) for change in chunk}
