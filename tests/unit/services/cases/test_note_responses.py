"""What becomes of responses is noted on cases once, and the same whatever comes late, twice or out of order."""

from dataclasses import dataclass, field, replace
from enum import Enum
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.case_measures import DAY, MeasuredPeriod, measure
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind, figures_of
from earshot.domain.errors import BusyError
from earshot.domain.opened_cases import Opening, opened_by
from earshot.domain.response import Response, history_after
from earshot.domain.statement import StatementKind
from earshot.ports.ledger import Change
from earshot.services.cases.note_responses import NoteResponsesDeps, note_next_responses, note_revised
from tests.factories import NOON, make_person, make_response, revised, uuid7
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople

CONTACTED = CaseChange(FactKind.CONTACTED)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
REOPENED = CaseChange(FactKind.REOPENED)


@dataclass
class World:
    """Ann's first response, the case that it opened, and what comes later."""

    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    subject: SubjectKind = SubjectKind.PERSON

    def __post_init__(self) -> None:
        self.people = InMemoryPeople(self.ledger)
        self.people.kept["ann"] = make_person(id="ann", account="acme")
        self.cases = InMemoryCases(InMemoryAlerts(), self.people.kept)
        self.deps = NoteResponsesDeps(self.cases, self.ledger, self.people, lambda: NOON + 200 * DAY, no_pause)
        self.first = self.respond(0, 2)
        alert = Alert("demo", "own", self.first.id, NOON)
        name = "ann" if self.subject is SubjectKind.PERSON else "acme"
        case = opened_by(alert, self.subject, name, Opening(score=2))
        assert self.cases.open(alert, case).is_made
        self.id = case.id

    @property
    def case(self) -> Case:
        return self.cases.kept[self.id]

    def respond(self, days: float, score: int, person: str | None = "ann", **more: bool) -> Response:
        response = make_response(
            score,
            id=uuid7(seed=f"{len(self.ledger.items)}"),
            person=person,
            responded_at=int(NOON + days * DAY),
            excluded=more.get("excluded", False),
        )
        self.write(None, response)
        return response

    def write(self, old: Response | None, new: Response) -> None:
        assert self.ledger.commit([Change(old, new)]) is None

    def change(self, days: float, *changes: CaseChange) -> None:
        for change in changes:
            assert self.cases.change(self.case, *changed(self.case, change, int(NOON + days * DAY), "key:k"))

    def note(self, response: Response | None = None) -> int:
        return note_next_responses("demo", [(response or self.first).id], self.deps)

    @property
    def noted(self) -> tuple[float | None, int | None]:
        """Return after how many days the next response was noted, and its score."""
        at = self.case.responded_again_at
        return None if at is None else (at - NOON) / DAY, self.case.responded_again_score


def test_the_next_response_after_the_closing_is_noted_once() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    world.respond(0.5, 4)
    world.respond(3, 9)
    world.respond(5, 1)
    assert [world.note() for _ in range(3)] == [1, 0, 0]
    assert list(world.noted) == [3, 9]
    fact = world.cases.facts(world.id)[-1]
    assert (fact.kind.value, fact.actor, fact.response or "") == ("responded_again", "earshot", "")
    assert fact.extra == {"at": NOON + 3 * DAY, "score": 9}


def test_while_nobody_contacted_them_it_is_the_next_one_after_the_opening() -> None:
    world = World()
    world.respond(2, 3)
    assert (world.note(), world.noted) == (1, (2, 3))


def test_while_somebody_works_on_a_case_no_response_is_the_next_one() -> None:
    world = World()
    world.change(1, CONTACTED)
    world.respond(2, 9)
    assert (world.note(), world.noted) == (0, (None, None))


def test_after_the_closing_one_noted_before_it_counts_no_more() -> None:
    world = World()
    world.respond(1, 3)
    world.note()
    world.change(2, CONTACTED, RESOLVED)
    assert world.note() == 0
    world.respond(4, 8)
    assert (world.note(), world.noted) == (1, (4, 8))


def test_an_earlier_response_that_comes_late_takes_the_place_of_a_later_one() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    world.respond(9, 10)
    world.note()
    world.respond(8, 2)
    assert (world.note(), world.noted) == (1, (8, 2))


def test_a_corrected_next_response_counts_with_its_new_score() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    later = world.respond(3, 9)
    world.note()
    world.write(later, revised(later, score=4))
    assert (world.note(later), world.noted) == (1, (3, 4))


def test_what_was_noted_stays_once_the_response_is_erased_or_excluded() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    gone = world.respond(3, 9)
    world.note()
    world.write(gone, revised(gone, kind=StatementKind.ERASED, score=None, person=None))
    world.respond(5, 1)
    assert (world.note(), world.noted) == (0, (3, 9))


