"""Reconcile the chains of many people: read each in one query, and look again one by one where that must be."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice

from earshot.domain.errors import BusyError
from earshot.domain.response import Key, Response
from earshot.domain.submission import Submission
from earshot.domain.supersession import ResponseSequence
from earshot.ports.people import People
from earshot.ports.responses import InvalidChunkError, Ledger
from earshot.services.supersession.reconcile_batch import BatchResult, key_of, reconcile_batch
from earshot.services.supersession.reconcile_one import reconcile_again

# People whose responses are read and written together: what was begun is finished, even if the time is over.
TOGETHER = 100
# Pointers that are read of a person, beside two for each response that is checked: most people have no more.
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
        for each in group:
            if not self._has_time():
                self.failed |= {(each.survey, response_id) for response_id in each.ids}
                continue
            sequence = self._latest(each)
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

    def _latest(self, of: PersonResponses) -> ResponseSequence:
        """Read a person's latest responses, among which those that were just written nearly always are."""
        limit = min(LATEST + 2 * len(of.ids), 1000)
        ids, has_first = self._people.latest_responses(of.person, of.survey, limit)
        inside = ids if has_first else ids[1:]
        return ResponseSequence(of.survey, of.person, ids, of.ids & set(inside), has_first)

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
