"""A change of a case holds once, on what its author read; two people at one case hear of each other."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import Case, CaseOutcome, CaseState, OwnedBy, RootCause, SubjectKind
from earshot.domain.errors import BusyError, ChangedError, ConflictError, InvalidError, NotFoundError
from earshot.domain.members import Member, removed
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.cases.change_case import ChangeCaseDeps, change_case, is_unowned
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from tests.factories import NOON, make_person
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.team import InMemoryMembers

CONTACTED, REOPENED = CaseChange(FactKind.CONTACTED), CaseChange(FactKind.REOPENED)
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
MIA = Member("mia", "mia@example.com", "Mia", Role.FRONTLINE)
OFFICE = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})


class World:
    """Ann's case, and the member Mia."""

    def __init__(self) -> None:
        self.alerts = InMemoryAlerts()
        self.cases = InMemoryCases(self.alerts, {"ann": make_person(account="acme")})
        self.pauses: list[int] = []
        self.now = NOON
        self.case = self.open("r1")

    def open(self, response: str, by: CaseBy = CaseBy.PERSON, person: str | None = "ann") -> str:
        alert = Alert("demo", "own", response, NOON)
        opened = raise_in_case(alert, by, person, OpenCasesDeps(self.alerts, self.cases, no_pause))
        return opened.alert.case or ""

    def change(self, change: CaseChange, revision: int | None = None, case: str | None = None) -> Case:
        deps = ChangeCaseDeps(
            cases=self.cases,
            calendars=InMemoryCalendars(OFFICE),
            members=InMemoryMembers(MIA, removed(replace(MIA, id="bo", deputy="mia"), NOON)),
            pause=self.pauses.append,
            clock=lambda: self.now,
        )
        return change_case(case or self.case, revision, change, "key:k", deps)

    def meanwhile(self, write: Callable[[], Any]) -> None:
        """Make somebody else write once, after the case was read and before it is written."""
        change, others = self.cases.change, iter([write])

        def slower(*arguments: Any) -> bool:
            next(others, lambda: None)()
            return change(*arguments)

        self.cases.change = slower  # type: ignore[method-assign,assignment]


@pytest.fixture
def world() -> World:
    return World()


def test_a_change_is_kept_with_its_fact(world: World) -> None:
    new = world.change(CONTACTED, 1)
    assert new == world.cases.get(world.case)
    assert (new.state, new.revision) == (CaseState.CONTACTED, 2)
    (fact,) = world.cases.facts(world.case)
    assert (fact.kind, fact.actor, fact.at) == (FactKind.CONTACTED, "key:k", NOON)


def test_of_two_who_close_a_case_the_second_sees_what_it_is_now(world: World) -> None:
    first = world.change(RESOLVED, 1)
    with pytest.raises(ChangedError) as found:
        world.change(CaseChange(FactKind.NO_ACTION, outcome=CaseOutcome.TEST, root_cause=RootCause.OTHER), 1)
    assert found.value.current == first
    assert len(world.cases.facts(world.case)) == 1


def test_who_is_faster_at_the_same_moment_makes_the_other_look_again(world: World) -> None:
    world.meanwhile(lambda: world.change(CONTACTED, 1))
    with pytest.raises(ChangedError) as found:
        world.change(RESOLVED, 1)
    assert found.value.current.state is CaseState.CONTACTED


def test_without_a_revision_a_change_holds_whatever_happened_meanwhile(world: World) -> None:
    world.meanwhile(lambda: world.open("r2"))
    assert world.change(RESOLVED).revision == 3
    assert world.pauses == [0]


def test_others_who_write_all_the_while_are_an_error_to_try_again(world: World) -> None:
    world.cases.change = lambda *_: False  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        world.change(CONTACTED, 1)
    assert len(world.pauses) > 3


