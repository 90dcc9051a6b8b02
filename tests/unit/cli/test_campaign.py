"""`earshot campaign`: what is asked for, and how the result is printed."""

import json
from typing import Any

import pytest

from earshot.domain.campaign import Wait
from earshot_cli.rendering.campaigns import WAITS, campaign_in_words, plan_in_words
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

CAMPAIGN: dict[str, Any] = {
    "id": "spring",
    "survey": "demo",
    "segment": "plan=pro",
    "every_days": None,
    "daily_budget": 1500,
    "state": "running",
    "note": None,
    "started_at": "2026-11-21T12:00:00.000Z",
    "waiting_for": None,
    "resumes_at": None,
    "ended_at": None,
    "period": None,
    "last_day": None,
    "seen": 0,
    "matched": 0,
    "asked": 0,
    "declined": {},
}
COUNTED = CAMPAIGN | {"state": "counted", "seen": 5210, "matched": 962, "asked": 731, "declined": {"quiet-period": 231}}
COUNTED |= {"ended_at": "2026-11-21T12:01:00.000Z", "progress": None}
BUSY = CAMPAIGN | {"matched": 60, "asked": 50, "declined": {"quiet-period": 9, "suppressed": 1}}
SPENT = BUSY | {"waiting_for": "daily-budget", "resumes_at": "2026-11-22T08:00:00.000Z"}
OVER = BUSY | {"state": "finished", "ended_at": "2026-11-21T12:05:00.000Z"}
NOBODY = CAMPAIGN | {"state": "finished", "ended_at": "2026-11-21T12:05:00.000Z", "note": "nobody is in plan=pro"}
START = ("campaign", "start", "demo", "spring")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earshot_cli.commands.campaign.PAUSE_SECONDS", 0)


ENDED = "spring: finished 2026-11-21 12:05 UTC"
COUNTS = "50 invited, 10 not invited, of 60 matching people"


@pytest.mark.parametrize(
    ("campaign", "expected"),
    [
        (BUSY, f"spring: at work; {COUNTS}."),
        (SPENT, f"spring: the daily budget is used up, continues 2026-11-22 08:00 UTC; {COUNTS}."),
        (OVER, f"{ENDED}; {COUNTS}."),
        (
            NOBODY,
            f"{ENDED}, nobody is in plan=pro; 0 invited, 0 not invited, of 0 matching people.",
        ),
    ],
)
def test_a_campaign_is_a_line(campaign: dict[str, Any], expected: str) -> None:
    assert campaign_in_words(campaign) == expected


def test_every_wait_has_its_words() -> None:
    assert set(WAITS) == {wait.value for wait in Wait}


def test_a_plan_states_its_people_and_its_interval() -> None:
    assert plan_in_words(CAMPAIGN) == "everyone with plan=pro, once, at most 1,500 a day"
    every = CAMPAIGN | {"segment": None, "every_days": 90, "daily_budget": None}
    assert plan_in_words(every) == "everyone, every 90 days"


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        (["--segment", "plan=pro", "--budget", "500"], {"segment": "plan=pro", "daily_budget": 500}),
        (["--every", "90d"], {"every_days": 90}),
        (["--every", "13w", "--budget", "5"], {"every_days": 91, "daily_budget": 5}),
        (["--every", "30"], {"every_days": 30}),
    ],
)
def test_start_sends_the_plan_and_prints_the_result(
    earshot: FakeEarshot, run: Run, words: list[str], plan: dict[str, Any]
) -> None:
    earshot.replies = [(201, COUNTED), (201, CAMPAIGN)]
    result = run(*START, *words, "--yes")
    path = "/v1/surveys/demo/campaigns/spring"
    assert earshot.calls == [("PUT", path, {}, {**plan, "count": True}), ("PUT", path, {}, plan)]
    assert result.stdout.startswith("spring: at work; 0 invited")


@pytest.mark.parametrize("words", [[], ["--every", "often"], ["--every", "-3d"], ["--every", "1.5d"]])
def test_a_plan_that_cannot_be_typed_so_sends_nothing(earshot: FakeEarshot, run: Run, words: list[str]) -> None:
    result = run(*START, *words)
    assert (result.exit_code, earshot.calls) == (2, [])
    assert "90d" in result.stderr


def test_a_refused_plan_is_explained_field_by_field(earshot: FakeEarshot, run: Run) -> None:
    fault = {"field": "daily_budget", "reason": "it must be a whole number from 1 to 1000000"}
    earshot.replies = [problem(400, "Invalid request", [fault])]
    result = run(*START, "--budget", "0")
    assert (result.exit_code, result.stderr) == (2, "--budget: it must be a whole number from 1 to 1000000\n")


