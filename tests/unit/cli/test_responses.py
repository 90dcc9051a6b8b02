"""Responses listed, to read and to save."""

import csv
import io
import json
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

PATH = "/v1/surveys/demo/responses"


def response(number: int, score: int = 3, comment: str | None = "Too slow.", **more: Any) -> dict[str, Any]:
    return {
        "id": f"01990000-0000-7000-8000-{number:012d}",
        "responded_at": "2026-11-21T09:30:00.000Z",
        "day": "2026-11-21",
        "score": score,
        "category": "detractor" if score < 7 else "promoter",
        "comment": comment,
        "person": "c-17",
        "unverified_email": None,
        "contact_requested": False,
        "channel": "widget",
        "state": "final",
        "properties": {"plan": "pro"},
        **more,
    }


def recorded(earshot: FakeEarshot, *rows: dict[str, Any], cursor: str | None = None) -> None:
    earshot.replies.append((200, {"responses": list(rows), "cursor": cursor}))


def test_the_comments_are_listed_with_who_and_when(earshot: FakeEarshot, run: Run) -> None:
    recorded(earshot, response(1), response(2, 9, None, person=None, unverified_email="jo@example.com"))
    output = run("responses", "demo", "--category", "detractor", "--comments", "--segment", "plan=pro").stdout
    assert " 3  2026-11-21 09:30 · c-17 · plan=pro" in output
    assert "Too slow." in output
    assert "jo@example.com" in output
    method, path, query, _ = earshot.calls[-1]
    wanted = {"category": "detractor", "has_comment": "true", "segment": "plan=pro", "limit": "20", "expand": "person"}
    assert (method, path, query) == ("GET", PATH, wanted)


ANN = {"c-17": {"id": "c-17", "name": "Ann Smith", "email": "ann@example.com", "account": None}}


def test_a_response_shows_the_name_and_address_of_its_person(earshot: FakeEarshot, run: Run) -> None:
    page = {"responses": [response(1), response(2, person="gone")], "people": ANN, "cursor": None}
    earshot.replies += [(200, page), (200, page), (200, page)]
    output = run("responses", "demo").stdout
    assert "2026-11-21 09:30 · Ann Smith · ann@example.com · plan=pro" in output
    assert "· gone · plan=pro" in output
    rows = [json.loads(line) for line in run("responses", "demo", "--format", "jsonl").stdout.splitlines()]
    assert [(row["person"], row["name"], row["email"]) for row in rows] == [
        ("c-17", "Ann Smith", "ann@example.com"),
        ("gone", None, None),
    ]
    first, second = csv.DictReader(io.StringIO(run("responses", "demo", "--format", "csv").stdout))
    assert (first["name"], first["account"], second["email"]) == ("Ann Smith", "", "")


def test_who_wants_to_be_contacted_stands_in_the_list_and_in_its_column(earshot: FakeEarshot, run: Run) -> None:
    for _ in range(2):
        recorded(earshot, response(1, contact_requested=True), response(2))
    assert run("responses", "demo").stdout.count("plan=pro · contact requested") == 1
    rows = csv.DictReader(io.StringIO(run("responses", "demo", "--format", "csv").stdout))
    assert [row["contact_requested"] for row in rows] == ["true", "false"]


def test_a_key_that_reads_no_people_shows_their_ids(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(403, "the API key lacks the scope 'people:read'"))
    recorded(earshot, response(1), cursor="next")
    recorded(earshot, response(2))
    result = run("responses", "demo")
    assert (result.exit_code, result.stdout.count("· c-17 ·")) == (0, 2)
    assert [query.get("expand") for _, _, query, _ in earshot.calls] == ["person", None, None]


