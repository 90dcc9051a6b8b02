"""`earshot doctor` where it cannot look: one sentence that says what to do, and exit code 2."""

from typing import Any

import pytest

from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.doctor.checks import run as run_check
from earshot_cli.ops.doctor.results import CheckResult
from earshot_cli.ops.stack import Stack
from tests.unit.cli.conftest import Run

STACK = Stack(StackPlace("earshot", "eu-central-1", is_local=False), "UPDATE_COMPLETE", {}, {}, None, None)


@pytest.fixture
def without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def test_without_credentials_one_sentence_explains_how_to_get_some(run: Run, without_credentials: None) -> None:
    result = run("doctor", "--stack", "earshot", "--region", "eu-central-1")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "There are no AWS credentials for the stack 'earshot' in eu-central-1 (" in result.stderr
    assert "AWS_ACCESS_KEY_ID" in result.stderr


def test_without_a_stack_one_sentence_explains_how_to_name_one(run: Run) -> None:
    result = run("doctor", connected=False)

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "--stack NAME" in result.stderr


def test_a_check_that_cannot_read_its_part_reports_it_and_is_no_fault() -> None:
    def refuse() -> CheckResult:
        raise CommandError("These credentials may not do that.")

    assert run_check(STACK, "Mail", refuse) == CheckResult("Mail", "", [], "These credentials may not do that.")
