"""`earshot nps`: the score drawn, in words and raw."""

import json
from typing import Any

import pytest

from earshot_cli.rendering.bars import bar, columns
from earshot_cli.rendering.gauge import gauge
from earshot_cli.rendering.phrases import (
    band_in_words,
    change_in_words,
    notes_in_words,
    target_in_words,
    window_in_words,
)
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

SCORE: dict[str, Any] = {
    "survey": "demo",
    "segment": None,
    "window": {"days": 30, "from": "2015-07-04", "to": "2015-08-03", "timezone": "UTC"},
    "nps": -57,
    "promoters": 148,
    "passives": 233,
    "detractors": 850,
    "responses": 1231,
    "histogram": [0, 357, 142, 113, 88, 82, 68, 91, 142, 103, 45],
    "interval": {"level": 0.95, "low": -60.9, "high": -53.1},
    "previous": {"nps": -64, "responses": 1200},
    "change": {"points": 7.04, "low": -6.1, "high": 20.2, "p_value": 0.34, "significant": False},
    "complete": True,
}


def test_the_panel_holds_score_interval_groups_histogram_and_change_within_80_columns(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey()
    earshot.score = SCORE
    result = run("nps", "demo", "--as-of", "2015-08-02", "--segment", "cabin=Economy & more")
    asked = {"window": "30d", "as_of": "2015-08-02", "segment": "cabin=Economy & more"}
    assert earshot.calls[0][2] == asked
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    text = " ".join(result.stdout.replace("│", " ").split())
    for part in (
        "demo · 30 days, 2015-07-04 to 2015-08-02",
        "NPS -57 95% interval -60.9 to -53.1 1,231 responses",
        "promoters 148 12.0%",
        "passives 233 18.9%",
        "detractors 850 69.0%",
        "0 357 142 113 88 82 68 91 142 103 45",
        "+7.0 points on the 30 days before (-64, 1,200 responses), not distinguishable from noise (p = 0.34).",
    ):
        assert part in text


def test_several_surveys_are_asked_for_together(earshot: FakeEarshot, run: Run) -> None:
    earshot.score = {**SCORE, "surveys": ["shop", "support"]}
    assert "shop + support · 30 days" in run("nps", "shop,support", "--segment", "plan=pro").stdout
    asked = {"surveys": "shop,support", "window": "30d", "segment": "plan=pro"}
    assert earshot.calls[0][1:3] == ("/v1/nps", asked)


def test_all_days_are_not_called_all_responses(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    window = SCORE["window"] | {"length": "all", "days": None}
    earshot.score = SCORE | {"window": window, "basis": "latest per person in the window", "previous": None}
    output = run("nps", "demo", "--window", "all", "--basis", "latest").stdout
    assert "demo · all days" in output
    assert "all responses" not in output


def test_json_is_the_reply_of_the_api(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.score = SCORE
    assert json.loads(run("nps", "demo", "--json").stdout) == SCORE


def test_nine_responses_are_too_few_and_ten_are_drawn(earshot: FakeEarshot, run: Run) -> None:
    def drawn(responses: int) -> str:
        few = {"nps": 40, "responses": responses, "promoters": 5, "passives": 3, "detractors": 1}
        band = {"label": "good", "scale": "account-management"}
        earshot.score = SCORE | few | {"band": band, "interval": {"level": 0.95, "low": -29.8, "high": 79.8}}
        return " ".join(run("nps", "demo").stdout.replace("│", " ").split())

    earshot.add_survey()
    few, enough = drawn(9), drawn(10)
    assert "NPS 40 too few to say 9 responses" in few
    assert "Fewer than 10 responses: too few to say" in few
    assert not any(sign in few for sign in ("━", "-29.8", "95%", "Good"))
    assert "NPS 40 95% interval -29.8 to 79.8 10 responses" in enough
    assert all(sign in enough for sign in ("━", "Good, by the account-management scale."))


def test_a_window_without_responses_has_no_score_and_no_bars(earshot: FakeEarshot, run: Run) -> None:
    nothing = {"nps": None, "responses": 0, "histogram": [0] * 11, "interval": None, "change": None}
    earshot.add_survey()
    earshot.score = SCORE | nothing
    result = run("nps", "demo")
    assert "No responses in this window, so there is no score." in result.stdout
    assert "█" not in result.stdout


def test_a_real_change_is_called_one_and_a_tiny_p_value_is_not_shown_as_zero() -> None:
    change = SCORE["change"] | {"points": -12.0, "p_value": 0.00001, "significant": True}
    assert "-12.0 points" in str(change_in_words(SCORE | {"change": change}))
    assert str(change_in_words(SCORE | {"change": change})).endswith(", a real change (p < 0.001).")


def test_a_calendar_window_is_named_as_people_name_it() -> None:
    month = {"length": "month", "days": 2, "from": "2015-08-01", "to": "2015-08-03", "timezone": "UTC"}
    assert window_in_words(SCORE | {"window": month}).endswith(" · the month so far, 2015-08-01 to 2015-08-02")
    assert "points on the whole month before (" in str(change_in_words(SCORE | {"window": month}))


def test_all_responses_have_no_change_and_an_empty_window_before_is_stated() -> None:
    assert change_in_words(SCORE | {"window": {"days": None}, "previous": None, "change": None}) is None
    empty = change_in_words(SCORE | {"previous": {"nps": None, "responses": 0}, "change": None})
    assert empty == "Nothing to compare with: the 30 days before had 0 responses."


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        ({"responses": 29}, "Fewer than 30 responses"),
        ({"responses": 10}, "Fewer than 30 responses"),
        ({"responses": 9}, "Fewer than 10 responses"),
        ({"complete": False}, "still being counted"),
        ({"counted_as": "(other)"}, "shares (other) with others"),
        ({"counted_as": {"shop": "plan=(other)"}}, "shares plan=(other) in shop with others"),
        ({"basis": "latest per person in the window"}, "Of the latest per person in the window."),
    ],
)
def test_what_weakens_a_score_is_noted(difference: dict[str, Any], expected: str) -> None:
    assert notes_in_words(SCORE) == []
    (line,) = notes_in_words(SCORE | difference)
    assert expected in line


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("reached", "Target 50: reached."),
        ("not reached", "Target 50: not reached."),
        ("within noise", "Target 50: within noise, reached or not."),
        (None, "Target 50: too early to tell."),
    ],
)
def test_the_target_is_shown_with_the_status_of_the_score(status: str | None, expected: str) -> None:
    target = {"score": 50, "baseline": None, "current": 44, "status": status}
    assert target_in_words(SCORE | {"target": target}) == expected
    assert target_in_words(SCORE | {"target": None}) is None


