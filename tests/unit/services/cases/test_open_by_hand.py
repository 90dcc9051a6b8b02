"""A case is opened by hand for a person or an account that there is, with an owner who is there."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.business_time import Calendar
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_facts import FactKind
from earshot.domain.case_settings import CaseSettings, Priority, Targets, TargetsByPriority
from earshot.domain.cases import Case, CaseState, OwnedBy, SubjectKind
from earshot.domain.errors import AlreadyOpenError, BusyError, InvalidError
from earshot.domain.members import Member, removed
from earshot.domain.person import ErasedPerson, Person
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.open_by_hand import CaseDraft, OpenByHandDeps, open_by_hand
from tests.factories import NOON, make_person, make_survey
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts, InMemoryMembers, InMemoryTurns

KEY = {"key_account": "yes"}
WORKDAY = {"mon": (("09:00", "17:00"),)}
MIA = Member("mia", "mia@example.com", "Mia", Role.FRONTLINE, calendar="hers")
BO = Member("bo", "bo@example.com", "Bo", Role.FRONTLINE)
TARGETS = TargetsByPriority(Targets(1, 2), Targets(3, 4))
OF_ANN = CaseDraft("demo", person="ann")


class World:
    """A survey, the people Ann, Eve, who was erased, and the account acme."""

    def __init__(self) -> None:
        people: dict[str, Person | ErasedPerson] = {"ann": make_person()}
        people["eve"] = ErasedPerson("eve", NOON, subtract=False)
        self.cases = InMemoryCases(InMemoryAlerts(), people)
        settings = CaseSettings(calendar="theirs", targets=TARGETS)
        ids, accounts = count(1), InMemoryAccounts(Account("acme"), Account("key", owner="mia", properties=KEY))
        members = InMemoryMembers(MIA, BO, removed(replace(BO, id="old"), NOON))
        calendars = InMemoryCalendars(Calendar("hers", "UTC", WORKDAY), Calendar("theirs", "UTC", WORKDAY))
        self.deps = OpenByHandDeps(
            cases=self.cases,
            surveys=InMemorySurveys(replace(make_survey(), cases=settings)),
            accounts=accounts,
            members=members,
            openings=CaseOpenings(members, accounts, calendars, InMemoryTurns()),
            new_id=lambda: f"case-{next(ids)}",
            pause=lambda _: None,
            clock=lambda: NOON,
        )

    def open(self, draft: CaseDraft = OF_ANN) -> Case:
        return open_by_hand(draft, "key:k", self.deps)


@pytest.fixture
def world() -> World:
    return World()


def test_a_case_is_kept_with_who_opened_it_and_why(world: World) -> None:
    case = world.open(replace(OF_ANN, note=" she rang ", owner="mia", priority=Priority.HIGH))
    assert world.cases.get("case-1") == case
    assert (case.subject, case.person, case.responses, case.is_by_hand) == (SubjectKind.PERSON, "ann", 0, True)
    assert (case.owner, case.owned_by, case.calendar) == ("mia", OwnedBy.HAND, "hers")
    assert (case.targets, case.contact_due_at) == (TARGETS.high, NOON + 46 * HOUR)
    (fact,) = world.cases.facts("case-1")
    assert (fact.kind, fact.actor, fact.note, fact.owner) == (FactKind.OPENED, "key:k", "she rang", "mia")
    assert (fact.revision, fact.at, fact.from_state, fact.to_state) == (1, NOON, None, CaseState.OPEN)


def test_a_case_of_an_account_runs_in_the_hours_of_the_survey_and_nobody_owns_it(world: World) -> None:
    case = world.open(CaseDraft("demo", account="acme"))
    assert (case.subject, case.account, case.owner, case.owned_by) == (SubjectKind.ACCOUNT, "acme", None, None)
    assert (case.calendar, case.targets, case.priority) == ("theirs", TARGETS.normal, Priority.NORMAL)
    assert world.open(replace(OF_ANN, owner="bo")).calendar == "theirs"


def test_without_an_owner_one_is_chosen_and_a_key_account_is_urgent(world: World) -> None:
    case = world.open(CaseDraft("demo", account="key"))
    assert (case.owner, case.owned_by, case.calendar) == ("mia", OwnedBy.ACCOUNT, "hers")
    assert (case.priority, case.targets) == (Priority.HIGH, TARGETS.high)
    (fact,) = world.cases.facts(case.id)
    assert (fact.owner, fact.note) == ("mia", None)


def test_a_priority_that_is_given_holds(world: World) -> None:
    case = world.open(CaseDraft("demo", account="key", priority=Priority.NORMAL, owner="bo"))
    assert (case.priority, case.targets, case.owned_by) == (Priority.NORMAL, TARGETS.normal, OwnedBy.HAND)


@pytest.mark.parametrize("draft", [OF_ANN, CaseDraft("demo", account="acme")])
def test_next_to_an_open_case_of_the_subject_none_is_opened(world: World, draft: CaseDraft) -> None:
    case = world.open(draft)
    with pytest.raises(AlreadyOpenError) as found:
        world.open(draft)
    assert found.value.current == case
    assert "go on with `current`" in found.value.detail


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (replace(OF_ANN, survey="none"), "survey: there is no survey 'none'"),
        (replace(OF_ANN, person="bob"), "person: there is no person of this id"),
        (replace(OF_ANN, person="eve"), "person: this person was erased"),
        (CaseDraft("demo", account="globex"), "account: there is no account of this id"),
        (replace(OF_ANN, owner="old"), "owner: the member 'old' was removed"),
        (replace(OF_ANN, owner="zoe"), "owner: there is no member 'zoe'"),
    ],
)
def test_what_there_is_not_is_named(world: World, draft: CaseDraft, words: str) -> None:
    with pytest.raises(InvalidError) as found:
        world.open(draft)
    assert words in found.value.detail
    assert world.cases.kept == {}


def test_who_is_slower_sees_the_case_of_who_was_faster(world: World) -> None:
    store, others = world.cases.open_by_hand, iter([world.open])

    def slower(case: Any, fact: Any) -> bool:
        faster: Callable[[], object] = next(others, list)
        faster()
        return store(case, fact)

    world.cases.open_by_hand = slower  # type: ignore[method-assign]
    with pytest.raises(AlreadyOpenError) as found:
        world.open()
    assert found.value.current.id == "case-2"
    assert list(world.cases.kept) == ["case-2"]


def test_others_who_write_all_the_while_are_an_error_to_try_again(world: World) -> None:
    world.cases.open_by_hand = lambda *_: False  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        world.open()
