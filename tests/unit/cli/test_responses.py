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
        "answered": "2026-11-21T09:30:00.000Z",
        "day": "2026-11-21",
        "score": score,
        "category": "detractor" if score < 7 else "promoter",
        "comment": comment,
        "person": "c-17",
        "unverified_email": None,
        "channel": "widget",
        "state": "final",
        "properties": {"plan": "pro"},
        **more,
    }


def answered(earshot: FakeEarshot, *rows: dict[str, Any], cursor: str | None = None) -> None:
    earshot.answers.append((200, {"responses": list(rows), "cursor": cursor}))


def test_the_comments_are_listed_with_who_and_when(earshot: FakeEarshot, run: Run) -> None:
    answered(earshot, response(1), response(2, 9, None, person=None, unverified_email="jo@example.com"))
    said = run("responses", "demo", "--category", "detractor", "--comments", "--segment", "plan=pro").stdout
    assert " 3  2026-11-21 09:30 · c-17 · plan=pro" in said
    assert "Too slow." in said
    assert "jo@example.com" in said
    method, path, query, _ = earshot.calls[-1]
    wanted = {"category": "detractor", "has_comment": "true", "segment": "plan=pro", "limit": "20", "expand": "person"}
    assert (method, path, query) == ("GET", PATH, wanted)


ANN = {"c-17": {"id": "c-17", "name": "Ann Smith", "email": "ann@example.com", "account": None}}


def test_a_response_says_the_name_and_address_of_who_gave_it(earshot: FakeEarshot, run: Run) -> None:
    page = {"responses": [response(1), response(2, person="gone")], "people": ANN, "cursor": None}
    earshot.answers += [(200, page), (200, page), (200, page)]
    said = run("responses", "demo").stdout
    assert "2026-11-21 09:30 · Ann Smith · ann@example.com · plan=pro" in said
    assert "· gone · plan=pro" in said
    rows = [json.loads(line) for line in run("responses", "demo", "--format", "jsonl").stdout.splitlines()]
    assert [(row["person"], row["name"], row["email"]) for row in rows] == [
        ("c-17", "Ann Smith", "ann@example.com"),
        ("gone", None, None),
    ]
    first, second = csv.DictReader(io.StringIO(run("responses", "demo", "--format", "csv").stdout))
    assert (first["name"], first["account"], second["email"]) == ("Ann Smith", "", "")


def test_a_key_that_reads_no_people_shows_their_ids(earshot: FakeEarshot, run: Run) -> None:
    earshot.answers.append(problem(403, "the API key lacks the scope 'people:read'"))
    answered(earshot, response(1), cursor="next")
    answered(earshot, response(2))
    said = run("responses", "demo")
    assert (said.exit_code, said.stdout.count("· c-17 ·")) == (0, 2)
    assert [query.get("expand") for _, _, query, _ in earshot.calls] == ["person", None, None]


def test_a_key_that_reads_no_responses_is_refused(earshot: FakeEarshot, run: Run) -> None:
    earshot.answers += [problem(403, "the API key lacks the scope 'responses:read'")] * 2
    said = run("responses", "demo")
    assert (said.exit_code, "responses:read" in said.stderr) == (1, True)


def test_all_pages_are_read_up_to_the_limit(earshot: FakeEarshot, run: Run) -> None:
    answered(earshot, response(1), response(2), cursor="next")
    answered(earshot, response(3))
    said = run("responses", "demo", "--limit", "0", "--format", "jsonl").stdout
    assert [json.loads(line)["id"][-1] for line in said.splitlines()] == ["1", "2", "3"]
    assert earshot.calls[-1][2]["cursor"] == "next"
    answered(earshot, response(1), response(2), cursor="next")
    assert len(run("responses", "demo", "--limit", "2", "--format", "jsonl").stdout.splitlines()) == 2


@pytest.mark.parametrize("comment", ["=1+1", "@SUM(1)", "-1", "+1", 'two\nlines, "quoted"'])
def test_a_file_for_a_spreadsheet_holds_no_formula(earshot: FakeEarshot, run: Run, comment: str) -> None:
    answered(earshot, response(1, comment=comment))
    (row,) = csv.DictReader(io.StringIO(run("responses", "demo", "--format", "csv").stdout))
    assert row["comment"].removeprefix("'") == comment
    assert not row["comment"].startswith(("=", "+", "-", "@"))
    assert json.loads(row["properties"]) == {"plan": "pro"}


def test_since_is_counted_in_days_and_excludes_the_other_days(earshot: FakeEarshot, run: Run) -> None:
    answered(earshot)
    listed = run("responses", "demo", "--since", "1w")
    assert (listed.exit_code, listed.stderr) == (0, "No response fits.\n")
    assert len(earshot.calls[-1][2]["from"]) == len("2026-11-21")
    assert run("responses", "demo", "--since", "7d", "--to", "2026-11-21").exit_code == 2
    assert run("responses", "demo", "--since", "month").exit_code == 2
