"""`earshot clock`: what it says, what it moves, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from earshot_cli.clock_offset import DAY, HOUR, LONGEST_DAYS, MINUTE, in_words, read_move
from earshot_cli.commands import clock as command
from earshot_cli.errors import UsageError
from earshot_cli.local import aws, schedules
from earshot_cli.local.clock import FURTHEST_AHEAD, Clock
from tests.factories import NOON
from tests.unit.cli.conftest import Run

URL, ENGINE = "http://127.0.0.1:8080", "http://127.0.0.1:9"


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of a local stack that runs, with two schedules that ring."""
    connect(tmp_path, clock=str(tmp_path / ".local" / "clock"))
    monkeypatch.setattr("time.time_ns", lambda: NOON * 1_000_000)
    monkeypatch.setattr(command, "backlog", lambda endpoint: {"pid": 1} if endpoint.url == ENGINE else None)
    monkeypatch.setattr(aws, "leave_the_users_account_alone", lambda _: None)
    monkeypatch.setattr(schedules, "ring", lambda _: (["HourlySchedule", "PlanSchedule"], []))
    return Clock(tmp_path / ".local" / "clock")


def connect(folder: Path, **changes: Any) -> None:
    found = {"url": URL, "api_key": "k", "engine_endpoint": ENGINE, "engine_token": "t"} | changes
    (folder / ".local").mkdir(exist_ok=True)
    (folder / ".local" / "earshot.json").write_text(json.dumps(found))


@pytest.mark.parametrize(
    ("move", "by"),
    [
        ("+3d", 3 * DAY),
        ("+12h", 12 * HOUR),
        ("+30m", 30 * MINUTE),
        ("+2w", 14 * DAY),
        ("+1d12h", DAY + 12 * HOUR),
        ("+1w2d3h4m", 9 * DAY + 3 * HOUR + 4 * MINUTE),
        (" +36h ", 36 * HOUR),
        (f"+{LONGEST_DAYS}d", LONGEST_DAYS * DAY),
        ("2026-11-22", 12 * HOUR),
        ("2026-11-21T13:00", HOUR),
        ("2026-11-21 13:00", HOUR),
        ("2026-11-21T13:00:00+00:30", 30 * MINUTE),
        ("2026-11-21T12:00:00.001Z", 1),
    ],
)
def test_a_move_is_a_span_or_a_moment_to_come(move: str, by: int) -> None:
    assert read_move(move, NOON) == by


BACKWARDS = ["-1d", "- 1d", "-5", "2026-11-21T11:59", "0001-01-01T00:00+14:00"]
NOTHING = ["+0d", "+0w0m", "2026-11-21T12:00"]
TOO_FAR = ["+401d", "+999999999w", "2028-01-01", "9999-12-31T23:59-12:00"]
NONE = ["", "3d", "+", "+d", "+1", "+1x", "+1h1d", "+1.5d", "+1d 2h", "tomorrow", "--", "--json", "2026-13-01", "+-1d"]
NONE += ["+" + "9" * 5000 + "d", "+٣d"]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (BACKWARDS, "only goes forward"),
        (NOTHING, "does not move the clock"),
        (TOO_FAR, "at most 400 days at once"),
        (NONE, "is not a move: write"),
    ],
)
def test_an_impossible_move_is_reported(moves: list[str], expected: str) -> None:
    for move in moves:
        with pytest.raises(UsageError, match=expected):
            read_move(move, NOON)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (DAY, "1 day"),
        (DAY + 12 * HOUR, "1 day and 12 hours"),
        (2 * DAY + HOUR + MINUTE + 999, "2 days, 1 hour and 1 minute"),
        (1500, "1 second"),
        (0, "0 seconds"),
    ],
)
def test_a_span_is_printed_in_words(span: int, words: str) -> None:
    assert in_words(span) == words


def test_without_a_move_it_shows_the_time(run: Run, clock: Clock) -> None:
    assert run("clock", connected=False).stdout == "It is Saturday 2026-11-21 12:00 UTC, the real time.\n"
    clock.move_on(DAY)
    assert "Sunday 2026-11-22 12:00 UTC, 1 day ahead of the real time" in run("clock", connected=False).stdout


def test_a_move_is_made_and_printed_and_the_schedules_run(run: Run, clock: Clock) -> None:
    result = run("clock", "+3d", connected=False)
    assert (result.exit_code, result.stderr, clock.ahead) == (0, "", 3 * DAY)
    assert (
        "Moved forward by 3 days: it is Tuesday 2026-11-24 12:00 UTC, 3 days ahead of the real time." in result.stdout
    )
    assert "Started what was scheduled in between: HourlySchedule, PlanSchedule." in result.stdout
    assert "`earshot outbox`" in result.stdout
    assert run("clock", "2026-11-24T12:01", connected=False).exit_code == 0
    assert clock.ahead == 3 * DAY + MINUTE
    assert sorted(path.name for path in clock.file.parent.iterdir() if "clock" in path.name) == ["clock", "clock.moves"]


