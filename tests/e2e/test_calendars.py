"""Calendars on the deployed stack: written by command, changed by two at once, and deleted when nobody names them."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.cli_runner import earshot
from tests.e2e.conftest import Stack
from tests.e2e.survey_client import Survey

LUNCH = [["09:00", "12:00"], ["13:00", "17:00"]]


def test_a_calendar_is_set_shown_and_removed_by_command(stack: Stack) -> None:
    typed = ("--timezone", "Europe/Berlin", "--hours", "mon-thu 09:00-12:00,13:00-17:00", "--hours", "fri 09:00-15:00")
    made = earshot(stack, "calendar", "set", "desk", *typed, "--holiday", "2026-12-25")
    assert made.returncode == 0, made.stderr
    shown = json.loads(earshot(stack, "calendar", "show", "desk", "--json").stdout)
    hours = {**dict.fromkeys(("mon", "tue", "wed", "thu"), LUNCH), "fri": [["09:00", "15:00"]]}
    assert shown == {
        "id": "desk",
        "revision": 1,
        "timezone": "Europe/Berlin",
        "hours": hours,
        "holidays": ["2026-12-25"],
    }
    assert "mon-thu 09:00-12:00,13:00-17:00" in earshot(stack, "calendar", "list").stdout
    refused = earshot(stack, "calendar", "set", "desk", "--timezone", "UTC", "--hours", "mon 22:00-06:00")
    assert refused.returncode == 2
    assert "write two intervals: 22:00 to 24:00, and 00:00 to 06:00 on the next day" in " ".join(refused.stderr.split())
    assert earshot(stack, "calendar", "remove", "desk", "--yes").returncode == 0
    assert earshot(stack, "calendar", "show", "desk").returncode == 1


def test_of_many_who_change_a_calendar_at_one_revision_one_does(stack: Stack) -> None:
    def put(body: dict[str, Any]) -> Any:
        return stack.call("PUT", "/v1/calendars/rota", body)

    assert put({"timezone": "UTC", "hours": {"mon": LUNCH}}).status == 201
    bodies = [{"timezone": "UTC", "hours": {"tue": [[f"{hour:02}:00", "23:00"]]}, "revision": 1} for hour in range(8)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(put, bodies))
    assert sorted(reply.status for reply in replies) == [200, *[409] * 7]
    (won,) = [reply.body for reply in replies if reply.status == 200]
    assert all(reply.body["current"] == won for reply in replies if reply.status == 409)
    assert stack.call("GET", "/v1/calendars/rota").body == won
    assert stack.call("DELETE", "/v1/calendars/rota").status == 204


def test_a_calendar_that_a_member_or_a_survey_names_stays(stack: Stack) -> None:
    assert stack.call("PUT", "/v1/calendars/shift", {"timezone": "UTC", "hours": {"sun": LUNCH}}).status == 201
    survey = Survey(stack, cases={"calendar": "shift"})
    kim = {"email": "kim@example.com", "role": "frontline", "calendar": "shift"}
    assert stack.call("PUT", "/v1/team/calendar-kim", kim).status == 201
    refused = stack.call("DELETE", "/v1/calendars/shift")
    assert refused.status == 409
    assert f"named by the member 'calendar-kim', the survey '{survey.id}'" in refused.body["detail"]
    assert stack.call("DELETE", "/v1/team/calendar-kim").status == 204
    assert stack.call("PATCH", survey.path, {"cases": {"calendar": None}}).status == 200
    assert stack.call("DELETE", "/v1/calendars/shift").status == 204
