"""After answers of people were written: link those of many people to what they answered before, in few calls."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice

from earshot.domain.chain import Chain
from earshot.domain.errors import BusyError
from earshot.domain.response import Key, Response
from earshot.domain.submission import Submission
from earshot.ports.people import People
from earshot.ports.responses import InvalidChunkError, Ledger
from earshot.services.link_answers import settle_again
from earshot.services.link_chains import Linked, key_of, link_chains

# People whose answers are read and written together: what was begun is brought to an end, even if the time is over.
TOGETHER = 100
# Pointers that are read of a person, beside two for each of their answers: most have no more.
LATEST = 10


@dataclass(frozen=True, slots=True)
class Person:
    """One person's answers to a survey that were written."""

    id: str
    survey: str
    answers: AbstractSet[str]


def link_written(
    written: Iterable[Submission],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    has_time: Callable[[], bool],
) -> set[Key]:
    """Link the answers to those beside them, and note straight repeats; give those that were not looked after.

    `has_time` is asked before each person. Whose looking after was begun is through with it, or named.
    """
    run = Linking(ledger, people, pause, has_time)
    waiting = iter(_by_person(written))
    while group := list(islice(waiting, TOGETHER)):
        run.link(group)
    return run.failed


def _by_person(written: Iterable[Submission]) -> list[Person]:
    found: dict[tuple[str, str], set[str]] = {}
    for said in written:
        if said.statement.person is not None:
            found.setdefault((said.statement.person, said.survey), set()).add(said.id)
    return [Person(*whose, answers) for whose, answers in found.items()]


class Linking:
    """Links answers some people at a time: `changed` says how many were not right, `failed` which are for later.

    `checks` looks at those who answered once as well, and notes no repeats; `dry` writes nothing.
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

    def link(self, group: Sequence[Person]) -> None:
        """Link the answers of some people; if the table is away, those of all of them are for later."""
        try:
            done, sent_as = self._linked(group)
        except BusyError:
            self.failed |= {(person.survey, answer) for person in group for answer in person.answers}
            return
        looked_at = {(person.survey, answer) for person in group for answer in person.answers}
        # Unless it is written, what is wrong is found again beside each answer: each is told at its own.
        self.changed += sum(not self._dry or key_of(change.new) in looked_at for change in done.changes)
        for key, around in done.again.items():
            if not self._dry and not self._is_settled(around):
                self.failed |= sent_as.get(key, {key})

    def _linked(self, group: Sequence[Person]) -> tuple[Linked, Mapping[Key, set[Key]]]:
        """Look at what is beside the answers; gives with what is left to do as what each answer was sent."""
        chains: list[Chain] = []
        elsewhere: list[Key] = []
        for person in group:
            if not self._has_time():
                self.failed |= {(person.survey, answer) for answer in person.answers}
                continue
            chain = self._latest(person)
            chains += [chain] if chain.places and (len(chain.ids) > 1 or self._checks) else []
            elsewhere += [(person.survey, answer) for answer in sorted(person.answers - chain.places)]
        found = self._ledger.find_many(elsewhere)
        sent_as: dict[Key, set[Key]] = {}
        for key, answer in found.items():
            sent_as.setdefault(key_of(answer), set()).add(key)
        alone = {key_of(answer): answer for answer in found.values() if answer.counts and answer.person}
        chains += self._beside(alone, sent_as)
        notes = not self._checks
        return link_chains(chains, ledger=self._ledger, pause=self._pause, notes=notes, dry=self._dry), sent_as

    def _latest(self, person: Person) -> Chain:
        """Read a person's latest answers, of which those that came in now nearly always are."""
        limit = min(LATEST + 2 * len(person.answers), 1000)
        ids, begins = self._people.answered_latest(person.id, person.survey, limit)
        inside = ids if begins else ids[1:]
        return Chain(person.survey, person.id, ids, person.answers & set(inside), begins)

    def _beside(self, answers: Mapping[Key, Response], sent_as: Mapping[Key, set[Key]]) -> Iterator[Chain]:
        """Read what is beside answers that are far back, were sent under another id, or are somebody else's."""
        for key, answer in answers.items():
            if not self._has_time():
                self.failed |= sent_as[key]
                continue
            before = list(islice(self._people.answered_before(answer), LATEST))
            after = list(islice(self._people.answered_after(answer), LATEST))
            ids = [*reversed(before), answer.id, *after]
            whose = answer.survey, answer.person or ""
            yield Chain(*whose, ids, frozenset({answer.id}), len(before) < LATEST, len(after) < LATEST)

    def _is_settled(self, around: Sequence[Response]) -> bool:
        """Look around some answers of a person one by one, until nothing is wrong."""
        if not self._has_time():
            return False
        places = {key_of(place): place for place in around}.values()
        try:
            settle_again(places, ledger=self._ledger, people=self._people, pause=self._pause, notes=not self._checks)
        except (BusyError, InvalidChunkError):
            return False
        return True
