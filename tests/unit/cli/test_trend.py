"""`earshot trend`: the course of a score in the terminal, as a file and raw."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.unit.charts.trends import FEW, MANY, NOBODY, make_trend
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import KEY, FakeEarshot
from tests.unit.cli.test_nps import SCORE


@pytest.fixture
def demo(earshot: FakeEarshot) -> FakeEarshot:
    earshot.add_survey()
    earshot.trend = make_trend(*[MANY] * 40, *[(20, 20, 60)] * 40)
    earshot.score = {"target": {"score": 50, "baseline": None, "current": 40, "status": "within noise"}}
    return earshot


def test_the_trend_is_drawn_with_its_band_its_size_and_its_ends(demo: FakeEarshot, run: Run) -> None:
    asked = ("--window", "7d", "--from", "2026-09-01", "--to", "2026-11-20", "--segment", "plan=pro & more")
    result = run("trend", "demo", *asked)
    assert result.exit_code == 0, result.output
    assert demo.calls[0][1:3] == (
        "/v1/surveys/demo/trend",
        {"window": "7d", "from": "2026-09-01", "to": "2026-11-20", "segment": "plan=pro & more"},
    )
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line for line in lines if "●" in line]
    assert len(rows) == 2
    assert rows[0].count("●") == rows[1].count("●") == 31
    text = " ".join(result.stdout.replace("│", " ").split())
    assert "2026-09-01: NPS 40, 23.4 to 54.3, 100 responses 2026-11-19: NPS -40, -54.3 to -23.4" in text
    assert "Grey" not in text


def test_an_unknown_value_is_refused_with_the_known_ones(demo: FakeEarshot, run: Run) -> None:
    demo.add_survey(segments=["plan"], values={"plan": ["free", "pro"]})
    assert run("trend", "demo", "--segment", "plan=Pro").stderr == ""
    demo.trend = make_trend(NOBODY, NOBODY)
    assert (
        "Did you mean plan=pro? The values of plan: pro, free." in run("trend", "demo", "--segment", "plan=Pro").stderr
    )


@pytest.mark.parametrize("command", ["trend", "nps"])
def test_a_terminal_that_knows_ascii_alone_gets_nothing_else(demo: FakeEarshot, command: str) -> None:
    demo.score = SCORE
    typed = [sys.executable, "-c", "from earshot_cli.main import app; app()", command, "demo", "--url", demo.url]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "EARSHOT_API_KEY": KEY}
    done = subprocess.run(typed, capture_output=True, check=True, env=environment)
    assert done.stdout.isascii()
    assert b"*" in done.stdout if command == "trend" else b"=O=" in done.stdout


def test_gaps_few_responses_and_none_at_all_are_noted(demo: FakeEarshot, run: Run) -> None:
    demo.trend = make_trend(MANY, NOBODY, FEW, complete=False)
    text = run("trend", "demo").stdout
    assert "Grey: fewer than 30 responses" in text
    assert "still being counted" in text
    assert any("● ●" in line for line in text.splitlines())
    demo.trend = make_trend(NOBODY, NOBODY)
    assert "No responses in any of these windows." in run("trend", "demo").stdout


def test_a_trend_of_too_few_responses_has_points_and_no_band(demo: FakeEarshot, run: Run) -> None:
    demo.trend = make_trend((3, 2, 4), (4, 2, 3))
    drawn = run("trend", "demo").stdout
    assert "●" in drawn
    assert "░" not in drawn
    text = " ".join(drawn.replace("│", " ").split())
    assert "2026-09-02: NPS 11, too few to say, 9 responses" in text
    assert "Without a band: fewer than 10 responses" in text
    demo.trend = make_trend((4, 3, 3), (4, 2, 4))
    assert "░" in run("trend", "demo").stdout


def test_the_series_of_the_trend_is_named_where_it_is_not_the_requested_one(demo: FakeEarshot, run: Run) -> None:
    more = {"counted_as": "store=(other)", "basis": "latest per person in the window"}
    demo.trend = make_trend(MANY, MANY, segment="store=s1", **more)
    text = " ".join(run("trend", "demo", "--segment", "store=s1").stdout.replace("│", " ").split())
    assert "This value shares store=(other) with others: the trend is that of all of them." in text
    assert "Of the latest per person in the window." in text


def test_several_surveys_are_asked_for_together(demo: FakeEarshot, run: Run) -> None:
    demo.trend = {**make_trend(MANY), "surveys": ["shop", "support"]}
    assert "shop + support · trend" in run("trend", "shop,support", "--basis", "latest").stdout
    assert demo.calls[0][1:3] == ("/v1/trend", {"surveys": "shop,support", "window": "30d", "basis": "latest"})


def test_the_picture_is_written_whole_with_the_surveys_target(demo: FakeEarshot, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "score.svg"
    file.write_text("an older picture")
    result = run("trend", "demo", "--svg", str(file))
    assert (result.exit_code, result.stdout) == (0, f"Written to {file}.\n")
    assert "target 50" in [text.text for text in fromstring(file.read_text(encoding="utf-8")).iter()]
    assert [path.name for path in tmp_path.iterdir()] == ["score.svg"]


def test_the_picture_of_a_segment_has_no_target(demo: FakeEarshot, run: Run, tmp_path: Path) -> None:
    demo.trend |= {"segment": "plan=pro"}
    run("trend", "demo", "--segment", "plan=pro", "--svg", str(tmp_path / "score.svg"))
    assert "target" not in (tmp_path / "score.svg").read_text(encoding="utf-8").partition("</desc>")[0]
    assert len(demo.calls) == 1


def test_json_is_the_reply_of_the_api(demo: FakeEarshot, run: Run) -> None:
    assert json.loads(run("trend", "demo", "--json").stdout) == demo.trend


def test_a_picture_goes_through_a_link_and_leaves_it_one(demo: FakeEarshot, run: Run, tmp_path: Path) -> None:
    link = tmp_path / "link.svg"
    link.symlink_to(tmp_path / "score.svg")
    assert run("trend", "demo", "--svg", str(link)).exit_code == 0
    assert link.is_symlink()
    assert (tmp_path / "score.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_piped_picture_is_written_alone(demo: FakeEarshot, run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    result = run("trend", "demo", "--svg", str(pipe))
    assert (result.exit_code, result.stdout) == (0, "")
    assert os.read(reader, 1_000_000).startswith(b"<svg")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
    os.close(reader)


@pytest.mark.parametrize("file", ["nowhere/score.svg", "."])
def test_an_unwritable_path_is_reported_in_one_sentence(demo: FakeEarshot, run: Run, tmp_path: Path, file: str) -> None:
    result = run("trend", "demo", "--svg", str(tmp_path / file))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["", ".", "pictures"])
def test_a_folder_is_no_file_for_a_picture(earshot: FakeEarshot, run: Run, folder: str) -> None:
    Path("pictures").mkdir()
    done = run("trend", "demo", "--svg", folder)
    assert (done.exit_code, earshot.calls) == (1, [])
    assert f"--svg {Path(folder)} is a folder: name the file in it, such as" in done.stderr
