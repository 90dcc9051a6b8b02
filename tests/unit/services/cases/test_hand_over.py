"""The cases of a member who was removed go to those who stand in for them, each once, whatever happens meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.case_facts import EARSHOT, CaseChange, FactKind, changed
from earshot.domain.cases import Case, CaseOutcome, OwnedBy, RootCause, SubjectKind
from earshot.domain.errors import BusyError
from earshot.domain.members import Member, removed
from earshot.domain.opened_cases import Opening, opened_by_hand
from earshot.services.cases import hand_over as hand_over_module
from earshot.services.cases.change_case import ChangeCaseDeps
from earshot.services.cases.hand_over import HandOverTask, hand_over, plan_hand_over
from tests.factories import NOON, make_member
from tests.fakes.alerts import DelayedQueue, InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.team import InMemoryMembers

ANN = removed(make_member("ann", deputy="bea"), NOON)
CLOSED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


def case_of(owner: str | None, number: int = 0) -> Case:
    opening = Opening(owner=owner, owned_by=None if owner is None else OwnedBy.SURVEY)
    return opened_by_hand(f"case-{number}", "demo", SubjectKind.PERSON, f"p{number}", NOON, opening)


class World:
    """Cases in a team, and what hands them over."""

    def __init__(self, *members: Member, cases: int = 1, owner: str | None = "ann") -> None:
        self.cases, self.members = InMemoryCases(InMemoryAlerts()), InMemoryMembers(*members)
        for number in range(cases):
            case = case_of(owner, number)
            _, fact = changed(case, CaseChange(FactKind.NOTE, note="made"), NOON, "key:k")
            assert self.cases.open_by_hand(case, fact)
        self.pauses: list[int] = []

    def hand_over(self, case: str = "case-0", member: str = "ann") -> Case | None:
        deps = ChangeCaseDeps(
            cases=self.cases,
            calendars=InMemoryCalendars(),
            members=self.members,
            pause=self.pauses.append,
            clock=lambda: NOON + 5,
        )
        return hand_over(case, member, deps)

    def meanwhile(self, *writes: Callable[[], Any]) -> None:
        """Make others write after the case was read and before it is written."""
        change, others = self.cases.change, iter(writes)

        def slower(*arguments: Any) -> bool:
            next(others, lambda: None)()
            return change(*arguments)

        self.cases.change = slower  # type: ignore[method-assign,assignment]

    def note(self, change: CaseChange, case: str = "case-0") -> None:
        old = self.cases.kept[case]
        new, fact = changed(old, change, NOON + 1, "key:k")
        self.cases.kept[case] = new
        self.cases.kept_facts[case].append(fact)


def test_a_case_goes_to_the_deputy_as_a_fact() -> None:
    world = World(ANN, make_member("bea"))
    new = world.hand_over()
    assert new == world.cases.kept["case-0"]
    assert new is not None
    assert (new.owner, new.owned_by) == ("bea", OwnedBy.DEPUTY)
    fact = world.cases.kept_facts["case-0"][-1]
    assert (fact.kind, fact.actor, fact.owner, fact.at) == (FactKind.HANDED_OVER, EARSHOT, "bea", NOON + 5)


def test_nobody_owns_it_where_nobody_stands_in() -> None:
    for team in ((ANN,), (ANN, removed(make_member("bea"), NOON)), ()):
        new = World(*team).hand_over()
        assert new is not None
        assert (new.owner, new.owned_by) == (None, None)


def test_what_comes_twice_hands_over_once() -> None:
    world = World(ANN, make_member("bea"))
    first = world.hand_over()
    assert world.hand_over() is None
    assert world.cases.kept["case-0"] == first
    assert [fact.kind for fact in world.cases.kept_facts["case-0"]] == [FactKind.NOTE, FactKind.HANDED_OVER]


@pytest.mark.parametrize("change", [CLOSED, CaseChange(FactKind.ASSIGNED, owner="cy", note="mine")])
def test_a_case_that_is_closed_or_given_to_another_one_meanwhile_stays_so(change: CaseChange) -> None:
    world = World(ANN, make_member("bea"))
    world.meanwhile(lambda: world.note(change))
    assert world.hand_over() is None
    assert FactKind.HANDED_OVER not in [fact.kind for fact in world.cases.kept_facts["case-0"]]


def test_somebody_elses_note_meanwhile_is_kept() -> None:
    world = World(ANN, make_member("bea"))
    world.meanwhile(lambda: world.note(CaseChange(FactKind.NOTE, note="called")))
    new = world.hand_over()
    assert new is not None
    assert (new.owner, new.revision, world.pauses) == ("bea", 3, [0])


def test_where_others_write_all_the_while_the_message_comes_again() -> None:
    world = World(ANN, make_member("bea"))
    note = CaseChange(FactKind.NOTE, note="again")
    world.meanwhile(*[lambda: world.note(note)] * 9)
    with pytest.raises(BusyError):
        world.hand_over()


def test_a_member_who_was_added_again_keeps_their_cases() -> None:
    for member in (make_member("ann"), replace(make_member("ann"), deputy="bea")):
        world = World(member, make_member("bea"))
        assert world.hand_over() is None
        assert world.cases.kept["case-0"].owner == "ann"


def test_a_case_that_is_gone_is_left() -> None:
    assert World(ANN).hand_over("other") is None


def test_all_cases_of_a_member_are_queued_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over_module, "PAGE", 2)
    world, queue = World(ANN, make_member("bea"), cases=5), DelayedQueue()
    other = case_of("bea", 9)
    world.cases.kept[other.id] = other
    task: HandOverTask | None = HandOverTask("ann")
    sizes = []
    while task is not None:
        count, task = plan_hand_over(HandOverTask.of(task.to_json()), world.cases, queue)
        sizes.append(count)
        # What was queued may be done before the next page is looked for.
        for message, _ in queue.tasks[-count:]:
            world.hand_over(message["case_hand_over"], message["member"])
    assert sum(sizes) == 5
    assert {case.owner for case in world.cases.kept.values()} == {"bea"}


@pytest.mark.parametrize("message", [{}, {"hand_over": 1}, {"hand_over": "ann", "after": 3}])
def test_a_task_that_is_none_is_refused(message: Mapping[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        HandOverTask.of(message)
