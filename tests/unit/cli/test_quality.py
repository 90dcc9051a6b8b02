"""`earshot quality`: shares, rates and warnings drawn, and given raw."""

import json
from typing import Any

import pytest
from rich.console import Console

from earshot_cli.rendering.quality_panel import quality_panel
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

FELL = "The score rose from 10 to 20 while the response rate fell from 30.0% (400 asked) to 10.0% (400 asked)."


def share(count: int, of: int) -> dict[str, Any]:
    interval = {"level": 0.95, "low": 0.01, "high": 0.1} if of else None
    return {"count": count, "of": of, "share": count / of if of else None, "interval": interval}


def rate(asked: int, responded: int) -> dict[str, Any]:
    interval = {"level": 0.95, "low": 0.08, "high": 0.34}
    return {"asked": asked, "responded": responded, "rate": responded / asked, "interval": interval}


QUALITY: dict[str, Any] = {
    "survey": "demo",
    "window": {"days": 30, "from": "2026-10-23", "to": "2026-11-22", "timezone": "UTC"},
    "nps": 20,
    "responses": 1200,
    "previous": {"nps": 10, "responses": 900},
    "speeders": share(9, 120),
    "repeats": share(0, 1200),
    "quarantined": share(0, 0),
    "clicked": share(0, 0),
    "excluded": share(12, 1212),
    "cleaned": share(3, 1200),
    "response_rate": {
        "from": "2026-10-09",
        "to": "2026-11-08",
        "settled_days": 14,
        **rate(400, 40),
        "previous": rate(400, 120),
        "change": None,
    },
    "warnings": [FELL],
}


def test_the_panel_holds_the_shares_the_rates_and_the_warning_within_80_columns(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.quality = QUALITY
    result = run("quality", "demo", "--window", "90d")
    words = " ".join(result.stdout.replace("│", " ").split())
    for reported in (
        "7.5%",
        "of 120 timed",
        "no data",
        "10.0%",
        "30.0%",
        "first mails of 2026-10-09 to 2026-11-07",
    ):
        assert reported in words, result.stdout
    assert FELL in words
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert earshot.calls[-1][2] == {"window": "90d"}


def test_it_is_given_raw(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.quality = QUALITY
    assert json.loads(run("quality", "demo", "--json").stdout) == QUALITY


@pytest.mark.parametrize("ascii_only", [True, False])
def test_where_nothing_casts_doubt_on_the_responses_it_is_stated(ascii_only: bool) -> None:
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(quality_panel(QUALITY | {"warnings": []}, ascii_only))
    assert "No problems with these 1,200 responses." in captured.get()
    assert captured.get().isascii() is ascii_only


def test_the_panel_states_how_long_comments_and_people_are_kept(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    earshot.quality = QUALITY | {"retention_days": 90, "people_retention_days": 1460}
    words = " ".join(run("quality", "demo").stdout.replace("│", " ").split())
    assert "Responses older than 90 days are anonymised, and still count." in words
    assert "People without contact for 1,460 days are anonymised." in words
