"""A low score opens a case of its subject, a later one joins it, and whatever dies or comes twice makes no second."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.cases import MOST_ANONYMOUS, Case, SubjectKind
from earshot.domain.errors import BusyError
from earshot.domain.person import ErasedPerson, Person
from earshot.services.cases.open_cases import OpenCasesDeps, Outcome, raise_in_case
from tests.factories import NOON, make_person
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause


class World:
    """Ann of the account acme, and the cases of a survey."""

    def __init__(self) -> None:
        self.people: dict[str, Person | ErasedPerson] = {"ann": make_person(account="acme")}
        self.alerts = InMemoryAlerts()
        self.cases = InMemoryCases(self.alerts, self.people)

    def hears(
        self, response: str, person: str | None = "ann", by: CaseBy = CaseBy.PERSON, rule: str = "own"
    ) -> Outcome:
        alert = Alert("demo", rule, response, NOON)
        return raise_in_case(alert, by, person, OpenCasesDeps(self.alerts, self.cases, no_pause))

    def case_of(self, response: str, rule: str = "own") -> Case:
        alert = self.alerts.get("demo", response, rule)
        assert alert is not None
        return self.cases.kept[alert.case or ""]


@pytest.fixture
def world() -> World:
    return World()


def test_a_later_low_score_of_a_person_joins_their_case(world: World) -> None:
    outcomes = [world.hears(each) for each in ("r1", "r2")]
    case = world.case_of("r2")
    assert [(outcome.alert.case, outcome.earlier) for outcome in outcomes] == [(case.id, None)] * 2
    assert (case.subject, case.person, case.response, case.responses) == (SubjectKind.PERSON, "ann", "r1", 2)
    assert world.case_of("r1") == case


def test_people_of_an_account_share_its_case(world: World) -> None:
    world.people["bob"] = make_person(id="bob", account="acme")
    world.hears("r1", by=CaseBy.ACCOUNT)
    world.hears("r2", "bob", CaseBy.ACCOUNT)
    case = world.case_of("r2")
    assert (case.subject, case.account, case.person, case.responses) == (SubjectKind.ACCOUNT, "acme", None, 2)


@pytest.mark.parametrize("person", [make_person(), None])
def test_without_a_known_account_the_case_is_of_the_person(world: World, person: Person | None) -> None:
    world.people.clear()
    world.people |= {"ann": person} if person else {}
    world.hears("r1", by=CaseBy.ACCOUNT)
    assert world.case_of("r1").subject is SubjectKind.PERSON


@pytest.mark.parametrize("by", CaseBy)
def test_an_unknown_or_erased_person_makes_a_case_of_the_response_alone(world: World, by: CaseBy) -> None:
    world.people["ann"] = ErasedPerson("ann", NOON, subtract=False)
    world.hears("r1", "ann", by)
    world.hears("r2", None, by)
    cases = [world.case_of(each) for each in ("r1", "r2")]
    assert [(case.subject, case.person, case.account) for case in cases] == [(SubjectKind.RESPONSE, None, None)] * 2
    assert cases[0] != cases[1]


@pytest.mark.parametrize("person", ["ann", None])
def test_two_rules_on_a_response_lead_to_one_case_that_counts_it_once(world: World, person: str | None) -> None:
    world.hears("r1", person)
    world.hears("r1", person, rule="second")
    assert world.case_of("r1") == world.case_of("r1", "second")
    assert world.case_of("r1").responses == 1


def test_a_flood_of_anonymous_responses_is_collected_and_counted(world: World) -> None:
    flood = [f"r{number}" for number in range(MOST_ANONYMOUS + 40)]
    outcomes = [world.hears(each, None) for each in flood]
    assert [outcome.is_collective for outcome in outcomes] == [False] * MOST_ANONYMOUS + [True] * 40
    assert len(world.cases.kept) == MOST_ANONYMOUS + 1
    case = world.case_of(flood[-1])
    assert (case.subject, case.responses) == (SubjectKind.COLLECTIVE, 40)
    # Those that are known have their cases all the same, and what had a case before keeps it.
    assert not world.hears("known").is_collective
    second = world.hears(flood[0], None, rule="second")
    assert (second.earlier, second.is_collective) == (None, False)
    assert world.case_of(flood[0], "second") == world.case_of(flood[0])
    assert world.hears(flood[-1], None).earlier is not None


def test_what_comes_again_finds_its_alert_and_its_case(world: World) -> None:
    world.hears("r1")
    before = world.cases.kept.copy()
    outcome = world.hears("r1")
    assert outcome.earlier == world.alerts.get("demo", "r1", "own")
    assert world.cases.kept == before


@pytest.mark.parametrize("person", ["ann", None])
def test_whoever_is_slower_joins_the_case_of_who_was_faster(world: World, person: str | None) -> None:
    """Another response comes between what was read and what is written."""
    for number in range(MOST_ANONYMOUS if person is None else 0):
        world.hears(f"r{number}", None)
    writes, opened = count(), world.cases.open

    def faster(alert: Alert, case: Case) -> Any:
        if next(writes) == 0:
            world.hears("faster", person)
        return opened(alert, case)

    world.cases.open = faster  # type: ignore[method-assign]
    assert world.hears("slower", person).earlier is None
    assert world.case_of("slower") == world.case_of("faster")
    assert world.case_of("slower").responses == 2


def test_others_who_write_all_the_while_are_an_error_that_brings_the_message_again(world: World) -> None:
    world.hears("r1")
    world.cases.of_person = lambda *_: InMemoryCases(world.alerts).of_person("demo", "ann")  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        world.hears("r2")
    assert world.alerts.get("demo", "r2", "own") is None


@pytest.mark.parametrize("person", ["ann", None])
@pytest.mark.parametrize("call", ["open", "join", "of_person", "of_anonymous"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_loses_nothing_and_doubles_nothing(world: World, person: str | None, call: str, moment: str) -> None:
    made = getattr(world.cases, call)
    setattr(world.cases, call, dying_once(made, moment))
    for response in ("r1", "r2"):
        for _ in range(3):
            try:
                world.hears(response, person)
            except CrashError:
                continue
    cases = list(world.cases.kept.values())
    assert len(cases) == (1 if person else 2)
    assert sum(case.responses for case in cases) == 2
    assert len(world.alerts.kept) == 2


def dying_once(call: Callable[..., Any], moment: str) -> Callable[..., Any]:
    """Return a call that dies the first time, before its effect or after it."""
    calls = count()

    def run(*arguments: Any) -> Any:
        dies = next(calls) == 0
        if dies and moment == "before":
            raise CrashError
        done = call(*arguments)
        if dies:
            raise CrashError
        return done

    return run
