"""The README, followed word for word at three on a Sunday morning."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.cli_runner import earshot
from tests.e2e.conftest import start_stack
from tests.e2e.invitation_client import eventually, mails_to, score

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8080"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"make (run|test)\b")
# Those to whom the README writes.
OURS = {"ann@example.com", "mia@example.com"}
# Generous, for a machine that does much else.
SECONDS = 30


def commands() -> list[str]:
    """Read what the README says to type, in its order, between the title of the part and that of the next."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Try it\n")[2].partition("\n## ")[0]
    lines = [line for block in BLOCK.findall(part) for line in block.splitlines()]
    return [line.partition("  # ")[0].strip() for line in lines]


def sunday_at_three() -> datetime:
    now = datetime.now(UTC)
    three = now.replace(hour=3, minute=0, second=0, microsecond=0)
    return three + timedelta(days=(6 - now.weekday()) % 7 + (7 if now.weekday() == 6 and now >= three else 0))


@pytest.fixture(scope="module")
def local_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a stack whose clock shows that hour."""
    folder = tmp_path_factory.mktemp("readme") / "local"
    folder.mkdir()
    ahead = sunday_at_three() - datetime.now(UTC)
    (folder / "clock").write_text(f"{int(ahead.total_seconds() * 1000)}\n")
    return folder


@pytest.fixture(scope="module")
def stack(local_dir: Path) -> Iterator["Stack"]:
    """Start there what `make run` starts."""
    running = start_stack(local_dir, EARSHOT_DEMO="")
    yield running
    if running.process.poll() is None:
        running.stop()


def typed(stack: "Stack", command: str) -> str:
    """Type a command in the repository's folder; return what it prints, if it succeeds."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("EARSHOT_", "AWS_"))}
    done = subprocess.run(
        ["bash", "-c", command.replace(ADDRESS, stack.url)],
        cwd=ROOT,
        env=env | {"EARSHOT_LOCAL_DIR": str(stack.local_dir)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_first_thing_seen_is_a_living_score_whose_counts_are_right(stack: "Stack") -> None:
    reply = stack.call("GET", "/v1/surveys/demo/nps").body
    assert reply["responses"] > 60
    assert reply["interval"]["low"] < reply["nps"] < reply["interval"]["high"]
    trend = stack.call("GET", "/v1/surveys/demo/trend").body["points"]
    assert all(point["responses"] > 30 for point in trend)
    values = stack.call("GET", "/v1/surveys/demo").body["values"]
    assert {name: len(found) for name, found in values.items()} == {"plan": 3, "region": 3, "role": 3}
    audit = earshot(stack, "audit", "demo", seconds=180)
    assert "counts equal a recount" in audit.stdout, audit.stdout + audit.stderr
    assert "figures equal a recount of 60 cases" in audit.stdout, audit.stdout + audit.stderr
    person = stack.call("GET", "/v1/people/customer-0001").body
    assert person["account"]
    assert person["email"].endswith(".example.com")


def test_the_company_has_a_team_campaigns_and_cases_and_nobody_was_written_to(stack: "Stack") -> None:
    team = stack.call("GET", "/v1/team").body["members"]
    assert {member["role"] for member in team} == {"owner", "manager", "frontline", "executive", "analyst"}
    campaigns = stack.call("GET", "/v1/surveys/demo/campaigns").body["campaigns"]
    assert [campaign["state"] for campaign in campaigns] == ["finished", "finished"]
    first, *_ = stack.call("GET", "/v1/surveys/demo/funnel").body["waves"]
    assert first["sent"] == sum(campaign["asked"] for campaign in campaigns)
    board = stack.call("GET", "/v1/cases?survey=demo").body["cases"]
    assert {case["state"] for case in board} == {"open", "contacted"}
    assert all(case["owner"] for case in board)
    assert stack.call("GET", "/outbox.json", key=False).body["mails"] == []


def test_every_command_of_the_readme_does_what_it_promises(stack: "Stack") -> None:
    todo = [command for command in commands() if not MAKE.match(command)]
    before = score(stack, "demo")["responses"]
    for command in todo:
        output = typed(stack, command)
        (holds,) = [check for start, check in CHECKS.items() if start in command] or [lambda *_: True]
        assert holds(stack, output), f"{command}\n{output}"
    assert {start for start in CHECKS if not any(start in command for command in todo)} == set()
    eventually(lambda: score(stack, "demo")["responses"], lambda count: count == before + 3)
    # Three days later nobody of the company was written to, or reminded of a case.
    assert {mail["to"] for mail in stack.call("GET", "/outbox.json", key=False).body["mails"]} <= OURS


def sent(number: int) -> Callable[["Stack", str], bool]:
    """Check that a mail to Ann is seen within seconds, and that it is one of so many."""
    return lambda stack, _: bool(eventually(lambda: mails(stack), lambda found: found == number, SECONDS))


def mails(stack: "Stack") -> int:
    return len(mails_to(stack, "ann@example.com"))


# What each command of the README is to show or to bring about, by a part of it.
CHECKS: dict[str, Callable[["Stack", str], bool]] = {
    "curl ": lambda _, result: '"id"' in result,
    "earshot nps demo": lambda _, result: "NPS" in result and "responses" in result,
    "earshot trend demo": lambda *_: (ROOT / "build/demo.svg").read_text(encoding="utf-8").startswith("<svg"),
    "printf ": lambda *_: (ROOT / "build/answers.csv").is_file(),
    "earshot import": lambda _, result: "2" in result,
    "earshot invite": sent(1),
    "earshot why": lambda _, result: "eligible" in result and "sent" in result,
    "earshot clock": sent(2),
    "earshot team": lambda _, result: "mia@example.com" in result,
    "earshot cases open": lambda _, result: "mia" in result and "two crates" in result,
    "earshot cases list": lambda _, result: "contact" in result and "mia" in result,
    "earshot digest set": lambda _, result: "mon 07:00" in result,
    "earshot digest preview": lambda _, result: "Weekly digest" in result and "Without an owner: 0" in result,
    "earshot funnel": lambda _, result: "sent" in result,
}


def test_a_restart_finds_the_year_and_does_not_write_it_again(stack: "Stack", local_dir: Path) -> None:
    before = score(stack, "demo")
    assert stack.stop() == 0
    again = start_stack(local_dir, EARSHOT_DEMO="")
    try:
        assert score(again, "demo")["histogram"] == before["histogram"]
    finally:
        again.stop()
