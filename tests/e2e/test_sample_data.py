"""1,231 real responses through the real `earshot import`, and every score of them compared with a count by hand."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.bus_listener import Listener
from tests.e2e.conftest import Crm, Stack
from tests.e2e.sample_by_hand import SAMPLE, Row, compare, histogram_of, read
from tests.e2e.survey_client import Survey, settle

if not SAMPLE.exists():
    pytest.skip(f"{SAMPLE} is not there", allow_module_level=True)

EARSHOT = Path(sys.executable).with_name("earshot")
MAPS = ["score=score", "responded_at=date", "comment=comment", "person=respondent"]
AS_OF = [
    date(2015, 8, 2),
    date(2015, 8, 3),
    date(2014, 12, 31),
    date(2012, 2, 29),
    date(2007, 5, 20),
    date(2007, 5, 19),
]
SEGMENT_AS_OF = date(2015, 8, 2)

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def earshot(stack: Stack) -> Command:
    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [EARSHOT, *map(str, arguments)],
            env={**os.environ, "EARSHOT_URL": stack.url, "EARSHOT_API_KEY": stack.api_key},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read()


@pytest.fixture(scope="module")
def imported(stack: Stack, earshot: Command, published: Listener) -> Survey:
    survey = Survey(stack, segments=["airline", "cabin"])
    done = import_into(earshot, survey)
    assert done.returncode == 0, done.stdout + done.stderr
    survey.counted(1231, seconds=60)
    return survey


def import_into(
    earshot: Command, survey: Survey, *more: str, file: Path = SAMPLE
) -> "subprocess.CompletedProcess[str]":
    maps = [part for pair in MAPS for part in ("--map", pair)]
    segments = ["--segment", "airline", "--segment", "cabin"]
    return earshot("import", file, "--survey", survey.id, *maps, *segments, *more)


def test_the_sample_has_the_totals_its_readme_names(imported: Survey) -> None:
    score = imported.nps(window="all")
    assert (score["responses"], score["promoters"], score["passives"], score["detractors"]) == (1231, 148, 233, 850)
    assert (score["nps"], score["previous"], score["change"]) == (-57, None, None)
    assert (score["window"]["from"], score["complete"]) == ("2007-05-20", True)


@pytest.mark.parametrize("as_of", AS_OF, ids=str)
@pytest.mark.parametrize("days", [1, 7, 30, 90, 365, 3650])
def test_the_score_of_every_window_equals_a_recount(imported: Survey, rows: list[Row], days: int, as_of: date) -> None:
    score = imported.nps(window=f"{days}d", as_of=as_of.isoformat())
    compare(score, rows, days, as_of)


@pytest.mark.parametrize("segment", ["airline", "cabin"])
def test_the_score_of_every_value_of_a_segment_equals_a_recount(
    imported: Survey, rows: list[Row], segment: str
) -> None:
    values = sorted({row.segments[segment] for row in rows} - {""})
    assert imported.read()["values"][segment] == values
    for value in values:
        own = [row for row in rows if row.segments[segment] == value]
        score = imported.nps(window="all", segment=f"{segment}={value}")
        assert score["histogram"] == histogram_of(own, date.min, date.max), value
        for days in (7, 30, 90, 365):
            score = imported.nps(window=f"{days}d", as_of=SEGMENT_AS_OF.isoformat(), segment=f"{segment}={value}")
            compare(score, own, days, SEGMENT_AS_OF)


@pytest.mark.parametrize("as_of", AS_OF[2:4], ids=str)
def test_the_score_of_every_cabin_at_other_days_equals_a_recount(
    imported: Survey, rows: list[Row], as_of: date
) -> None:
    for value in sorted({row.segments["cabin"] for row in rows} - {""}):
        own = [row for row in rows if row.segments["cabin"] == value]
        for days in (7, 30, 90, 365):
            score = imported.nps(window=f"{days}d", as_of=as_of.isoformat(), segment=f"cabin={value}")
            compare(score, own, days, as_of)


def test_the_list_has_every_row_of_the_file(imported: Survey, rows: list[Row]) -> None:
    listed = sorted((response["day"], response["score"]) for response in imported.responses())
    assert listed == sorted((row.day.isoformat(), row.score) for row in rows)


def test_no_history_is_published_or_reaches_the_crm(imported: Survey, crm: Crm, published: Listener) -> None:
    settle(imported.stack)
    assert [event for event in published.of(imported.id) if event["detail-type"] != "ScoreRecomputed"] == []
    assert [delivery for delivery in crm.deliveries if delivery.data["survey"] == imported.id] == []


def test_a_second_import_adds_nothing_and_the_audit_is_equal(imported: Survey, earshot: Command) -> None:
    before = imported.nps(window="all")
    again = import_into(earshot, imported)
    assert again.returncode == 0, again.stderr
    settle(imported.stack)
    assert imported.counted(1231) == before
    audit = earshot("audit", imported.id)
    assert audit.returncode == 0, audit.stdout
    assert "1,231" in audit.stdout


def test_the_command_shows_the_same_score(imported: Survey, earshot: Command) -> None:
    shown = earshot("nps", imported.id, "--window", "all")
    assert shown.returncode == 0
    assert "57" in shown.stdout


def test_a_dry_run_changes_nothing(stack: Stack, earshot: Command) -> None:
    survey = Survey(stack)
    before = survey.read()
    dry = import_into(earshot, survey, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "1,231" in dry.stdout
    settle(stack)
    assert survey.read() == before
    assert survey.nps(window="all")["responses"] == 0


def test_a_published_import_emits_every_detractor_exactly_once(
    stack: Stack, earshot: Command, crm: Crm, published: Listener, tmp_path: Path
) -> None:
    part = tmp_path / "part.csv"
    lines = [f"2015-07-{day:02},{score},so {day},r-{score},klm,Economy" for day in range(1, 11) for score in range(11)]
    part.write_text("\n".join(["date,score,comment,respondent,airline,cabin", *lines, ""]))
    survey = Survey(stack)
    assert import_into(earshot, survey, "--announce", file=part).returncode == 0
    survey.counted(110)
    assert import_into(earshot, survey, "--announce", file=part).returncode == 0
    settle(stack)
    detractors = sorted(response["id"] for response in survey.responses(max_score="6"))
    assert len(detractors) == 70
    sent = sorted(event["detail"]["data"]["response"] for event in published.of(survey.id, "DetractorIdentified"))
    assert sent == detractors
    reported = sorted(delivery.data["response"] for delivery in crm.deliveries if delivery.data["survey"] == survey.id)
    assert reported == detractors
