"""Campaigns over HTTP: started once however often, shown, stopped, and every fault named."""

from typing import Any

import pytest

from earshot.domain.access import SCOPES
from earshot.services.api_keys.manage_api_keys import create
from tests.unit.functions.conftest import World

ONE = "/v1/surveys/{survey}/campaigns/{campaign}"
PUT, GET, STOP, LIST = f"PUT {ONE}", f"GET {ONE}", f"POST {ONE}/stop", "GET /v1/surveys/{survey}/campaigns"
PATH = "/v1/surveys/demo/campaigns/spring"
PLAN = {"segment": "plan=pro", "daily_budget": 500}


def call(world: World, route: str, path: str = PATH, body: Any = None, **details: Any) -> tuple[int, Any]:
    return world.ask("manage_campaigns", route, path, body, **details)


def test_a_campaign_is_started_shown_listed_and_stopped(world: World) -> None:
    status, started = call(world, PUT, body=PLAN)
    assert status == 201
    assert started == {
        "id": "spring",
        "survey": "demo",
        "segment": "plan=pro",
        "every_days": None,
        "daily_budget": 500,
        "state": "running",
        "note": None,
        "started_at": "2026-11-21T12:00:00.000Z",
        "waiting_for": None,
        "resumes_at": None,
        "ended_at": None,
        "period": None,
        "last_day": None,
        "progress": None,
        "seen": 0,
        "matched": 0,
        "asked": 0,
        "declined": {},
    }
    assert call(world, GET) == (200, started)
    assert call(world, LIST, "/v1/surveys/demo/campaigns") == (200, {"campaigns": [started]})
    status, stopped = call(world, STOP, f"{PATH}/stop")
    assert (status, stopped["state"], stopped["ended_at"]) == (200, "stopped", "2026-11-21T12:00:00.000Z")
    assert call(world, STOP, f"{PATH}/stop") == (200, stopped)
    assert world.tasks.take() == [{"survey": "demo", "campaign": "spring"}]


def test_started_twice_it_is_one_and_another_needs_another_id(world: World) -> None:
    _, first = call(world, PUT, body=PLAN)
    assert call(world, PUT, body={**PLAN, "every_days": None}) == (200, first)
    status, body = call(world, PUT, body={"segment": "plan=free", "daily_budget": 500})
    assert (status, body["detail"]) == (
        409,
        "the campaign 'spring' exists already with a different plan; choose another id",
    )


def test_a_recurring_plan_shows_its_current_period(world: World) -> None:
    status, body = call(world, PUT, body={"every_days": 90})
    assert (status, body["every_days"], body["period"], body["daily_budget"], body["segment"]) == (
        201,
        90,
        1,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "daily_budget", "a campaign that runs once needs one"),
        ({"daily_budget": 0}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"daily_budget": -5}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"daily_budget": True}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"daily_budget": 1.5}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"daily_budget": 1_000_001}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"daily_budget": "5"}, "daily_budget", "a whole number from 1 to 1000000"),
        ({"every_days": 0}, "every_days", "a whole number from 1 to 365"),
        ({"every_days": -1}, "every_days", "a whole number from 1 to 365"),
        ({"every_days": 10_000}, "every_days", "a whole number from 1 to 365"),
        ({"every_days": False}, "every_days", "a whole number from 1 to 365"),
        ({"every_days": 30}, "every_days", "every 30 days must be more than the survey's 30 quiet days"),
        ({**PLAN, "segment": "pro"}, "segment", "like plan=pro"),
        ({**PLAN, "segment": "=pro"}, "segment", "like plan=pro"),
        ({**PLAN, "segment": "plan="}, "segment", "like plan=pro"),
        ({**PLAN, "segment": ""}, "segment", "like plan=pro"),
        ({**PLAN, "segment": f"{'n' * 65}=x"}, "segment", "up to 64 characters"),
        ({**PLAN, "segment": f"n={'x' * 257}"}, "segment", "up to 256"),
        ({**PLAN, "segment": f"n={'x' * 400}"}, "segment", "at most 321 are allowed"),
        ({**PLAN, "segment": ["plan", "pro"]}, "segment", "it must be a string"),
        ({**PLAN, "budget": 5}, "budget", "there is no such field"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(world: World, body: Any, field: str, reason: str) -> None:
    status, reply = call(world, PUT, body=body)
    assert status == 400
    assert reason in {fault["field"]: fault["reason"] for fault in reply["errors"]}[field]
    assert not world.campaigns.kept
    assert not world.tasks.take()


def test_all_faults_are_named_at_once(world: World) -> None:
    _, body = call(world, PUT, body={"segment": "pro", "daily_budget": 0, "every_days": 0, "x": 1})
    assert [fault["field"] for fault in body["errors"]] == ["segment", "every_days", "daily_budget", "x"]


@pytest.mark.parametrize(
    ("route", "path", "body", "status"),
    [
        (PUT, "/v1/surveys/nowhere/campaigns/spring", PLAN, 404),
        (PUT, "/v1/surveys/closed/campaigns/spring", PLAN, 409),
        (PUT, "/v1/surveys/demo/campaigns/Spring!", PLAN, 400),
        (PUT, "/v1/surveys/demo/campaigns/spring", "nope", 400),
        (GET, "/v1/surveys/demo/campaigns/gone", None, 404),
        (STOP, "/v1/surveys/demo/campaigns/gone/stop", None, 404),
        (LIST, "/v1/surveys/nowhere/campaigns", None, 404),
    ],
)
def test_what_cannot_be_is_refused(world: World, route: str, path: str, body: Any, status: int) -> None:
    assert call(world, route, path, body)[0] == status


def test_it_takes_the_scope_that_inviting_takes(world: World) -> None:
    scopes = [scope for scope in SCOPES if scope != "people:write"]
    _, reader = create("reader", scopes, "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)
    assert call(world, PUT, body=PLAN, key=reader)[0] == 403
    call(world, PUT, body=PLAN)
    assert call(world, STOP, f"{PATH}/stop", key=reader)[0] == 403
    assert call(world, GET, key=reader)[0] == 200
    for route, path in ((PUT, PATH), (GET, PATH), (STOP, f"{PATH}/stop"), (LIST, "/v1/surveys/demo/campaigns")):
        assert call(world, route, path, PLAN, key=None)[0] == 401
