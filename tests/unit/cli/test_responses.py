"""Responses listed, to read and to save."""

import csv
import io
import json
from typing import Any

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

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
    wanted = {"category": "detractor", "has_comment": "true", "segment": "plan=pro", "limit": "20"}
    assert (method, path, query) == ("GET", PATH, wanted)


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
