"""What `earshot restore` says without --yes: what it would do, or that it was done."""

from collections import Counter
from types import SimpleNamespace

import pytest

from earshot_cli.commands import restore
from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.restore.restore import Restore
from earshot_cli.ops.stack import Stack
from tests.unit.cli.conftest import Run


@pytest.mark.parametrize(
    ("of_stack", "sentence"),
    [
        ("old", "Add --yes to put restored into service."),
        ("restored", "The stack already uses restored; --yes finishes what an earlier run may have left undone."),
    ],
)
def test_a_table_that_is_in_service_is_not_offered_to_be_put_there(
    run: Run, monkeypatch: pytest.MonkeyPatch, of_stack: str, sentence: str
) -> None:
    place = StackPlace("mine", "eu-west-1", is_local=False)
    stack = Stack(place, "", {"TableName": of_stack}, {}, SimpleNamespace(), None)
    monkeypatch.setattr(restore, "find_stack", lambda *_: stack)
    monkeypatch.setattr(Restore, "preview", lambda _: Counter())

    done = run("restore", "restored", "--stack", "mine", connected=False)

    assert done.stdout.splitlines()[-1] == f"Nothing was changed. {sentence}"


@pytest.mark.parametrize("table", ["", "a b/c", "no", "x" * 101, "tisch-ü"])
def test_what_can_be_no_table_is_refused_before_anybody_is_asked(run: Run, table: str) -> None:
    done = run("restore", table, connected=False)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "is no name for a restored table: use 3 to 100 of" in done.stderr
    assert len(done.stderr) < 200


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "Stopped: nothing was changed.\n"),
        (("--yes",), "Stopped: run the same command again; it continues. Until then, or until `earshot restore"),
    ],
)
def test_ctrl_c_reports_what_it_leaves_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], expected: str
) -> None:
    def stopped(_: Restore) -> None:
        raise KeyboardInterrupt

    place = StackPlace("mine", "eu-west-1", is_local=False)
    monkeypatch.setattr(restore, "find_stack", lambda *_: Stack(place, "", {}, {}, SimpleNamespace(), None))
    monkeypatch.setattr(Restore, "run", stopped)
    monkeypatch.setattr(Restore, "preview", stopped)
    done = run("restore", "restored", "--stack", "mine", *words, connected=False)
    assert (done.exit_code, done.stderr.startswith(expected)) == (130, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Which table?"),
        (("--resume", "--align"), "--resume, --align and --check are three commands: use one of them."),
        (("restored", "--resume"), "--resume and --align work on the table in use: leave the table out."),
        (("restored", "--align"), "--resume and --align work on the table in use: leave the table out."),
    ],
)
def test_words_that_do_not_go_together_are_refused(run: Run, words: tuple[str, ...], sentence: str) -> None:
    done = run("restore", *words, connected=False)
    assert (done.exit_code, sentence in done.stderr) == (2, True)
