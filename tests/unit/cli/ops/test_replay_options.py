"""What `--since` takes: a day, a time, and the place where a replay stopped."""

import pytest

from earshot_cli.errors import UsageError
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.replay_options import Cursor, read_moment, read_since
from earshot_cli.ops.stack import Stack
from tests.factories import NOON, uuid7
from tests.unit.cli.conftest import Run

HERE = Cursor("demo", 2, uuid7())


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-21T12:00Z", NOON),
        ("2026-11-21T12:00", NOON),
        ("2026-11-21 13:00:00+01:00", NOON),
        ("2026-11-21", NOON - 12 * 3_600_000),
    ],
)
def test_a_moment_is_a_day_or_a_time_in_utc(text: str, time: int) -> None:
    assert read_moment(text, "--until") == read_since(text).time == time


def test_what_a_replay_prints_is_what_since_takes() -> None:
    since = read_since("2026-11-01")
    again = read_since(since.at(HERE))
    assert (again.time, again.after) == (since.time, HERE)
    assert again.at(HERE) == since.at(HERE)


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "1815-06-18", "2026-11-01@", "2026-11-01@demo/4/x"])
def test_anything_else_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        read_since(text)


def test_until_has_to_be_after_since(run: Run) -> None:
    done = run("replay", "--since", "2026-11-02", "--until", "2026-11-02", connected=False)
    assert (done.exit_code, "is not after --since 2026-11-02: there is nothing in between" in done.stderr) == (2, True)


def test_a_future_moment_is_refused_and_nothing_is_published(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed = Stack(StackPlace("mine", "eu-central-1", is_local=False), "CREATE_COMPLETE", {}, {}, None, None)
    monkeypatch.setattr("earshot_cli.commands.replay.find_stack", lambda *_: deployed)
    for since in ("2299-01-01", f"2299-01-01@{HERE}"):
        done = run("replay", "--since", since, connected=False)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--since 2299-01-01 is in the future: it is 2" in done.stderr


def test_which_stack_is_asked_before_anything_else(run: Run) -> None:
    for words in (("replay", "--since", "2026-11-02"), ("redrive", "ResponseQueue"), ("redrive",)):
        done = run(*words, connected=False)
        assert (done.exit_code, "Which Earshot? Name a deployed stack" in done.stderr) == (2, True)
