"""What `earshot restore` says without --yes: what it would do, or that it was done."""

from collections import Counter
from types import SimpleNamespace

import pytest

from earshot_cli.commands import restore
from earshot_cli.operating.faults import Place
from earshot_cli.operating.stack import Resource, Stack
from earshot_cli.restoring.service import Service
from tests.unit.cli.conftest import Run


@pytest.mark.parametrize(
    ("of_stack", "sentence"),
    [
        ("old", "Add --yes to put restored into service."),
        ("restored", "The stack works on restored already; --yes ends what an earlier run may have left undone."),
    ],
)
def test_a_table_that_is_in_service_is_not_offered_to_be_put_there(
    run: Run, monkeypatch: pytest.MonkeyPatch, of_stack: str, sentence: str
) -> None:
    table = Resource("Table", of_stack, "AWS::DynamoDB::Table", "CREATE_COMPLETE")
    stack = Stack(Place("mine", "eu-west-1", is_local=False), "", {}, {"Table": table}, SimpleNamespace(), None)
    monkeypatch.setattr(restore, "find_stack", lambda *_: stack)
    monkeypatch.setattr(Service, "preview", lambda _: Counter())

    done = run("restore", "restored", "--stack", "mine", connected=False)

    assert done.stdout.splitlines()[-1] == f"Nothing was changed. {sentence}"
