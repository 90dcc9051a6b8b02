"""`earshot nps --by`: the values of a segment, drawn, as CSV and raw; and a hint for a value that none is."""

import csv
import json
from typing import Any

import pytest

from earshot.domain.score import Histogram, exact_score, interval, net_promoter_score
from earshot_cli.rendering.breakdown import breakdown_panel
from earshot_cli.screen import Screen
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem


def numbers(detractors: int, promoters: int) -> dict[str, Any]:
    histogram = Histogram((detractors, *[0] * 9, promoters))
    bounds = interval(histogram)
    return {
        "nps": net_promoter_score(histogram),
        "score_exact": exact_score(histogram),
        "promoters": promoters,
        "passives": 0,
        "detractors": detractors,
        "responses": detractors + promoters,
        "histogram": list(histogram.counts),
        "interval": {"level": 0.95, "low": bounds.low, "high": bounds.high} if bounds else None,
    }


def row(value: str, detractors: int, promoters: int, other: bool = False) -> dict[str, Any]:
    return {"value": value, "other": other, **numbers(detractors, promoters)}


ROWS = [row("=pro", 100, 300), row("free", 30, 10), row("(other)", 0, 12, other=True), row("tiny", 1, 2)]
BREAKDOWN: dict[str, Any] = {
    "survey": "demo",
    "by": "plan",
    "basis": "all responses",
    "window": {"length": "30d", "days": 30, "from": "2015-07-04", "to": "2015-08-03", "timezone": "UTC"},
    "total": numbers(140, 324),
    "rows": [*ROWS, row("asleep", 0, 0)],
    "complete": True,
}


def broken_down(earshot: FakeEarshot, **more: Any) -> None:
    earshot.add_survey()
    earshot.breakdown = BREAKDOWN | more


def test_each_value_stands_with_its_score_its_size_and_its_interval_on_one_scale(
    earshot: FakeEarshot, run: Run
) -> None:
    broken_down(earshot)
    result = run("nps", "demo", "--by", "plan", "--window", "90d", "--basis", "latest")
    assert result.exit_code == 0, result.output
    assert earshot.calls == [
        ("GET", "/v1/surveys/demo/breakdown", {"by": "plan", "window": "90d", "basis": "latest"}, None)
    ]
    lines = [" ".join(line.strip("│ \n").split()) for line in result.stdout.splitlines()]
    assert "demo · by plan · 30 days, 2015-07-04 to 2015-08-02" in result.stdout
    (pro,) = [line for line in lines if line.startswith("=pro 50 400 ")]
    assert "41.2 to 58.1" in pro
    assert {"●", "━", "─"} <= set(pro)
    assert [line for line in lines if line.startswith("tiny")] == ["tiny 33 3"]
    assert any(line.startswith("(all others) 100 12") for line in lines)
    assert any(line.startswith("total 40 464") for line in lines)
    assert "asleep" not in result.stdout
    assert "1 more value has no response in this window." in result.stdout
    assert "9 responses have no plan." in result.stdout
    assert "Without an interval: fewer than 10 responses, too few to say." in result.stdout
    assert "still being counted" not in result.stdout


@pytest.mark.parametrize("width", [100, 40])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, ascii_only: bool) -> None:
    long = BREAKDOWN | {"rows": [row("a value of a length that nobody would expect" * 3, 40_000, 900_000)]}
    screen = Screen(width=width, markup=False, highlight=False)
    with screen.capture() as drawn:
        screen.print(breakdown_panel(long, ascii_only, width))
    assert max(map(len, drawn.get().splitlines())) <= width
    assert not ascii_only or drawn.get().isascii()


def test_an_empty_and_incomplete_breakdown_is_labelled(earshot: FakeEarshot, run: Run) -> None:
    broken_down(earshot, rows=[], total=numbers(0, 0), complete=False)
    result = run("nps", "demo", "--by", "plan")
    assert result.exit_code == 0, result.output
    assert "Older responses are still being counted by this segment." in result.stdout
    assert "have no plan" not in result.stdout


def test_the_values_come_as_csv_without_formulas_and_raw(earshot: FakeEarshot, run: Run) -> None:
    broken_down(earshot)
    rows = list(csv.DictReader(run("nps", "demo", "--by", "plan", "--csv").stdout.splitlines()))
    assert [(one["value"], one["nps"], one["responses"]) for one in rows[:2]] == [
        ("'=pro", "50", "400"),
        ("free", "-50", "40"),
    ]
    assert (rows[-1]["value"], rows[-1]["nps"], rows[-1]["low"]) == ("asleep", "", "")
    assert json.loads(run("nps", "demo", "--by", "plan", "--json").stdout) == BREAKDOWN


@pytest.mark.parametrize(
    "words", [["demo,shop", "--by", "plan"], ["demo", "--by", "plan", "--segment", "a=b"], ["demo", "--csv"]]
)
def test_what_does_not_go_together_is_refused_before_anything_is_asked(
    earshot: FakeEarshot, run: Run, words: list[str]
) -> None:
    assert run("nps", *words).exit_code == 2
    assert earshot.calls == []


NOTHING = {**BREAKDOWN, **numbers(0, 0), "segment": "Plan=Pro", "previous": None, "change": None}


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ("plan=Pro", "No response has plan=Pro. Did you mean plan=pro? The values of plan: pro, free, trial."),
        ("plan=prro", "Did you mean plan=pro?"),
        ("plan=xyz", "No response has plan=xyz. The values of plan: free, pro, trial."),
        ("cabin=x", "No response has a value of cabin yet."),
    ],
)
def test_an_unknown_value_is_refused_with_the_known_ones(
    earshot: FakeEarshot, run: Run, segment: str, message: str
) -> None:
    earshot.add_survey(segments=["plan", "cabin"], values={"plan": ["free", "pro", "trial"], "cabin": []})
    earshot.score = NOTHING
    result = run("nps", "demo", "--segment", segment)
    assert (result.exit_code, message in result.stderr) == (0, True), result.stderr


def test_a_value_that_some_have_and_a_key_that_may_read_no_survey_get_no_hint(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(segments=["plan"], values={"plan": ["pro"]})
    earshot.score = NOTHING
    assert run("nps", "demo", "--segment", "plan=pro").stderr == ""
    earshot.replies += [(200, NOTHING), problem(403, "the API key lacks the scope 'surveys:read'")]
    result = run("nps", "demo", "--segment", "plan=gold")
    assert (result.exit_code, result.stderr) == (0, "")
    earshot.score = BREAKDOWN | numbers(2, 3) | {"segment": "plan=gold", "previous": None, "change": None}
    assert run("nps", "demo", "--segment", "plan=gold").stderr == ""


def test_of_many_values_the_first_ten_are_named(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey(segments=["plan"], values={"plan": [f"tier {number:02d}" for number in range(30)]})
    earshot.score = NOTHING
    output = run("nps", "demo", "--segment", "plan=gold").stderr
    assert ("tier 09 and 20 more" in output, "tier 10" in output) == (True, False)
