"""A caller with limited access meets no route that does not say what it shows of the rows within it."""

import re
from typing import Any

import pytest

from earshot.api.route import Route
from earshot.domain.access import SCOPES, Access
from earshot.services.api_keys.manage_api_keys import create
from earshot_cli.local.settings import ROOT
from earshot_cli.openapi.routes import DEFAULT, handler_of
from tests.unit.functions.conftest import World

FUNCTIONS = {
    key: (path.parent.name, each)
    for path in sorted((ROOT / "functions").glob("*/app.py"))
    for key, each in getattr(handler_of(path.parent.name), "ROUTES", {}).items()
    if key != DEFAULT and each.scope
}
OTHER, EMEA, OWN = Access(("shop",)), Access(("demo",), ("region", "emea")), Access(own_accounts=True)


def ask(world: World, key: str, access: Access, scopes: tuple[str, ...] = SCOPES) -> tuple[int, Any]:
    """Send a request without a body as somebody with limited access, and return its status and what it says."""
    function, declared = FUNCTIONS[key]
    _, limited = create("limited", scopes, "2026-01-01T00:00:00.000Z", b"l" * 30, keys=world.keys, access=access)
    path = re.sub(r"\{\w+\}", "demo", declared.path)
    return world.ask(function, key, path, key=limited)


def is_about_a_survey(declared: Route) -> bool:
    return "{survey}" in declared.path


def test_every_reach_is_declared() -> None:
    reaches = {declared.access for _, declared in FUNCTIONS.values()}
    assert reaches == {"whole", "surveys", "rows"}
    assert not [key for key, (_, each) in FUNCTIONS.items() if each.access == "surveys" and not is_about_a_survey(each)]


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.access == "whole"))
@pytest.mark.parametrize("access", [OTHER, EMEA, OWN])
def test_what_declares_nothing_is_refused_to_limited_access(world: World, key: str, access: Access) -> None:
    status, problem = ask(world, key, access)
    assert (status, "limited to" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if is_about_a_survey(each)))
def test_a_survey_outside_of_the_access_is_refused_whether_there_is_one_or_not(world: World, key: str) -> None:
    replies = []
    for _ in ("there", "gone"):
        replies.append(ask(world, key, OTHER))
        world.surveys.surveys.clear()
        world.keys.kept.pop("6c" * 6)
    assert replies[0] == replies[1]
    assert (replies[0][0], "limited to the survey shop" in replies[0][1]["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.access == "surveys"))
@pytest.mark.parametrize("access", [EMEA, OWN])
def test_what_is_of_a_whole_survey_is_refused_to_a_part_of_it(world: World, key: str, access: Access) -> None:
    status, problem = ask(world, key, access)
    assert (status, "limited to" in problem["detail"]) == (403, True)


@pytest.mark.parametrize("key", sorted(key for key, (_, each) in FUNCTIONS.items() if each.erases))
def test_nothing_is_erased_without_the_scope_for_it(world: World, key: str) -> None:
    status, problem = ask(world, key, Access(), tuple(scope for scope in SCOPES if scope != "erasure"))
    assert (status, "'erasure'" in problem["detail"]) == (403, True)


def test_all_that_erases_is_known() -> None:
    assert {key for key, (_, each) in FUNCTIONS.items() if each.erases} == {
        "DELETE /v1/people/{person}",
        "DELETE /v1/surveys/{survey}/responses",
        "DELETE /v1/surveys/{survey}/responses/{response}",
    }


def test_a_list_of_surveys_has_those_within_the_access(world: World) -> None:
    for access, shown in ((OTHER, []), (EMEA, ["demo"]), (OWN, ["closed", "demo"])):
        _, body = ask(world, "GET /v1/surveys", access)
        assert sorted(each["id"] for each in body["surveys"]) == shown
        world.keys.kept.pop("6c" * 6)
