"""Imports by the real command into the deployed stack: reported exactly, undone, imported again, checked dry."""

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Stack
from tests.e2e.survey_client import Survey, settle

EARSHOT = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "earshot"
ZONES = ["--zone", "Asia/Tokyo"], ["--zone", "America/Los_Angeles"]
Command = Callable[..., str]


@pytest.fixture
def earshot(stack: Stack, tmp_path: Path) -> Command:
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [EARSHOT, *words],
            env={**os.environ, "EARSHOT_URL": stack.url, "EARSHOT_API_KEY": stack.api_key},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture
def survey(stack: Stack) -> Survey:
    return Survey(stack, segments=["plan"], timezone="America/Los_Angeles")


def write(path: Path, rows: list[str]) -> str:
    path.write_text("\n".join(["when,score,who,plan", *rows, ""]))
    return str(path)


def words(survey: Survey, file: str, *more: str) -> list[str]:
    maps = ("score=score", "responded_at=when", "person=who")
    mapped = [word for one in maps for word in ("--map", one)]
    return ["import", file, "--survey", survey.id, *mapped, "--segment", "plan", *more]


ROWS = [
    f"2024-03-{1 + at // 20:02} {at % 24:02}:30:00,{at % 11},{f'p-{at % 7}' if at % 3 else ''},pro" for at in range(120)
]


def days(survey: Survey) -> list[str]:
    return sorted(row["day"] for row in survey.responses())


def test_a_wrong_zone_is_undone_and_imported_right(survey: Survey, earshot: Command, tmp_path: Path) -> None:
    file = write(tmp_path / "Answers 2024.csv", ROWS)
    wrong, right = ZONES
    output = earshot(*words(survey, file, *wrong))
    assert "120 rows read: 120 new, 0 known, 0 rejected." in output
    assert "120 rows read: 0 new, 120 known, 0 rejected." in earshot(*words(survey, file, *wrong))
    assert survey.nps(window="all")["responses"] == 120
    shifted = days(survey)
    first = re.search(r"import undo (\S+)", output)
    assert first is not None
    assert "120 responses are withdrawn" in earshot("import", "undo", first[1], "--survey", survey.id, "--yes")
    assert survey.nps(window="all")["responses"] == survey.nps(window="all", segment="plan=pro")["responses"] == 0
    output = earshot(*words(survey, file, *right))
    assert "120 rows read: 120 new, 0 known, 0 rejected." in output
    assert days(survey) != shifted
    again = re.search(r"import undo (\S+)", output)
    assert again is not None
    for name in (first[1], again[1], again[1]):
        earshot("import", "undo", name, "--survey", survey.id, "--yes")
    assert survey.nps(window="all")["responses"] == 0
    assert "120 rows read: 120 new, 0 known, 0 rejected." in earshot(*words(survey, file, *right))
    assert "120 rows read: 0 new, 120 known, 0 rejected." in earshot(*words(survey, file, *right))
    settle(survey.stack)
    assert survey.nps(window="all")["responses"] == survey.nps(window="all", segment="plan=pro")["responses"] == 120
    earshot("audit", survey.id)


def test_dry_and_wet_refuse_the_same_rows_and_the_report_is_imported_again(
    survey: Survey, earshot: Command, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "a.csv", [*ROWS[:3], "2999-01-01,9,,pro", f"2024-03-01,9,,{'x' * 257}", "2024-03-01,9.5,,pro"]
    )
    dry = earshot(*words(survey, file, "--dry-run"), code=1)
    assert "6 rows read, 3 good, 3 rejected" in dry
    assert survey.read()["segments"] == ["plan"]
    assert list(survey.responses()) == []
    wet = earshot(*words(survey, file, "--report", "refused.csv"), code=1)
    assert "6 rows read: 3 new, 0 known, 3 rejected." in wet
    report = tmp_path / "refused.csv"
    text = report.read_text(encoding="utf-8-sig").replace("2999-01-01", "2024-03-09").replace("x" * 257, "free")
    report.write_text(text.replace("9.5,", "9.0,"))
    assert "3 rows read: 3 new, 0 known, 0 rejected." in earshot(*words(survey, str(report)))
    assert "3 rows read: 0 new, 3 known, 0 rejected." in earshot(*words(survey, str(report)))
    assert survey.nps(window="all")["responses"] == 6