def test_a_key_that_reads_no_responses_is_refused(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [problem(403, "the API key lacks the scope 'responses:read'")] * 2
    result = run("responses", "demo")
    assert (result.exit_code, "responses:read" in result.stderr) == (1, True)


def test_all_pages_are_read_up_to_the_limit(earshot: FakeEarshot, run: Run) -> None:
    recorded(earshot, response(1), response(2), cursor="next")
    recorded(earshot, response(3))
    output = run("responses", "demo", "--limit", "0", "--format", "jsonl").stdout
    assert [json.loads(line)["id"][-1] for line in output.splitlines()] == ["1", "2", "3"]
    assert earshot.calls[-1][2]["cursor"] == "next"
    recorded(earshot, response(1), response(2), cursor="next")
    assert len(run("responses", "demo", "--limit", "2", "--format", "jsonl").stdout.splitlines()) == 2


@pytest.mark.parametrize("comment", ["=1+1", "@SUM(1)", "-1", "+1", 'two\nlines, "quoted"'])
def test_a_file_for_a_spreadsheet_holds_no_formula(earshot: FakeEarshot, run: Run, comment: str) -> None:
    recorded(earshot, response(1, comment=comment))
    (row,) = csv.DictReader(io.StringIO(run("responses", "demo", "--format", "csv").stdout))
    assert row["comment"].removeprefix("'") == comment
    assert not row["comment"].startswith(("=", "+", "-", "@"))
    assert json.loads(row["properties"]) == {"plan": "pro"}


def test_since_asks_for_a_window_that_the_server_counts_in_the_surveys_days(earshot: FakeEarshot, run: Run) -> None:
    for typed, window in (("1w", "7d"), ("7d", "7d"), ("month", "month")):
        recorded(earshot, response(1))
        assert run("responses", "demo", "--since", typed).exit_code == 0
        assert earshot.calls[-1][2]["window"] == window
        assert not {"from", "to"} & set(earshot.calls[-1][2])
    assert run("responses", "demo", "--since", "7d", "--to", "2026-11-21").exit_code == 2


def test_an_invalid_span_is_reported_by_its_option(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(400, "window: 'x'", errors=[{"field": "window", "reason": "'x' is no window"}]))
    result = run("responses", "demo", "--since", "x")
    assert (result.exit_code, result.stderr.strip()) == (2, "--since: 'x' is no window")


@pytest.fixture
def rows(earshot: FakeEarshot) -> dict[str, dict[str, Any]]:
    earshot.add_survey()
    days = ("2026-11-20", "2026-11-21", "2026-11-21")
    earshot.rows = {(one := response(at, day=day))["id"]: one for at, day in enumerate(days)}
    return earshot.rows


DAY = ("--from", "2026-11-21", "--to", "2026-11-22")


def test_a_span_is_erased_once_its_count_is_confirmed(
    earshot: FakeEarshot, run: Run, rows: dict[str, dict[str, Any]]
) -> None:
    earshot.left = [1]
    done = run("responses", "erase", "demo", *DAY, typed="y\n")
    assert "Erase 2 responses of demo for good? This cannot be undone" in done.stderr
    assert done.stdout.endswith("2 responses of demo are erased for good.\n")
    assert "1 erased, 1 to go" in done.stderr
    assert [row["day"] for row in rows.values()] == ["2026-11-20"]
    span = {"from": "2026-11-21", "to": "2026-11-22"}
    asked = [(method, path, query) for method, path, query, _ in earshot.calls]
    assert asked == [("DELETE", PATH, span | more) for more in ({"check": "true"}, {"confirm": "2"}, {"confirm": "2"})]


@pytest.mark.parametrize(
    ("words", "typed", "code", "expected"),
    [
        (DAY, "n\n", 1, "Nothing was erased."),
        (DAY, "", 2, "No terminal to ask: add --yes to erase them."),
        ((*DAY, "--dry-run"), None, 0, "2 responses of demo fit: nothing was erased."),
        (("--to", "2026-11-01", "--yes"), None, 0, "0 responses of demo fit: nothing was erased."),
        ((), None, 2, "Choose what to erase"),
        ((*DAY, "--all"), None, 2, "Choose what to erase"),
    ],
)
def test_nothing_is_erased_without_a_yes(
    run: Run, rows: dict[str, dict[str, Any]], words: tuple[str, ...], typed: str | None, code: int, expected: str
) -> None:
    done = run("responses", "erase", "demo", *words, typed=typed)
    assert (done.exit_code, len(rows)) == (code, 3)
    assert expected in done.output


def test_all_are_erased_without_a_question_on_request(run: Run, rows: dict[str, dict[str, Any]]) -> None:
    assert run("responses", "erase", "demo", "--all", "--yes").exit_code == 0
    assert rows == {}


def test_a_count_that_fits_no_more_erases_nothing(
    earshot: FakeEarshot, run: Run, rows: dict[str, dict[str, Any]]
) -> None:
    detail = "nothing was erased: 2 confirmed, but 3 match now"
    earshot.replies = [
        (200, {"count": 2, "erased": 0, "remaining": 2}),
        (409, {"title": "Conflict", "status": 409, "detail": detail, "count": 3}),
    ]
    done = run("responses", "erase", "demo", *DAY, "--yes")
    assert (done.exit_code, len(rows)) == (1, 3)
    assert detail in done.stderr


def test_a_survey_called_like_the_command_can_still_be_listed(earshot: FakeEarshot, run: Run) -> None:
    recorded(earshot, response(1))
    assert run("responses", "--", "erase").exit_code == 0
    assert earshot.calls[-1][1] == "/v1/surveys/erase/responses"


@pytest.mark.parametrize("others", [(), ("c-1", "c-2")])
def test_an_address_means_the_id_made_of_it_and_stands_in_no_url(
    earshot: FakeEarshot, run: Run, rows: dict[str, dict[str, Any]], others: tuple[str, ...]
) -> None:
    earshot.people |= {name: {"id": name, "email": "ann@example.com"} for name in others}
    commands = (("responses", "demo"), ("responses", "erase", "demo", "--dry-run"))
    for command in commands:
        earshot.calls.clear()
        done = run(*command, "--person", "Ann@example.com".lower())
        assert done.exit_code == 0
        assert [query.get("person") for _, path, query, _ in earshot.calls if path == PATH] == ["p-ann"]
        assert not [path for _, path, query, _ in earshot.calls if "@" in path or "@" in str(query)]
        assert ('"c-1", "c-2"' in done.stderr) is bool(others)
    assert len(rows) == 3
