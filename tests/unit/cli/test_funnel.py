"""`earshot funnel`: the funnel drawn, in words and raw."""

import json
import re
from typing import Any

import pytest

from earshot_cli.rendering.funnel_panel import STAGES, funnel_panel, summary_in_words
from earshot_cli.screen import out
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

NOTHING: dict[str, Any] = {stage: 0 for stage, _, _ in STAGES}
FIRST = {
    "scheduled": 1200,
    "sent": 1170,
    "waiting": 10,
    "stopped": 20,
    "opened": 610,
    "opened_by_machine": 400,
    "responded": 160,
}
SECOND = {"scheduled": 900, "sent": 880, "stopped": 20, "responded": 90, "declined": 0}


def rate(asked: int, responded: int, low: float, high: float) -> dict[str, Any]:
    interval = {"level": 0.95, "low": low, "high": high}
    return {"asked": asked, "responded": responded, "rate": responded / asked, "interval": interval}


FUNNEL: dict[str, Any] = {
    "survey": "demo",
    "waves": [
        {
            "channel": "email",
            "wave": 1,
            **NOTHING,
            **FIRST,
            "responded": 160,
            "response_rate": rate(1170, 160, 0.1, 0.2),
        },
        {"channel": "email", "wave": 2, **NOTHING, **SECOND, "response_rate": rate(880, 90, 0.08, 0.12)},
    ],
    "total": NOTHING,
    "response_rate": rate(1170, 250, 0.1911, 0.2381),
    "score": {"nps": 44, "responses": 250, "interval": {"level": 0.95, "low": 36.2, "high": 51.1}},
}
EMPTY: dict[str, Any] = FUNNEL | {
    "waves": [],
    "response_rate": {"asked": 0, "responded": 0, "rate": None, "interval": None},
    "score": {"nps": None, "responses": 0, "interval": None},
}


def test_the_panel_holds_each_wave_the_response_rate_and_the_score_within_80_columns(
    earshot: FakeEarshot, run: Run
) -> None:
    earshot.add_survey()
    earshot.funnel = FUNNEL
    result = run("funnel", "demo")
    assert result.exit_code == 0
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    text = " ".join(re.sub("[│█▏▎▍▌▋▊▉]", " ", result.stdout).split())
    for part in (
        "demo · funnel",
        "invitation reminder 1",
        "scheduled 1,200 900 · sent 1,170 880 · waiting 10 0 · stopped 20 20",
        "opened 610 0 opened (machine) 400 0",
        "responded 160 90",
        "response rate 13.7% 10.2%",
        "Response rate 21.4% 95% interval 19.1% to 23.8% 250 of 1,170 invited",
        "NPS 44 95% interval 36.2 to 51.1 250 responses",
    ):
        assert part in text
    assert "bounced" not in text


def test_three_waves_of_large_numbers_fit_too(earshot: FakeEarshot, run: Run) -> None:
    waves = [
        {"channel": "email", "wave": wave, **dict.fromkeys(NOTHING, 9_999_999), "response_rate": rate(9, 1, 0.1, 0.2)}
        for wave in (1, 2, 3)
    ]
    earshot.add_survey()
    earshot.funnel = FUNNEL | {"waves": waves}
    result = run("funnel", "demo")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    assert result.stdout.count("9,999,999") == 3 * len(STAGES)


def test_json_is_the_reply_of_the_api(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.funnel = FUNNEL
    assert json.loads(run("funnel", "demo", "--json").stdout) == FUNNEL


def test_a_survey_without_invitations_is_reported(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.funnel = EMPTY
    assert "Nobody was invited yet" in run("funnel", "demo").stdout
    assert summary_in_words(EMPTY) == [
        "Nobody was invited yet, so there is no response rate.",
        "NPS: no responses yet.",
    ]


def test_another_channel_is_named() -> None:
    with out.capture() as captured:
        out.print(funnel_panel(FUNNEL | {"waves": [FUNNEL["waves"][0] | {"channel": "text"}]}, ascii_only=True))
    assert "invitation (text)" in captured.get()
    assert "###" in captured.get()
    assert "█" not in captured.get()


def test_an_unknown_survey_is_reported_in_a_sentence(earshot: FakeEarshot, run: Run) -> None:
    result = run("funnel", "gone")
    assert result.exit_code == 1
    assert "There is no survey gone" in result.stderr


@pytest.mark.parametrize("stage", ["sent", "waiting", "claimed", "stopped"])
def test_what_adds_up_to_scheduled_stands_below_it(stage: str) -> None:
    words = {name: label for name, label, _ in STAGES}
    assert words[stage].startswith("· ")
