"""A case is shown with its responses as they are now, and the list goes on where others' cases lie between."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.cases import BoardFilter
from earshot.domain.errors import EmployeeSurveyError, NotFoundError
from earshot.domain.response import Response
from earshot.domain.statement import StatementKind
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from earshot.services.cases.read_cases import MOST_PAGES, MOST_SHOWN, PAGE, WholeCase, find_case, list_cases
from tests.factories import NOON, changed, make_response, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.surveys import InMemorySurveys

OF_DEMO = BoardFilter(survey="demo")


class World:
    """A survey whose low scores open cases."""

    def __init__(self) -> None:
        self.alerts, self.ledger = InMemoryAlerts(), InMemoryLedger()
        self.cases, self.surveys = InMemoryCases(self.alerts), InMemorySurveys(make_survey())

    def respond(self, number: int, person: str | None = "ann", survey: str = "demo") -> Response:
        at = NOON + number
        response = make_response(number % 7, id=uuid7(at, f"{number}"), survey=survey, person=person, responded_at=at)
        self.ledger.items[survey, response.id] = response
        opening = OpenCasesDeps(self.alerts, self.cases, no_pause)
        raise_in_case(Alert(survey, "own", response.id, at), CaseBy.PERSON, person, opening)
        return response

    def read(self) -> WholeCase:
        (case,) = self.cases.kept
        return find_case(case, cases=self.cases, ledger=self.ledger, surveys=self.surveys)


@pytest.fixture
def world() -> World:
    return World()


def test_a_case_has_its_responses_the_newest_first_and_as_they_are_now(world: World) -> None:
    first, second = world.respond(1), world.respond(2)
    corrected = changed(first, score=4)
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


def test_a_page_is_looked_for_behind_the_cases_of_other_surveys(world: World) -> None:
    for number in range(2 * PAGE):
        world.respond(number, f"p{number}", "other")
    mine = world.respond(2 * PAGE, "ann")
    (found,), place = list_cases(OF_DEMO, "", world.cases)
    assert (world.cases.kept[found.id].response, place) == (mine.id, None)


def test_a_page_without_any_case_says_where_to_go_on() -> None:
    asked: list[Any] = []

    class Endless:
        def listed(self, *question: Any) -> Any:
            asked.append(question)
            return [], f"{len(asked)}"

    cases: Any = Endless()
    assert list_cases(OF_DEMO, "0", cases) == ([], f"{MOST_PAGES}")
    assert asked[:2] == [(OF_DEMO, PAGE, "0"), (OF_DEMO, PAGE, "1")]
