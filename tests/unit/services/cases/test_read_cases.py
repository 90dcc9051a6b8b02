"""A case is shown with its responses as they are now, and the list goes on where others' cases lie between."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.case_clocks import HOUR
from earshot.domain.case_facts import CaseChange, CaseFact, FactKind, changed
from earshot.domain.cases import CaseFigures, CaseOutcome, CaseState, OpenCaseFilter, RootCause, SubjectKind
from earshot.domain.errors import EmployeeSurveyError, NotFoundError
from earshot.domain.opened_cases import Opening, opened_by_hand
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from earshot.services.cases.read_cases import (
    MOST_PAGES,
    MOST_SHOWN,
    PAGE,
    CaseQuery,
    WholeCase,
    find_case,
    list_cases,
    whole,
)
from tests.factories import NOON, make_response, make_survey, uuid7
from tests.factories import changed as changed_response
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.surveys import InMemorySurveys

CLOSING = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


class World:
    """A survey whose low scores open cases."""

    def __init__(self) -> None:
        self.alerts, self.ledger = InMemoryAlerts(), InMemoryLedger()
        self.cases, self.surveys = (
            InMemoryCases(self.alerts),
            InMemorySurveys(make_survey(created_at="2026-11-01T00:00:00.000Z")),
        )

    def respond(self, number: int, person: str | None = "ann", survey: str = "demo") -> Response:
        at = NOON + number
        response = make_response(number % 7, id=uuid7(at, f"{number}"), survey=survey, person=person, responded_at=at)
        self.ledger.items[survey, response.id] = response
        opening = OpenCasesDeps(self.alerts, self.cases, no_pause)
        raise_in_case(Alert(survey, "own", response.id, at), CaseBy.PERSON, person, opening)
        return response

    def change(self, change: CaseChange, after: int, case: str = "") -> None:
        """Change a case, or the only one, so many milliseconds after noon."""
        old = self.cases.kept[case or next(iter(self.cases.kept))]
        assert self.cases.change(old, *changed(old, change, NOON + after, "key:k"))

    def list(self, at: int = NOON, **asked: Any) -> tuple[list[CaseFigures], str | None]:
        return list_cases(CaseQuery(**asked), at, cases=self.cases, surveys=self.surveys)

    def read(self) -> WholeCase:
        (case,) = self.cases.kept
        return find_case(case, cases=self.cases, ledger=self.ledger, surveys=self.surveys)


@pytest.fixture
def world() -> World:
    return World()


def test_a_case_has_its_responses_the_newest_first_and_as_they_are_now(world: World) -> None:
    first, second = world.respond(1), world.respond(2)
    corrected = changed_response(first, score=4)
    world.ledger.items["demo", first.id] = corrected
    assert world.read().responses == [second, corrected]


def test_what_was_erased_since_is_not_shown(world: World) -> None:
    first, second = world.respond(1), world.respond(2)
    statement = replace(first.statement, kind=StatementKind.ERASED, score=None)
    world.ledger.items["demo", first.id] = replace(first, statement=statement)
    assert world.read().responses == [second]
    world.cases.leave(world.read().case.id, first.id)
    del world.ledger.items["demo", second.id]
    assert world.read().responses == []
    world.cases.leave(world.read().case.id, second.id)
    assert world.read().responses == []


def test_of_many_responses_the_newest_are_shown_with_the_one_that_opened_it(world: World) -> None:
    made = [world.respond(number) for number in range(MOST_SHOWN + 5)]
    shown = world.read()
    assert (len(shown.responses), shown.case.responses) == (MOST_SHOWN, MOST_SHOWN + 5)
    assert shown.responses == [*reversed(made[6:]), made[0]]


def test_there_is_no_such_case_and_none_of_an_employee_survey_is_shown(world: World) -> None:
    with pytest.raises(NotFoundError):
        find_case("none", cases=world.cases, ledger=world.ledger, surveys=world.surveys)
    world.respond(1)
    world.surveys.surveys["demo"] = make_survey(kind="employee")
    with pytest.raises(EmployeeSurveyError):
        world.read()


def test_the_facts_are_in_order_with_how_it_opened_and_what_joined(world: World) -> None:
    first, second = world.respond(1), world.respond(2)
    world.change(CaseChange(FactKind.CONTACTED), 5)
    third = world.respond(7)
    world.change(CLOSING, 9)
    assert [(fact.kind, fact.actor, fact.response) for fact in world.read().facts] == [
        (FactKind.OPENED, "rule:own", first.id),
        (FactKind.JOINED, "rule:own", second.id),
        (FactKind.CONTACTED, "key:k", None),
        (FactKind.JOINED, "rule:own", third.id),
        (FactKind.RESOLVED, "key:k", None),
    ]


def test_a_fact_that_is_noted_while_a_case_is_read_is_not_shown_with_the_case_before_it(world: World) -> None:
    world.respond(1)
    (before,) = world.cases.kept.values()
    world.change(CaseChange(FactKind.CONTACTED), 5_000)
    found = whole(before, cases=world.cases, ledger=world.ledger, surveys=world.surveys)
    assert [fact.kind for fact in found.facts] == [FactKind.OPENED]
    assert [fact.kind for fact in world.read().facts] == [FactKind.OPENED, FactKind.CONTACTED]


def test_what_was_opened_by_hand_begins_with_who_did(world: World) -> None:
    case = opened_by_hand("by-hand", "demo", SubjectKind.PERSON, "ann", NOON, Opening())
    fact = CaseFact(FactKind.OPENED, NOON, "key:k", None, CaseState.OPEN, 1, "she rang")
    world.cases.open_by_hand(case, fact)
    assert world.read().facts == [fact]
    assert world.read().responses == []


def test_a_page_is_looked_for_behind_the_cases_of_other_surveys(world: World) -> None:
    for number in range(2 * PAGE):
        world.respond(number, f"p{number}", "other")
    mine = world.respond(2 * PAGE, "ann")
    (found,), place = world.list(survey="demo")
    assert (world.cases.kept[found.id].response, place) == (mine.id, None)


def test_a_page_without_any_case_says_where_to_go_on(world: World) -> None:
    asked: list[Any] = []

    class Endless:
        def listed(self, *question: Any) -> Any:
            asked.append(question)
            return [], f"{len(asked)}"

    cases: Any = Endless()
    found = list_cases(CaseQuery("demo", after="0"), NOON, cases=cases, surveys=world.surveys)
    assert found == ([], f"{MOST_PAGES}")
    of_demo = OpenCaseFilter(survey="demo")
    assert asked[:2] == [(of_demo, PAGE, "0"), (of_demo, PAGE, "1")]


def test_the_list_is_of_an_owner_of_nobody_or_of_what_ran_out(world: World) -> None:
    for number, name in enumerate(("ann", "bob", "cid")):
        world.respond(number, name)
    case = next(iter(world.cases.kept))
    world.change(CaseChange(FactKind.ASSIGNED, owner="mia"), 9, case)
    assert [each.id for each in world.list(owner="mia")[0]] == [case]
    assert len(world.list(owner="-")[0]) == 2
    day = 24 * HOUR
    assert [len(world.list(is_overdue=True, at=NOON + day + number)[0]) for number in range(4)] == [0, 1, 2, 3]
    assert [each.state for each in world.list(state=CaseState.CONTACTED)[0]] == []
    world.change(CaseChange(FactKind.CONTACTED), 9, case)
    assert [each.id for each in world.list(state=CaseState.CONTACTED)[0]] == [case]


def test_the_cases_of_a_person_or_an_account_are_all_on_one_page(world: World) -> None:
    world.respond(1)
    first = next(iter(world.cases.kept))
    world.change(CLOSING, 2, first)
    world.respond(3, "bob")
    world.respond(4)
    second = [case for case, each in world.cases.kept.items() if each.person == "ann"][-1]
    assert [each.id for each in world.list(person="ann")[0]] == [second]
    assert [each.id for each in world.list(person="ann", state=CaseState.RESOLVED)[0]] == [first]
    assert world.list(person="ann", survey="other") == ([], None)
    assert world.list(person="ann", owner="mia") == ([], None)
    assert [each.id for each in world.list(person="ann", is_overdue=True, at=NOON + 99 * HOUR)[0]] == [second]
    world.cases.open_by_hand(
        opened_by_hand("of-acme", "demo", SubjectKind.ACCOUNT, "acme", NOON, Opening()),
        CaseFact(FactKind.OPENED, NOON, "key:k", revision=1),
    )
    assert [each.id for each in world.list(account="acme")[0]] == ["of-acme"]


def test_closed_cases_are_listed_month_by_month_the_newest_first(world: World) -> None:
    day, opened = 24 * HOUR, {}
    for days in (0, 1, 25, 70):
        world.respond(days * day, f"p{days}")
        case = next(case for case, each in world.cases.kept.items() if each.person == f"p{days}")
        world.change(CLOSING, days * day, case)
        opened[days] = case
    now = NOON + 71 * day
    asked: dict[str, Any] = {"survey": "demo", "state": CaseState.RESOLVED, "at": now}
    pages, after = [], ""
    for _ in range(3):
        page, place = world.list(**asked, after=after)
        pages.append([each.id for each in page])
        after = place or ""
    # Opened on 30 January, 16 December, and 22 and 21 November.
    assert pages == [[opened[70]], [opened[25]], [opened[1], opened[0]]]
    assert place is None
    assert world.list(**asked | {"state": CaseState.NO_ACTION}) == ([], None)
    assert world.list(**asked | {"survey": "none"}) == ([], None)
    assert world.list(**asked, owner="mia") == ([], None)


def test_closed_cases_of_a_large_month_take_several_pages(world: World) -> None:
    for number in range(PAGE + 1):
        world.respond(number, f"p{number}")
        case = next(case for case, each in world.cases.kept.items() if each.person == f"p{number}")
        world.change(CLOSING, number, case)
    asked: dict[str, Any] = {"survey": "demo", "state": CaseState.RESOLVED}
    first, place = world.list(**asked)
    second, end = world.list(**asked, after=place)
    assert (len(first), len(second), end) == (PAGE, 1, None)
    opened = [each.opened_at for each in (*first, *second)]
    assert opened == sorted(opened, reverse=True)


def test_where_no_month_has_any_the_walk_goes_on_later(world: World) -> None:
    found, place = world.list(survey="demo", state=CaseState.RESOLVED, at=NOON + 700 * 24 * HOUR)
    assert (found, place) == ([], "2027-02#")
    assert world.list(survey="demo", state=CaseState.RESOLVED, after=place) == ([], None)
