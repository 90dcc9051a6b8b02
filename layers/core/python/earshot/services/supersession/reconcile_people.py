"""Reconcile the chains of many people: read each in one query, and look again one by one where necessary.

Many people's links are corrected in few calls, as far as one look is proven to be enough (ADR 13).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import islice

from earshot.domain.errors import BusyError
from earshot.domain.response import Key, Response
from earshot.domain.submission import Submission
from earshot.domain.supersession import ResponseSequence, counts_for, moves_earlier, superseded_by, with_repeat_flag
from earshot.ports.ledger import Change, InvalidChunkError, Ledger, Verdict
from earshot.ports.people import LatestOf, People
from earshot.services.responses.transaction_chunks import cut
from earshot.services.supersession.reconcile_one import reconcile_again

ATTEMPTS = 12


@dataclass(slots=True)
class BatchResult:
    """What became of some sequences: the changes that one look asked for, and where one look was not enough.

    `again` holds, by the response that was checked, all responses around which another look is due.
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


# People whose responses are read and written together: what was begun is finished, even if the time is over.
TOGETHER = 100
# People whose pointers are read side by side.
AT_ONCE = 10
# Pointers that are read of a person, in addition to two for each response that is checked: most people have no more.
LATEST = 10


@dataclass(frozen=True, slots=True)
class PersonResponses:
    """The ids of one person's responses to a survey that are to be checked."""

    person: str
    survey: str
    ids: AbstractSet[str]


def reconcile_written(
    written: Iterable[Submission],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    has_time: Callable[[], bool],
) -> set[Key]:
    """Reconcile the responses that were written, and note straight repeats; return the keys of those left for later.

    `has_time` is asked before each person. A person who was begun is finished, or among those left.
    """
    run = Reconciliation(ledger, people, pause, has_time)
    waiting = iter(_by_person(written))
    while group := list(islice(waiting, TOGETHER)):
        run.reconcile(group)
    return run.failed


def _by_person(written: Iterable[Submission]) -> list[PersonResponses]:
    found: dict[tuple[str, str], set[str]] = {}
    for submission in written:
        if (person := submission.statement.person) is not None:
            found.setdefault((person, submission.survey), set()).add(submission.id)
    return [PersonResponses(person, survey, ids) for (person, survey), ids in found.items()]


class Reconciliation:
    """Reconciles some people at a time: `changed` counts the links that were wrong, `failed` is left for later.

    `checks` also looks at people with one response, and notes no repeats; `dry` writes nothing.
    """

    def __init__(
        self,
        ledger: Ledger,
        people: People,
        pause: Callable[[int], None],
        has_time: Callable[[], bool],
        *,
        checks: bool = False,
        dry: bool = False,
    ) -> None:
        self.failed: set[Key] = set()
        self.changed = 0
        self._checks, self._dry = checks, dry
        self._ledger, self._people, self._pause, self._has_time = ledger, people, pause, has_time

    def reconcile(self, group: Sequence[PersonResponses]) -> None:
        """Reconcile the responses of some people; if the table is away, all of them are left for later."""
        checked = {(each.survey, response_id) for each in group for response_id in each.ids}
        try:
            done, sent_as = self._reconciled(group)
        except BusyError:
            self.failed |= checked
            return
        # A dry run finds the same wrong link from both its ends: it is counted at its own response only.
        self.changed += sum(not self._dry or key_of(change.new) in checked for change in done.changes)
        for key, around in done.again.items():
            if not self._dry and not self._is_reconciled(around):
                self.failed |= sent_as.get(key, {key})

    def _reconciled(self, group: Sequence[PersonResponses]) -> tuple[BatchResult, Mapping[Key, set[Key]]]:
        """Reconcile in one batch; return its result, and under which keys each response was sent."""
        sequences: list[ResponseSequence] = []
        elsewhere: list[Key] = []
        waiting = iter(group)
        while some := list(islice(waiting, AT_ONCE)):
            for each, sequence in self._latest(some):
                sequences += [sequence] if sequence.checked and (len(sequence.ids) > 1 or self._checks) else []
                elsewhere += [(each.survey, response_id) for response_id in sorted(each.ids - sequence.checked)]
        found = self._ledger.find_many(elsewhere)
        sent_as: dict[Key, set[Key]] = {}
        for key, response in found.items():
            sent_as.setdefault(key_of(response), set()).add(key)
        alone = {key_of(response): response for response in found.values() if response.counts and response.person}
        sequences += self._around(alone, sent_as)
        notes = not self._checks
        return reconcile_batch(sequences, ledger=self._ledger, pause=self._pause, notes=notes, dry=self._dry), sent_as

    def _latest(self, some: Sequence[PersonResponses]) -> Iterator[tuple[PersonResponses, ResponseSequence]]:
        """Read the latest responses of some people, among which those that were just written nearly always are."""
        begun = [each for each in some if self._may_begin(each)]
        asked = [LatestOf(each.person, each.survey, min(LATEST + 2 * len(each.ids), 1000)) for each in begun]
        for each, (ids, has_first) in zip(begun, self._people.latest_responses(asked), strict=True):
            inside = ids if has_first else ids[1:]
            yield each, ResponseSequence(each.survey, each.person, ids, each.ids & set(inside), has_first)

    def _may_begin(self, of: PersonResponses) -> bool:
        """Return whether there is time to begin with a person, who is left for later otherwise."""
        if self._has_time():
            return True
        self.failed |= {(of.survey, response_id) for response_id in of.ids}
        return False

    def _around(self, responses: Mapping[Key, Response], sent_as: Mapping[Key, set[Key]]) -> Iterator[ResponseSequence]:
        """Read the neighbors of responses that are far back, were sent under another id, or are somebody else's."""
        for key, response in responses.items():
            if not self._has_time():
                self.failed |= sent_as[key]
                continue
            before = list(islice(self._people.responses_before(response), LATEST))
            after = list(islice(self._people.responses_after(response), LATEST))
            ids = [*reversed(before), response.id, *after]
            of = response.survey, response.person or ""
            yield ResponseSequence(*of, ids, frozenset({response.id}), len(before) < LATEST, len(after) < LATEST)

    def _is_reconciled(self, around: Sequence[Response]) -> bool:
        """Look around some responses of a person one by one, until nothing is wrong; False to try again later."""
        if not self._has_time():
            return False
        responses = {key_of(response): response for response in around}.values()
        try:
            reconcile_again(
                responses, ledger=self._ledger, people=self._people, pause=self._pause, notes=not self._checks
            )
        except (BusyError, InvalidChunkError):
            return False
        return True
