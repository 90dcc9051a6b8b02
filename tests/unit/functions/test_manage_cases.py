"""Cases over HTTP: what an alert opened, read with the scopes that a key has."""

from typing import Any

import pytest

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.services.api_keys.manage_api_keys import create
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from tests.factories import NOON, make_response
from tests.fakes.fake_time import no_pause
from tests.unit.functions.conftest import World

LIST, ONE = "GET /v1/cases", "GET /v1/cases/{case}"
MEASURES = "GET /v1/surveys/{survey}/case-measures"


@pytest.fixture
def case(world: World) -> str:
    """Open Ann's case, and return its id."""
    response = make_response(2, comment="too late", person="ann")
    world.ledger.items["demo", response.id] = response
    opening = OpenCasesDeps(world.alerts, world.cases, no_pause)
    raise_in_case(Alert("demo", "own", response.id, NOON), CaseBy.PERSON, "ann", opening)
    (opened,) = world.cases.kept
    return opened


def key_with(world: World, *scopes: str) -> str:
    return create("a key", scopes, "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)[1]


def listed(world: World, query: str = "", **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", LIST, "/v1/cases", query=query, **details)


def read(world: World, case: str, **details: Any) -> tuple[int, Any]:
    return world.ask("manage_cases", ONE, f"/v1/cases/{case}", **details)


def test_open_cases_are_listed_by_survey(world: World, case: str) -> None:
    status, page = listed(world, "survey=demo&state=open")
    assert (status, [each["id"] for each in page["cases"]], page["cursor"]) == (200, [case], None)
    assert listed(world)[1] == page
    assert listed(world, "survey=other")[1] == {"cases": [], "cursor": None}
    assert listed(world, "state=closed")[0] == 400


def test_a_case_is_read_with_person_and_words(world: World, case: str) -> None:
    status, found = read(world, case.upper())
    assert (status, found["person"], found["responses"][0]["comment"]) == (200, "ann", "too late")


@pytest.mark.parametrize("more", ["people:read", "responses:read", None])
def test_person_and_words_need_scopes_of_their_own(world: World, case: str, more: str | None) -> None:
    key = key_with(world, "cases:read", *([more] if more else []))
    status, found = read(world, case, key=key)
    assert status == 200
    assert ("person" in found) == (more == "people:read")
    assert ("comment" in found["responses"][0]) == (more == "responses:read")


def test_a_key_without_the_scope_reads_no_case(world: World, case: str) -> None:
    key = key_with(world, "people:read", "responses:read", "alerts:read")
    assert (read(world, case, key=key)[0], listed(world, key=key)[0]) == (403, 403)


def test_there_is_no_such_case(world: World) -> None:
    assert read(world, "069f7a4b-9dba-5c57-a9b9-b7a3d07b681e")[0] == 404


def test_the_cases_of_a_survey_are_measured_by_owner(world: World, case: str) -> None:
    path = "/v1/surveys/demo/case-measures"
    status, found = world.ask("manage_cases", MEASURES, path, query="by=owner")
    assert (status, found["by"], found["all"]["opened"], found["all"]["unowned"]) == (200, "owner", 1, 1)
    assert [(group["value"], group["opened"]) for group in found["groups"]] == [(None, 1)]
    status, found = world.ask("manage_cases", MEASURES, path, query="to=2026-11-21")
    assert (status, found["from"], found["all"]["opened"], found["groups"]) == (200, "2026-08-23", 0, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-01&to=2026-11-01", "from"),
        ("from=2025-11-01&to=2026-11-20", "from"),
        ("to=2026-11-30", "to"),
        ("by=team", "by"),
        ("from=yesterday", "from"),
    ],
)
def test_measures_of_days_that_make_no_period_are_refused(world: World, query: str, field: str) -> None:
    status, problem = world.ask("manage_cases", MEASURES, "/v1/surveys/demo/case-measures", query=query)
    assert (status, [each["field"] for each in problem["errors"]]) == (400, [field])


def test_measures_need_the_scope_of_cases_and_a_survey_that_may_be_read(world: World) -> None:
    path = "/v1/surveys/demo/case-measures"
    assert world.ask("manage_cases", MEASURES, path, key=key_with(world, "scores:read"))[0] == 403
    assert world.ask("manage_cases", MEASURES, "/v1/surveys/nowhere/case-measures")[0] == 404