def test_it_knows_how_far_it_was_moved_since_any_moment(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock.moved_since(0) == 0
    clock.file.write_text(f"{DAY}\n")
    assert clock.moved_since(0) == 0, "nobody knows when it was moved, so it was before everything"
    clock.move_on(2 * DAY)
    monkeypatch.setattr("time.time_ns", lambda: (NOON + HOUR) * 1_000_000)
    clock.move_on(3 * DAY)
    moments = (NOON - 1, NOON, NOON + HOUR - 0.5, NOON + HOUR, NOON + DAY)
    assert [clock.moved_since(moment) for moment in moments] == [5 * DAY, 3 * DAY, 3 * DAY, 0, 0]
    clock.moves.write_bytes(b"soon never\n\xff")
    assert clock.moved_since(0) == 0


@pytest.mark.parametrize("move", ["-1d", "2026-11-21", "+1x", "--frobnicate", "+401d"])
def test_a_move_that_is_refused_moves_nothing(run: Run, clock: Clock, move: str) -> None:
    result = run("clock", move, connected=False)
    assert (result.exit_code, result.stdout, result.stderr.count("\n"), clock.ahead) == (2, "", 1, 0)


def test_a_move_to_before_the_moved_time_is_backwards(run: Run, clock: Clock) -> None:
    clock.move_on(2 * DAY)
    result = run("clock", "2026-11-22", connected=False)
    assert (result.exit_code, clock.ahead) == (2, 2 * DAY)
    assert "only goes forward" in result.stderr


def test_a_century_is_as_far_as_it_goes(run: Run, clock: Clock) -> None:
    clock.move_on(FURTHEST_AHEAD - HOUR)
    result = run("clock", "+1d", connected=False)
    assert (result.exit_code, clock.ahead) == (2, FURTHEST_AHEAD - HOUR)


def test_the_clock_of_a_deployed_stack_cannot_be_moved(run: Run, clock: Clock) -> None:
    result = run("clock", "+3d", "--url", "https://earshot.example.com", connected=False)
    assert (result.exit_code, clock.ahead) == (2, 0)
    assert result.stderr == (
        "The clock of https://earshot.example.com cannot be moved: only the local Earshot of `make run` has one that "
        "moves.\n"
    )
    assert "cannot be moved" in run("clock", "+3d").stderr  # EARSHOT_URL leads elsewhere


def test_the_local_url_may_be_given(run: Run, clock: Clock) -> None:
    assert run("clock", "+3d", "--url", f"{URL}/", connected=False).exit_code == 0
    assert clock.ahead == 3 * DAY


@pytest.mark.parametrize(
    "changes", [{"clock": ""}, {"clock": None}, {"clock": "clock"}, {"engine_endpoint": None}, {"engine_token": None}]
)
def test_a_stack_without_a_clock_is_reported(run: Run, tmp_path: Path, changes: dict[str, Any]) -> None:
    connect(tmp_path, **({"clock": "/c"} | changes))
    result = run("clock", "+3d", connected=False)
    assert result.exit_code in {1, 2}
    assert result.stderr.count("\n") == 1


def test_a_url_that_is_not_of_this_machine_has_no_clock(run: Run, tmp_path: Path) -> None:
    connect(tmp_path, url="https://earshot.example.com", clock=str(tmp_path / "clock"))
    assert "cannot be moved" in run("clock", "+3d", connected=False).stderr
    assert not (tmp_path / "clock").exists()


def test_without_a_local_stack_it_explains_where_to_run_it(run: Run) -> None:
    result = run("clock", connected=False)
    assert (result.exit_code, "run this where `make run` wrote .local/earshot.json" in result.stderr) == (2, True)


def test_a_stack_that_does_not_run_keeps_its_time(run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "backlog", lambda _: None)
    result = run("clock", "+3d", connected=False)
    assert (result.exit_code, clock.ahead) == (1, 0)
    assert "start it with `make run`" in result.stderr


def test_schedules_that_do_not_run_are_reported(run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "ring", lambda _: ([], ["OddSchedule"]))
    assert "neither a queue nor a function: OddSchedule." in run("clock", "+1d", connected=False).stdout

    def gone(_: str) -> Any:
        raise EndpointConnectionError(endpoint_url=ENGINE)

    monkeypatch.setattr(schedules, "ring", gone)
    result = run("clock", "+1d", connected=False)
    assert (result.exit_code, result.stderr.count("\n"), clock.ahead) == (1, 1, 2 * DAY)
    assert "could not be started" in result.stderr