def test_an_excluded_response_is_nobody_s_next_one() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    world.respond(3, 9, excluded=True)
    world.respond(4, 7)
    assert (world.note(), world.noted) == (1, (4, 7))


@pytest.mark.parametrize(("days", "noted"), [(180, 1), (180.1, 0)])
def test_after_half_a_year_nothing_is_a_next_response_any_more(days: float, noted: int) -> None:
    world = World()
    world.change(0, CONTACTED, RESOLVED)
    world.respond(days, 9)
    assert world.note() == noted


def test_a_person_without_a_case_costs_no_write_and_two_looks() -> None:
    world = World()
    stranger = world.respond(1, 9, "bob")
    asked: list[str] = []
    world.people.before = asked.append
    world.cases.get = None  # type: ignore[assignment, method-assign]
    assert world.note(stranger) == 0
    assert asked == []
    assert note_next_responses("demo", ["nowhere"], world.deps) == 0


def test_of_an_account_s_case_those_count_who_are_in_it() -> None:
    world = World(subject=SubjectKind.ACCOUNT)
    world.people.kept["bob"] = make_person(id="bob", account="acme")
    world.change(1, CONTACTED, RESOLVED)
    of_bob = world.respond(2, 10, "bob")
    assert world.note(of_bob) == 0
    world.respond(3, 8)
    assert (world.note(), world.noted) == (1, (3, 8))


def watched(monkeypatch: pytest.MonkeyPatch, port: object, name: str) -> list[tuple[Any, ...]]:
    """Return a list to which each call of a port adds what it is asked for."""
    calls, ask = list[tuple[Any, ...]](), getattr(port, name)

    def call(*arguments: Any) -> Any:
        calls.append(arguments)
        return ask(*arguments)

    monkeypatch.setattr(port, name, call)
    return calls


def test_of_many_people_of_an_account_each_case_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world, people = World(subject=SubjectKind.ACCOUNT), ("ann", "bob", "cid")
    for person in people[1:]:
        world.people.kept[person] = make_person(id=person, account="acme")
    world.change(1, CONTACTED, RESOLVED)
    alert = Alert("demo", "own", world.respond(2, 1, "bob").id, NOON + 2 * DAY)
    second = opened_by(alert, SubjectKind.ACCOUNT, "acme", Opening(score=1))
    assert world.cases.open(alert, second).is_made
    again = [world.respond(3, 9, person).id for person in people]
    read = watched(monkeypatch, world.cases, "joined")
    asked = watched(monkeypatch, world.people, "responses_since")
    assert note_next_responses("demo", again, world.deps) == 2
    assert sorted(case for case, _ in read) == sorted([world.id, second.id])
    assert sorted(person for person, _, since in asked if since == 0) == list(people)


@pytest.mark.parametrize(("days", "is_read"), [(180, True), (181, False)])
def test_a_case_whose_half_a_year_is_over_is_left_out(
    monkeypatch: pytest.MonkeyPatch, days: int, is_read: bool
) -> None:
    world = World(subject=SubjectKind.ACCOUNT)
    world.change(0, CONTACTED, RESOLVED)
    read = watched(monkeypatch, world.cases, "joined")
    assert world.note(world.respond(days, 9)) == is_read
    assert len(read) == is_read


def test_an_erased_person_s_case_takes_nothing_more() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    world.respond(3, 9)
    world.cases.kept[world.id] = replace(world.case, person=None)
    assert (world.note(), world.noted) == (0, (None, None))


def test_who_is_faster_is_read_again_and_one_who_always_is_ends_it() -> None:
    world = World()
    world.change(1, CONTACTED, RESOLVED)
    world.respond(3, 9)
    write, tries = world.cases.change, []

    def after_another(old: Case, *rest: object) -> bool:
        tries.append(old.revision)
        if len(tries) == 1:
            world.cases.kept[world.id] = replace(old, revision=old.revision + 1)
        return write(old, *rest)  # type: ignore[arg-type]

    world.cases.change = after_another  # type: ignore[method-assign, assignment]
    assert (world.note(), len(tries)) == (1, 2)
    world.respond(2, 4)
    world.cases.change = lambda *_: False  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        world.note()


def correct(response: Response, **changes: Any) -> Response:
    """Return a response as the holder of a key corrects it, a moment after it was received."""
    old = response.statement
    new = replace(old, kind=StatementKind.CHANGED_WITH_KEY, received_at=old.received_at + 1, **changes)
    history = history_after(response.history, old, new)
    return replace(response, statement=new, history=history, revision=response.revision + 1)