def test_the_panel_shows_the_band_with_its_scale_and_the_target(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    target = {"score": 50, "baseline": -60, "current": -57, "status": "not reached"}
    earshot.score = SCORE | {"band": {"label": "poor", "scale": "agency"}, "target": target}
    text = " ".join(run("nps", "demo").stdout.replace("│", " ").split())
    assert "Poor, by the agency scale. Target 50 (it began at -60): not reached." in text
    assert (
        band_in_words({"responses": 10, "band": {"label": "so", "scale": "custom"}}) == "So, by the survey's own scale."
    )


def test_the_gauge_shows_score_interval_and_target_on_the_whole_scale() -> None:
    labels, line, meaning = (text.plain for text in gauge(SCORE | {"target": {"score": 50}}))
    assert labels.split() == ["-100", "-50", "0", "50", "100"]
    assert line.index("◆") == 1 + 45
    assert labels[45:47] == "50"
    assert line.index("━") == 1 + round((100 - 60.9) / 200 * 60)
    assert meaning.split("   ") == ["● -57", "━ its 95% interval", "◆ the target 50"]


@pytest.mark.parametrize(
    ("nps", "low", "high", "line"),
    [
        (100, 47.5, 100, "|" + "-" * 44 + "=" * 16 + "O|"),
        (-100, -100, -100, "|O" + "-" * 60 + "|"),
        (0, -48.5, 98.5, "|" + "-" * 15 + "=" * 15 + "O" + "=" * 30 + "|"),
    ],
)
def test_a_gauge_ends_where_the_scale_ends(nps: int, low: float, high: float, line: str) -> None:
    score = {"nps": nps, "interval": {"level": 0.95, "low": low, "high": high}}
    assert gauge(score, ascii_only=True)[1].plain == line


def test_bars_show_what_is_not_zero_and_nothing_for_zero() -> None:
    assert [bar(value, 100, 10) for value in (0, 0.001, 50, 100)] == ["", "▏", "█████", "█" * 10]
    assert bar(1, 100, 10, ascii_only=True) == "#"
    top, *_, scores, counts = (line.plain for line in columns([0] * 10 + [7], 2))
    assert (top.split(), scores.split()[-1], counts.split()[-1]) == (["███"], "10", "7")
