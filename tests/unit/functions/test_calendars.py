"""Calendars over HTTP: written, read, listed and deleted, unless somebody names them."""

from typing import Any

import pytest

from earshot.domain.case_settings import CaseSettings
from earshot.services.api_keys.manage_api_keys import create
from tests.factories import make_survey
from tests.unit.functions.conftest import World

LIST, ONE = "/v1/calendars", "/v1/calendars/{calendar}"
OFFICE = {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}}


def call(world: World, method: str, calendar: str, body: Any = None, **details: Any) -> tuple[int, Any]:
    return world.ask("manage_team", f"{method} {ONE}", f"{LIST}/{calendar}", body, **details)


def test_a_calendar_is_made_replaced_read_and_listed(world: World) -> None:
    status, made = call(world, "PUT", "office", OFFICE | {"holidays": ["2026-12-26", "2026-12-25"]})
    assert (status, made["revision"], made["holidays"]) == (201, 1, ["2026-12-25", "2026-12-26"])
    status, replaced = call(world, "PUT", "office", OFFICE)
    assert (status, replaced) == (200, {"id": "office", "revision": 2, "holidays": [], **OFFICE})
    assert call(world, "PUT", "office", replaced) == (200, replaced)
    assert call(world, "GET", "office") == (200, replaced)
    assert world.tasks.take() == [{"calendar_changed": "office"}] * 6
    listed = world.ask("manage_team", f"GET {LIST}", LIST)
    assert listed == (200, {"calendars": [replaced], "cursor": None})


def test_of_two_who_change_a_calendar_the_second_is_shown_how_it_is_now(world: World) -> None:
    call(world, "PUT", "office", OFFICE)
    first = call(world, "PUT", "office", OFFICE | {"timezone": "UTC", "revision": 1})[1]
    status, refused = call(world, "PUT", "office", OFFICE | {"timezone": "Asia/Kathmandu", "revision": 1})
    assert (status, refused["current"]) == (409, first)
    assert call(world, "PUT", "shop", OFFICE | {"revision": 1})[0] == 409


def test_a_calendar_with_faults_is_refused_with_each(world: World) -> None:
    status, refused = call(world, "PUT", "office", {"timezone": "Mars/Base", "hours": {"mon": [["22:00", "06:00"]]}})
    assert (status, [fault["field"] for fault in refused["errors"]]) == (400, ["timezone", "hours.mon[0]"])
    assert call(world, "PUT", "Office", OFFICE)[1]["errors"][0]["field"] == "id"
    assert world.calendars.kept == {}


def test_an_unknown_calendar_is_a_404_and_a_deleted_one_too(world: World) -> None:
    call(world, "PUT", "office", OFFICE)
    assert call(world, "DELETE", "office") == (204, None)
    for method in ("GET", "DELETE"):
        status, refused = call(world, method, "office")
        assert (status, refused["detail"]) == (404, "there is no calendar 'office'")


def test_a_calendar_that_a_member_or_a_survey_names_is_not_deleted(world: World) -> None:
    call(world, "PUT", "office", OFFICE)
    kim = {"email": "kim@example.com", "role": "frontline", "calendar": "office"}
    world.ask("manage_team", "PUT /v1/team/{member}", "/v1/team/kim", kim)
    world.surveys.surveys["demo"] = make_survey(cases=CaseSettings(calendar="office"))
    status, refused = call(world, "DELETE", "office")
    assert (status, "named by the member 'kim', the survey 'demo'" in refused["detail"]) == (409, True)
    world.ask("manage_team", "DELETE /v1/team/{member}", "/v1/team/kim")
    world.surveys.surveys["demo"] = make_survey()
    assert call(world, "DELETE", "office")[0] == 204


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", LIST, "team:read"),
        ("GET", ONE, "team:read"),
        ("PUT", ONE, "team:write"),
        ("DELETE", ONE, "team:write"),
    ],
)
def test_a_key_needs_the_scope_of_the_call(world: World, method: str, path: str, scope: str) -> None:
    other = "team:write" if scope == "team:read" else "team:read"
    key = create("others", [other], "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)[1]
    body = OFFICE if method == "PUT" else None
    status, refused = world.ask("manage_team", f"{method} {path}", path.format(calendar="office"), body, key=key)
    assert (status, scope in refused["detail"]) == (403, True)