def test_a_correction_of_a_response_in_the_case_is_noted_once() -> None:
    world = World()
    world.write(world.first, correct(world.first, score=1, comment="worse"))
    notes = [note_revised("demo", {world.first.id: {world.id}}, world.deps) for _ in range(2)]
    assert notes == [1, 0]
    (fact,) = world.cases.facts(world.id)
    assert (fact.kind, fact.response) == (FactKind.RESPONSE_CHANGED, world.first.id)
    assert fact.extra["changed"] == ["score", "comment"]
    assert (fact.extra["score"], world.case.score) == (1, 1)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_response_that_was_erased_meanwhile_is_noted_no_more(is_first: bool) -> None:
    world = World(subject=SubjectKind.ACCOUNT)
    joined = world.respond(1, 3)
    assert world.cases.join(Alert("demo", "own", joined.id, NOON + DAY, case=world.id)).is_made
    response = world.first if is_first else joined
    world.write(response, correct(response, comment="worse"))
    assert note_revised("demo", {response.id: {world.id}}, world.deps) == 1
    later = world.ledger.items["demo", response.id]
    assert isinstance(later, Response)
    world.write(later, correct(later, comment="worst"))
    read = world.ledger.find_many

    def and_then_it_leaves(*arguments: Any) -> Any:
        found = read(*arguments)
        assert world.cases.leave(world.id, response.id)
        return found

    world.ledger.find_many = and_then_it_leaves  # type: ignore[assignment,method-assign]
    assert note_revised("demo", {response.id: {world.id}}, world.deps) == 0
    assert [fact.response for fact in world.cases.facts(world.id)] == [None]


def test_the_lowest_score_stays_and_a_very_low_one_is_urgent() -> None:
    world = World()
    world.write(world.first, correct(world.first, score=9))
    note_revised("demo", {world.first.id: {world.id}}, world.deps)
    assert (world.case.score, world.case.priority) == (2, Priority.NORMAL)
    later = world.ledger.items["demo", world.first.id]
    assert isinstance(later, Response)
    world.write(later, correct(later, score=0))
    note_revised("demo", {world.first.id: {world.id}}, world.deps)
    assert (world.case.score, world.case.priority) == (0, Priority.HIGH)


def test_a_completed_a_gone_and_an_unknown_response_are_no_correction() -> None:
    world = World()
    world.write(world.first, revised(world.first, comment="and it was late"))
    revision = world.case.revision
    assert note_revised("demo", {world.first.id: {world.id}, "nowhere": {world.id}}, world.deps) == 0
    found = world.ledger.items["demo", world.first.id]
    assert isinstance(found, Response)
    world.write(found, correct(found, excluded=True, exclusion_reason="test"))
    assert note_revised("demo", {world.first.id: {world.id}}, world.deps) == 0
    assert world.case.revision == revision


def test_a_collective_and_an_erased_case_note_no_correction() -> None:
    world = World()
    world.write(world.first, correct(world.first, comment="oh"))
    for case in (replace(world.case, subject=SubjectKind.COLLECTIVE), replace(world.case, person=None)):
        world.cases.kept[world.id] = case
        assert note_revised("demo", {world.first.id: {world.id}, "nowhere": set()}, world.deps) == 0
    assert note_revised("demo", {world.first.id: {"nowhere"}}, world.deps) == 0


class Kind(Enum):
    """What happens in a random story."""

    RESPOND = "respond"
    NOTE = "note"
    CONTACT = "contact"
    CLOSE = "close"
    REOPEN = "reopen"


@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(1, 400), st.integers(0, 10)), max_size=15), st.randoms())
def test_whatever_is_noted_when_the_measure_is_that_of_all_responses(
    story: list[tuple[Kind, int, int]], random: Random
) -> None:
    world, given_on = World(), dict[int, int]()
    for kind, day, score in story:
        state, contacted = world.case.state, world.case.contacted_at
        if kind is Kind.RESPOND and day not in given_on:
            given_on[day] = score
            world.respond(day, score)
        elif kind is Kind.NOTE:
            world.note()
        elif kind is Kind.CONTACT and contacted is None and not state.is_closed:
            world.change(random.randrange(400), CONTACTED)
        elif kind is Kind.CLOSE and not state.is_closed:
            world.change(random.randrange(400), RESOLVED)
        elif kind is Kind.REOPEN and state.is_closed:
            world.change(random.randrange(400), REOPENED)
    for _ in range(2):
        world.note()
    found = measure([figures_of(world.case)], MeasuredPeriod(0, NOON + 500 * DAY, NOON + 500 * DAY), lambda *_: 0)
    sides = found.recovery.closed, found.recovery.control
    since = world.case.closed_at or (None if world.case.contacted_at else NOON)
    scores = (
        []
        if since is None
        else [score for day, score in sorted(given_on.items()) if since < NOON + day * DAY <= since + 180 * DAY]
    )
    assert sum(side.responded for side in sides) == bool(scores)
    assert sum(side.recovered for side in sides) == bool(scores and scores[0] >= 7)