def test_there_is_no_such_case(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.change(CONTACTED, case="none")


def test_only_a_member_is_given_a_case(world: World) -> None:
    for owner, words in (("bo", "the member 'bo' was removed"), ("eve", "there is no member 'eve'")):
        with pytest.raises(InvalidError, match=f"owner: {words}"):
            world.change(CaseChange(FactKind.ASSIGNED, owner=owner))
    assert world.change(CaseChange(FactKind.ASSIGNED, owner="mia")).owner == "mia"


@pytest.mark.parametrize(
    ("owner", "given_to", "owned_by"),
    [
        ("bo", "mia", OwnedBy.DEPUTY),
        ("gone", None, None),
        ("mia", "mia", OwnedBy.RULE),
        (None, None, None),
    ],
)
def test_a_case_is_opened_again_for_who_stands_in_for_an_owner_who_was_removed(
    world: World, owner: str | None, given_to: str | None, owned_by: OwnedBy | None
) -> None:
    chosen_by = OwnedBy.RULE if owner else None
    world.cases.kept[world.case] = replace(world.cases.kept[world.case], owner=owner, owned_by=chosen_by)
    world.change(RESOLVED)
    new = world.change(REOPENED)
    assert (new.owner, new.owned_by) == (given_to, owned_by)
    fact = world.cases.facts(world.case)[-1]
    went = owner != given_to
    assert (fact.owner, dict(fact.extra)) == ((given_to, {"handed_over_from": owner}) if went else (None, {}))


def test_nobody_says_whose_a_case_is_by_opening_it_again(world: World) -> None:
    world.cases.kept[world.case] = replace(world.cases.kept[world.case], owner="gone")
    world.change(RESOLVED)
    with pytest.raises(InvalidError, match="owner: it belongs to the kind assigned"):
        world.change(replace(REOPENED, owner="mia"))


def test_a_case_is_unowned_that_is_open_and_nobody_s_although_there_is_a_team(world: World) -> None:
    case, nobody = world.cases.kept[world.case], InMemoryMembers(removed(MIA, NOON))
    assert is_unowned(case, InMemoryMembers(MIA))
    assert not is_unowned(case, nobody)
    assert not is_unowned(replace(case, owner="mia"), InMemoryMembers(MIA))
    assert not is_unowned(world.change(RESOLVED), InMemoryMembers(MIA))


def test_the_clocks_run_in_the_hours_of_its_calendar(world: World) -> None:
    case = opened_by(Alert("other", "own", "r1", NOON), SubjectKind.PERSON, "ann", Opening(calendar=OFFICE))
    world.cases.kept[case.id] = replace(case, state=CaseState.RESOLVED, closed_at=NOON)
    # 120 hours are fifteen Mondays, and this is a Saturday.
    assert world.change(REOPENED, case=case.id).close_due_at == NOON + (14 * 7 * 24 + 53) * HOUR


@pytest.mark.parametrize(("by", "person"), [(CaseBy.PERSON, "ann"), (CaseBy.ACCOUNT, "ann")])
def test_a_case_is_not_opened_again_next_to_another_one(world: World, by: CaseBy, person: str) -> None:
    first = world.open("r5", by, person)
    world.change(RESOLVED, case=first)
    second = world.open("r6", by, person)
    with pytest.raises(ConflictError, match=f"another case is open: {second}"):
        world.change(REOPENED, case=first)
    world.change(RESOLVED, case=second)
    assert world.change(REOPENED, case=first).round == 2


def test_neither_is_a_collective_case(world: World) -> None:
    alert, later = Alert("demo", "own", "r7", NOON), Alert("demo", "own", "r8", NOON)
    first, second = (opened_by(each, SubjectKind.COLLECTIVE) for each in (alert, later))
    world.cases.open(alert, first)
    world.change(RESOLVED, case=first.id)
    world.cases.open(later, second)
    with pytest.raises(ConflictError, match=second.id):
        world.change(REOPENED, case=first.id)


def test_a_case_counts_as_unowned_if_the_team_cannot_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, Member]:
        raise BusyError("the table is away")

    team, case = InMemoryMembers(MIA), world.cases.kept[world.case]
    monkeypatch.setattr(team, "all", away)
    assert is_unowned(case, team)
    assert not is_unowned(replace(case, owner="mia"), team)
