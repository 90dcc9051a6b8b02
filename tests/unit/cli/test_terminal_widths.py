"""Panels on a narrow and a wide terminal: never wider than it, never torn, and nothing left out."""

import pytest

from earshot_cli.screen import out
from tests.unit.charts.trends import MANY, make_trend
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot
from tests.unit.cli.test_breakdown import BREAKDOWN
from tests.unit.cli.test_funnel import FUNNEL
from tests.unit.cli.test_nps import SCORE
from tests.unit.cli.test_quality import QUALITY
from tests.unit.cli.test_response import ID, response

TARGET = {"target": {"score": -20, "status": "not reached", "baseline": -64}}


@pytest.fixture(autouse=True)
def demo(earshot: FakeEarshot) -> None:
    earshot.add_survey()
    earshot.score = SCORE | TARGET
    earshot.trend = make_trend(*[MANY] * 90, segment="cabin=Premium Economy")
    earshot.quality = QUALITY
    earshot.funnel = FUNNEL
    earshot.breakdown = BREAKDOWN
    earshot.rows[ID] = response()


@pytest.fixture(params=[40, 100])
def width(request: pytest.FixtureRequest, run: Run, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(out, "_width", request.param)
    return int(request.param)


def lines(run: Run, command: str) -> list[str]:
    result = run(command, "demo")
    assert result.exit_code == 0, result.output
    return [line.strip("│ ") for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    "words",
    [
        ("nps", "demo"),
        ("nps", "demo", "--by", "plan"),
        ("trend", "demo"),
        ("quality", "demo"),
        ("funnel", "demo"),
        ("response", "show", "demo", ID),
    ],
    ids=" ".join,
)
def test_a_frame_is_as_wide_as_the_terminal_or_as_it_needs(run: Run, width: int, words: tuple[str, ...]) -> None:
    drawn = run(*words).stdout.splitlines()
    assert {len(line) for line in drawn} == {min(width, 76 if words[0] == "nps" else 78)}
    assert {line[0] + line[-1] for line in drawn} == {"╭╮", "││", "╰╯"}


def test_the_gauge_is_one_line_and_every_score_and_group_has_its_number(run: Run, width: int) -> None:
    drawn = lines(run, "nps")
    (gauge,) = [line for line in drawn if "◆─" in line]
    assert "●" in gauge
    words = " ".join(drawn).split()
    assert {"-100", "0", "100", "148", "12.0%", "1,231", "357", "142", "45"} <= set(words)


def test_the_trend_keeps_its_labels_its_number_and_its_ends(run: Run, width: int) -> None:
    drawn = lines(run, "trend")
    assert [line for line in drawn if line.startswith("n ") and line.endswith("█ 100")]
    assert any(line.count("●") >= min(width, 78) - 22 for line in drawn)
    assert [line for line in drawn if line.startswith("2026-09-01") and line.endswith("2026-11-29")]


def test_a_share_keeps_its_words_its_number_and_its_interval(run: Run, width: int) -> None:
    drawn = lines(run, "quality")
    for words, number in (("in under 2 seconds", "7.5%"), ("excluded", "1.0%"), ("response rate", "10.0%")):
        assert [line for line in drawn if line.startswith(words) and number in line], words
    for reported in ("of 120 timed", "1.0% to 10.0%", "no data", "of 400 mails"):
        assert [line for line in drawn if reported in line], reported


def test_every_stage_of_the_funnel_keeps_its_numbers(run: Run, width: int) -> None:
    drawn = [
        " ".join(part for part in line.split() if not set(part) <= set("█▏▎▍▌▋▊▉")) for line in lines(run, "funnel")
    ]
    for line in ("scheduled 1,200 900", "responded 160 90", "response rate 13.7% 10.2%"):
        assert line in [" ".join(each.split()) for each in drawn]
