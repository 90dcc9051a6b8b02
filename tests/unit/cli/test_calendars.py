"""`earshot calendar`: what it sends, and what it shows."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.openapi.calendars import OPERATIONS
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
OFFICE = SHOWN["read_calendar"]
LUNCH = [["09:00", "12:00"], ["13:00", "17:00"]]


def test_calendars_are_listed_with_their_hours(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, SHOWN["list_calendars"])] * 2
    listed = run("calendar", "list")
    assert listed.exit_code == 0, listed.stderr
    for words in ("office", "Europe/Berlin", "mon-thu 09:00-12:00,13:00-17:00", "fri 09:00-15:00"):
        assert words in listed.stdout
    assert json.loads(run("calendar", "list", "--json").stdout) == SHOWN["list_calendars"]
    assert earshot.calls[-1][:2] == ("GET", "/v1/calendars")


def test_a_calendar_is_shown_with_its_holidays(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, OFFICE)] * 2 + [(200, OFFICE | {"holidays": []})]
    shown = run("calendar", "show", "office")
    for words in ("Europe/Berlin", "2026-12-25, 2026-12-26", "fri 09:00-15:00", "revision"):
        assert words in shown.stdout
    assert json.loads(run("calendar", "show", "office", "--json").stdout) == OFFICE
    assert "none" in run("calendar", "show", "office").stdout
    assert earshot.calls[-1][:2] == ("GET", "/v1/calendars/office")


def test_a_calendar_is_set_as_a_whole(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((201, OFFICE))
    hours = ("--hours", "mon-tue 09:00-12:00,13:00-17:00", "--hours", "fri 09:00-15:00")
    days = ("--holiday", "2026-12-25", "--holiday", "2026-12-26")
    made = run("calendar", "set", "office", "--timezone", "Europe/Berlin", *hours, *days)
    assert made.exit_code == 0, made.stderr
    assert "mon-thu 09:00-12:00,13:00-17:00" in made.stdout
    method, path, _, body = earshot.calls[-1]
    assert (method, path) == ("PUT", "/v1/calendars/office")
    assert body == {
        "timezone": "Europe/Berlin",
        "hours": {"mon": LUNCH, "tue": LUNCH, "fri": [["09:00", "15:00"]]},
        "holidays": ["2026-12-25", "2026-12-26"],
    }


def test_what_was_shown_may_be_set_again_from_a_file_or_from_stdin(
    earshot: FakeEarshot, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "office.json"
    file.write_text(json.dumps(OFFICE))
    for where, typed in ((str(file), None), ("-", json.dumps(OFFICE))):
        earshot.replies.append((200, OFFICE))
        assert run("calendar", "set", "office", "--file", where, typed=typed).exit_code == 0
        assert earshot.calls[-1][3] == OFFICE


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ((), "needs its --timezone and its --hours"),
        (("--timezone", "UTC"), "needs its --timezone and its --hours"),
        (("--hours", "mon 09:00-17:00"), "needs its --timezone and its --hours"),
        (("--timezone", "UTC", "--hours", "mon"), "--hours takes days and times"),
        (("--file", "nowhere.json"), "The calendar cannot be read: FileNotFoundError"),
        (("--file", "list.json"), "The calendar must be a JSON object"),
        (("--file", "list.json", "--holiday", "2026-12-25"), "either --file or the other options"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_sent(
    earshot: FakeEarshot, run: Run, tmp_path: Path, typed: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "list.json").write_text("[]")
    refused = run("calendar", "set", "office", *typed)
    assert (refused.exit_code, earshot.calls) == (2, [])
    assert reason in " ".join(refused.stderr.split())


def test_a_refusal_of_the_api_is_shown_by_its_fields(earshot: FakeEarshot, run: Run) -> None:
    fault = {"field": "hours.mon[0]", "reason": "22:00 to 06:00 ends before it begins"}
    earshot.replies.append(problem(400, "Bad request", [fault]))
    refused = run("calendar", "set", "office", "--timezone", "UTC", "--hours", "mon 22:00-06:00")
    assert (refused.exit_code, "hours.mon[0]" in refused.stderr) == (2, True)


def test_a_calendar_is_removed_only_after_a_yes(earshot: FakeEarshot, run: Run) -> None:
    refused = run("calendar", "remove", "office", typed="n\n")
    assert (refused.exit_code, earshot.calls) == (1, [])
    earshot.replies.append((204, {}))
    assert run("calendar", "remove", "office", "--yes").stdout == "Calendar office is removed.\n"
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/calendars/office")
    earshot.replies.append(problem(409, "the calendar 'office' is named by the survey 'shop'"))
    in_use = run("calendar", "remove", "office", "--yes")
    assert (in_use.exit_code, "the survey 'shop'" in in_use.stderr) == (1, True)