def test_watch_prints_each_step_until_it_waits(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(201, CAMPAIGN), (200, CAMPAIGN), (200, BUSY), (200, SPENT)]
    lines = run(*START, "--budget", "50", "--watch").stdout.splitlines()
    assert [line.partition(";")[0] for line in lines[:3]] == [
        "spring: at work",
        "spring: at work",
        "spring: the daily budget is used up, continues 2026-11-22 08:00 UTC",
    ]
    assert lines[4:6] == [
        "  9 not invited: invited too recently, by this survey or another (quiet-period)",
        "  1 not invited: the address is suppressed (suppressed)",
    ]


def test_watch_reports_clearly_that_nobody_is_in_the_segment(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(201, CAMPAIGN), (200, NOBODY)]
    assert "finished 2026-11-21 12:05 UTC, nobody is in plan=pro;" in run(*START, "--budget", "5", "--watch").stdout


def test_watch_with_json_prints_the_end_alone(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(201, CAMPAIGN), (200, BUSY), (200, OVER)]
    assert json.loads(run(*START, "--budget", "5", "--watch", "--json").stdout) == OVER


def test_campaigns_are_shown_listed_and_stopped(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, OVER), (200, OVER), (200, {"campaigns": [BUSY, OVER]}), (200, {"campaigns": []})]
    assert "1 not invited" in run("campaign", "show", "demo", "spring").stdout
    assert json.loads(run("campaign", "show", "demo", "spring", "--json").stdout) == OVER
    listed = run("campaign", "list", "demo").stdout.splitlines()
    assert [line.partition(":")[0] for line in listed] == ["spring", "spring"]
    assert listed[0].endswith("Everyone with plan=pro, once, at most 1,500 a day.")
    assert run("campaign", "list", "demo").stdout == "The survey demo has no campaigns yet.\n"
    earshot.replies = [(200, {"campaigns": []}), (200, OVER | {"state": "stopped"})]
    assert json.loads(run("campaign", "list", "demo", "--json").stdout) == {"campaigns": []}
    assert run("campaign", "stop", "demo", "spring", "--yes").stdout.startswith("spring: stopped")
    assert [call[:2] for call in earshot.calls[-2:]] == [
        ("GET", "/v1/surveys/demo/campaigns"),
        ("POST", "/v1/surveys/demo/campaigns/spring/stop"),
    ]


def test_a_campaign_is_counted_and_asks_before_it_starts(earshot: FakeEarshot, run: Run) -> None:
    half = COUNTED | {"state": "counting", "progress": 0.5, "asked": 400}
    earshot.replies = [(201, half), (200, COUNTED)]
    refused = run(*START, "--budget", "500", typed="n\n")
    assert (refused.exit_code, [call[0] for call in earshot.calls]) == (1, ["PUT", "GET"])
    assert "Counting: 50% of the people, 400 would be invited." in refused.stderr
    assert "This will invite 731 of the 962 people with plan=pro (5,210 people are known)." in refused.stderr
    assert "231 not invited" in refused.stderr
    assert refused.stderr.endswith("Nobody was invited.\n")
    earshot.replies = [(201, COUNTED), (201, CAMPAIGN)]
    assert run(*START, "--budget", "500", typed="y\n").exit_code == 0
    assert earshot.calls[-1][3] == {"daily_budget": 500}


def test_a_dry_run_only_counts(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(201, COUNTED)]
    result = run(*START, "--budget", "500", "--dry-run")
    assert (result.exit_code, len(earshot.calls)) == (0, 1)
    assert "731 would be invited, 231 not, of 962 matching people" in result.stdout


def test_a_campaign_that_runs_is_left_as_it_is(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, BUSY)]
    assert "50 invited" in run(*START, "--budget", "500").stdout
    assert len(earshot.calls) == 1


@pytest.mark.parametrize(
    ("typed", "code", "expected"), [("n\n", 1, "Nothing was stopped."), ("", 2, "add --yes to stop it")]
)
def test_a_campaign_goes_on_unless_the_reply_is_yes(
    earshot: FakeEarshot, run: Run, typed: str, code: int, expected: str
) -> None:
    refused = run("campaign", "stop", "demo", "spring", typed=typed)
    assert (refused.exit_code, expected in refused.stderr, earshot.calls) == (code, True, [])
    earshot.replies = [(200, OVER | {"state": "stopped"})]
    assert "spring: stopped" in run("campaign", "stop", "demo", "spring", typed="y\n").stdout