def test_the_api_reads_the_offsets_of_postgres(survey: Survey) -> None:
    for at, time in enumerate(
        ("2024-01-05 21:25:58.745232+02", "2024-01-05 21:25:58+00", "2024-01-05T21:25:58.7452321Z")
    ):
        survey.post_with_key(id=f"018cd66c-7b7a-7000-8000-00000000000{at}", score=9, responded_at=time)
    settle(survey.stack)
    responded = sorted(row["responded_at"] for row in survey.responses())
    assert responded == ["2024-01-05T19:25:58.745Z", "2024-01-05T21:25:58.000Z", "2024-01-05T21:25:58.745Z"]


def test_a_span_is_erased_by_a_confirmed_count_and_no_import_brings_it_back(
    survey: Survey, earshot: Command, tmp_path: Path
) -> None:
    imported = words(survey, write(tmp_path / "answers.csv", ROWS), "--zone", "America/Los_Angeles")
    earshot(*imported)
    span = ("--from", "2024-03-02", "--to", "2024-03-04")
    gone = len(list(survey.responses(**{"from": span[1], "to": span[3]})))
    assert 0 < gone < 120
    erase = ("responses", "erase", survey.id, *span)
    assert f"{gone} responses of {survey.id} fit: nothing was erased." in earshot(*erase, "--dry-run")
    asked = f"{survey.path}/responses?from={span[1]}&to={span[3]}"
    refused = survey.stack.call("DELETE", f"{asked}&confirm={gone + 1}")
    assert (refused.status, refused.body["count"]) == (409, gone)
    assert survey.nps(window="all")["responses"] == 120
    assert f"{gone} responses of {survey.id} are erased for good." in earshot(*erase, "--yes")
    left = 120 - gone
    assert survey.nps(window="all")["responses"] == survey.nps(window="all", segment="plan=pro")["responses"] == left
    assert survey.stack.call("DELETE", f"{asked}&confirm={gone}").body == {"count": 0, "erased": 0, "remaining": 0}
    assert "120 rows read: 0 new, 120 known, 0 rejected." in earshot(*imported)
    settle(survey.stack)
    assert survey.nps(window="all")["responses"] == left
    earshot("audit", survey.id)


def test_a_missed_column_can_be_added_by_an_update(survey: Survey, earshot: Command, tmp_path: Path) -> None:
    file = write(tmp_path / "answers.csv", ROWS)
    plain = words(survey, file, "--zone", "America/Los_Angeles")
    plain = plain[: plain.index("--segment")] + plain[plain.index("--segment") + 2 :]
    assert "120 rows read: 120 new, 0 known, 0 rejected." in earshot(*plain)
    assert survey.nps(window="all", segment="plan=pro")["responses"] == 0
    update = words(survey, file, "--zone", "America/Los_Angeles", "--update")
    assert "120 rows read: 0 new, 120 known (120 updated), 0 rejected." in earshot(*update)
    assert "120 rows read: 0 new, 120 known (0 updated), 0 rejected." in earshot(*update)
    assert survey.nps(window="all")["responses"] == survey.nps(window="all", segment="plan=pro")["responses"] == 120
    earshot("audit", survey.id)


def test_what_was_imported_under_an_address_is_listed_exported_and_erased_by_it(
    survey: Survey, earshot: Command, tmp_path: Path
) -> None:
    address = f"ann.{survey.id}@example.com"
    rows = [f"2024-03-0{day} 10:00:00,9,{address},pro" for day in (1, 2)] + ["2024-03-03 10:00:00,3,c-17,pro"]
    earshot(*words(survey, write(tmp_path / "answers.csv", rows), "--zone", "America/Los_Angeles"))
    theirs = earshot("responses", survey.id, "--person", address, "--format", "jsonl").splitlines()
    assert len(theirs) == 2
    (person,) = {json.loads(line)["person"] for line in theirs}
    assert person.startswith("p-")
    exported = json.loads(earshot("people", "export", address))
    assert (exported["id"], len(exported["responses"])) == (person, 2)
    listed = survey.stack.call("GET", f"{survey.path}/responses?person={address.replace('@', '%40')}")
    assert listed.status == 400
    earshot("responses", "erase", survey.id, "--person", address, "--yes")
    assert survey.nps(window="all")["responses"] == 1
