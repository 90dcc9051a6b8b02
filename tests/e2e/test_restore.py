"""A restored table is put into service on the engine: what was erased, suppressed and sent since stays so."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from earshot_cli.ops.restore.restore import Restore
from earshot_cli.ops.stack import find_stack
from tests.e2e.cli_runner import Doctor, earshot, move
from tests.e2e.invitation_client import a_survey, an_address, ask, mail_to, mails_to, send_form
from tests.e2e.survey_client import Survey, message, new_id, physical, settle, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Crm, Launch, Stack

RESTORED = "earshot-restored"
ANN = "ann-of-the-restore"


@pytest.fixture
def ward(launch: "Launch", tmp_path: "Path", other_crm: "Crm") -> "Stack":
    return launch(tmp_path / "local", other_crm.url)


def test_a_restored_table_takes_over_and_erased_people_stay_erased(ward: "Stack", other_crm: "Crm") -> None:
    survey, asking, bob = Survey(ward), a_survey(ward), an_address("bob")
    kept, erased, _ = (survey.send(score) for score in (10, 0, 9))
    anns = survey.batch({"id": new_id(), "score": 9, "person": ANN, "responded_at": "2026-11-20", "comment": "mine"})[0]
    ward.call("PUT", f"/v1/people/{ANN}", {"id": ANN, "email": "ann@example.net"})
    key = ward.call("POST", "/v1/keys", {"name": "to be revoked", "scopes": ["surveys:read"]}).body
    ask(ward, asking, {"email": bob}, delay=86_400)
    survey.counted(4)
    _restore_to_now(ward)

    # What happens after the restored moment, and must outlive it.
    ward.call("DELETE", f"/v1/people/{ANN}?id={ANN}")
    survey.erase(erased)
    ward.call("DELETE", f"/v1/keys/{key['id']}")
    move(ward, "+2d")
    assert send_form(ward, mail_to(ward, bob).unsubscribe).status == 200
    lost = survey.send(5)
    survey.recorded(lost, score=5)
    # These come when the restored table is in service: of somebody erased, of something erased, and a new one.
    late = new_id()
    again = [
        survey.submission("final", 0, erased),
        survey.submission("final", 8, new_id(), person=ANN, comment="mine, again"),
    ]
    survey.queue(*(message(statement) for statement in [*again, survey.submission("final", 7, late)]), delay=20)

    old = physical(ward, "Table")
    preview = earshot(ward, "restore", RESTORED)
    assert preview.returncode == 0, preview.stderr
    # Ann, and the person named by her address: the id that is made of it stays erased, too.
    assert "erased people 2" in preview.stdout
    assert "Nothing was changed" in preview.stdout
    assert physical(ward, "Table") == old

    _restore_and_be_killed(ward)
    assert Doctor(ward).complains("Table", "a restore stopped", "`earshot restore` again")
    done = earshot(ward, "restore", RESTORED, "--yes", seconds=120)
    assert done.returncode == 0, done.stderr
    assert physical(ward, "Table") == RESTORED
    assert_nobody_came_back(ward, survey, {"kept": kept, "erased": erased, "anns": anns, "lost": lost}, key["key"])

    survey.recorded(late, score=7)
    settle(ward)
    assert_nobody_came_back(ward, survey, {"kept": kept, "erased": erased, "anns": anns, "lost": lost}, key["key"])
    assert survey.nps(window="all")["responses"] == 5
    assert earshot(ward, "audit", survey.id).returncode == 0
    assert len(mails_to(ward, bob)) == 1
    suppressed = ask(ward, asking, {"email": bob})
    assert suppressed["reason"] == "suppressed", suppressed
    survey.send(1, comment="heard after the restore")
    other_crm.wait_for(lambda delivery: "heard after the restore" in str(delivery.body))
    until(lambda: Doctor(ward).complaints, lambda complaints: complaints == [], 60)

    once_more = earshot(ward, "restore", RESTORED, "--yes", seconds=120)
    assert once_more.returncode == 0, once_more.stderr
    assert "Carried over: nothing." in once_more.stdout


def assert_nobody_came_back(stack: "Stack", survey: Survey, ids: dict[str, str], revoked: str) -> None:
    assert survey.response(ids["kept"])["score"] == 10
    assert survey.response(ids["erased"])["state"] == "erased"
    anns = survey.response(ids["anns"])
    assert (anns["state"], anns["person"], anns["comment"], anns["score"]) == ("anonymised", None, None, 9)
    assert survey.ask_response(ids["lost"]).status == 404
    assert stack.call("GET", f"/v1/people/{ANN}").status == 404
    assert stack.call("GET", "/v1/surveys", key=revoked).status == 401


def _restore_and_be_killed(stack: "Stack") -> None:
    """Begin as the command does, and die between two operations of CloudFormation: the stack has no table then."""

    @contextmanager
    def step(name: str) -> Iterator[Callable[[str], None]]:
        def report(more: str) -> None:
            if "takes its place" in more:
                raise KeyboardInterrupt

        yield report

    with patch.dict(os.environ, EARSHOT_LOCAL_DIR=str(stack.local_dir)), pytest.raises(KeyboardInterrupt):
        Restore(find_stack(None), RESTORED, with_responses=False, step=step).run()


def _restore_to_now(stack: "Stack") -> None:
    """Restore as an operator does with the AWS command: a table without stream, expiry, recovery."""
    settle(stack)
    dynamodb = stack.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=physical(stack, "Table"), TargetTableName=RESTORED, UseLatestRestorableTime=True
    )
    reply: dict[str, Any] = dynamodb.describe_table(TableName=RESTORED)["Table"]
    assert not reply.get("StreamSpecification", {}).get("StreamEnabled")
