"""A restored table is put into service on the engine, by a command that dies at each of its steps in turn.

What was erased, suppressed, stopped and sent since stays so; every event comes, and no detractor reaches the CRM twice.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

from earshot_cli.ops.restore.restore import Restore
from earshot_cli.ops.stack import find_stack
from tests.e2e.bus_listener import Listener
from tests.e2e.cli_runner import Doctor, earshot, move
from tests.e2e.invitation_client import a_survey, an_address, ask, mail_to, mails_to, send_form
from tests.e2e.survey_client import Survey, message, new_id, settle, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Crm, Launch, Stack

RESTORED = "earshot-restored"
ANN = "ann-of-the-restore"
STEPS = (
    "Waiting until nothing else changes the stack",
    "Setting up the restored table",
    "Carrying over",
    "Pausing the queue consumers",
    "Waiting until the changes of the old table are published",
    "Switching the stack",
    "Resuming the queue consumers",
)


# Dead at the step after it, or later, the consumers are paused.
PAUSED = 4


class KilledError(BaseException):
    """What kill -9 is to the command: nothing of it runs any more."""


@pytest.fixture
def ward(launch: "Launch", tmp_path: "Path", other_crm: "Crm") -> "Stack":
    return launch(tmp_path / "local", other_crm.url)


def test_a_restored_table_takes_over_whatever_dies_and_nobody_comes_back(ward: "Stack", other_crm: "Crm") -> None:
    bus = Listener(ward.client("events"), ward.client("sqs"), "earshot")
    survey, asking, bob = Survey(ward), a_survey(ward), an_address("bob")
    kept, erased, _ = (survey.send(score) for score in (2, 0, 9))
    anns = survey.batch({"id": new_id(), "score": 9, "person": ANN, "responded_at": "2026-11-20", "comment": "mine"})[0]
    ward.call("PUT", f"/v1/people/{ANN}", {"id": ANN, "email": "ann@example.net"})
    key = ward.call("POST", "/v1/keys", {"name": "to be revoked", "scopes": ["surveys:read"]}).body
    ask(ward, asking, {"email": bob}, delay=86_400)
    campaign = f"/v1/surveys/{asking}/campaigns/spring"
    assert ward.call("PUT", campaign, {"every_days": 60}).status == 201
    survey.counted(4)
    _restore_to_now(ward)

    # What happens after the restored moment, and must outlive it.
    ward.call("DELETE", f"/v1/people/{ANN}?id={ANN}")
    survey.erase(erased)
    ward.call("DELETE", f"/v1/keys/{key['id']}")
    assert ward.call("POST", f"{campaign}/stop").body["state"] == "stopped"
    move(ward, "+2d")
    assert send_form(ward, mail_to(ward, bob).unsubscribe).status == 200
    lost = survey.send(5)
    survey.recorded(lost, score=5)
    settle(ward)
    before = Counter(map(_id, bus.all()))

    old = _in_use(ward)
    preview = earshot(ward, "restore", RESTORED)
    assert preview.returncode == 0, preview.stderr
    # Ann, and the person named by her address: the id that is made of it stays erased, too.
    assert "erased people 2" in preview.stdout
    assert "Nothing was changed" in preview.stdout
    assert _in_use(ward) == old

    # Detractors respond between the steps. What was erased, and a response of an erased person, is sent once more.
    meanwhile = _die_at_each_step(ward, survey)
    # What came before the pause was recorded in the old table, like all since the restored moment.
    gone, sent = [lost, *meanwhile[:PAUSED]], [kept, *meanwhile[PAUSED:]]
    late = [
        survey.submission("final", 0, erased),
        survey.submission("final", 8, new_id(), person=ANN, comment="mine, again"),
    ]
    survey.queue(*(message(statement) for statement in late))
    assert _in_use(ward) == RESTORED
    assert Doctor(ward).complains("Consumers", "the stack has them paused", "`earshot restore --resume`")
    assert earshot(ward, "restore", "--resume").returncode == 0
    done = earshot(ward, "restore", RESTORED, "--yes", seconds=120)
    assert done.returncode == 0, done.stderr

    for response in sent:
        survey.recorded(response, score=2)
    settle(ward)
    assert_nobody_came_back(ward, survey, {"kept": kept, "erased": erased, "anns": anns}, key["key"])
    assert [survey.ask_response(response).status for response in gone] == [404] * len(gone)
    assert ward.call("GET", campaign).body["state"] == "stopped"
    assert survey.nps(window="all")["responses"] == len(sent) + 3
    assert earshot(ward, "audit", survey.id).returncode == 0
    assert len(mails_to(ward, bob)) == 1
    assert ask(ward, asking, {"email": bob})["reason"] == "suppressed"
    until(lambda: Doctor(ward).complaints, lambda complaints: complaints == [], 60)
    assert_each_event_came_once(bus, survey, sent, before)
    assert_the_crm_got_each_detractor_once(other_crm, survey, sent)

    assert_it_is_done(ward)


def assert_it_is_done(ward: "Stack") -> None:
    once_more = earshot(ward, "restore", RESTORED, "--yes", seconds=120)
    assert once_more.returncode == 0, once_more.stderr
    assert "Carried over: nothing." in once_more.stdout
    refused = earshot(ward, "restore", "--check")
    assert (refused.returncode, f"RestoredTable={RESTORED}" in refused.stderr) == (1, True), refused.stderr
    assert earshot(ward, "restore", "--check", RESTORED).returncode == 0
    assert "is as in the template" in earshot(ward, "restore", "--align").stdout


def assert_nobody_came_back(stack: "Stack", survey: Survey, ids: dict[str, str], revoked: str) -> None:
    assert survey.response(ids["kept"])["score"] == 2
    assert survey.response(ids["erased"])["state"] == "erased"
    anns = survey.response(ids["anns"])
    assert (anns["state"], anns["person"], anns["comment"], anns["score"]) == ("anonymised", None, None, 9)
    assert stack.call("GET", f"/v1/people/{ANN}").status == 404
    assert stack.call("GET", "/v1/surveys", key=revoked).status == 401


def assert_each_event_came_once(bus: Listener, survey: Survey, sent: list[str], before: Counter[str]) -> None:
    identified = Counter(event["detail"]["data"]["response"] for event in bus.of(survey.id, "DetractorIdentified"))
    assert {response: identified[response] for response in sent} == dict.fromkeys(sent, 1)
    ids = Counter(map(_id, bus.all()))
    again = {event for event, number in ids.items() if number > 1 and event in before}
    assert again == set(), "what was announced before is not announced again"


def assert_the_crm_got_each_detractor_once(crm: "Crm", survey: Survey, sent: list[str]) -> None:
    delivered = Counter(
        delivery.data["response"] for delivery in crm.deliveries if delivery.data["survey"] == survey.id
    )
    assert {response: delivered[response] for response in sent} == dict.fromkeys(sent, 1)


def _id(event: dict[str, Any]) -> str:
    return str(event["detail"]["metadata"]["id"])


def _die_at_each_step(stack: "Stack", survey: Survey) -> list[str]:
    """Begin the command until it dies, at each step in turn; return the ids of the responses sent meanwhile."""
    sent = []
    for step in STEPS:
        with pytest.raises(KilledError):
            _run(stack, step)
        sent.append(survey.send(2))
    return sent


def _run(stack: "Stack", deadly: str) -> None:
    """Run the command, which dies at the beginning of a step."""

    @contextmanager
    def step(name: str) -> Iterator[Callable[[str], None]]:
        if name.startswith(deadly):
            raise KilledError
        yield lambda _: None

    with patch.dict(os.environ, EARSHOT_LOCAL_DIR=str(stack.local_dir)):
        Restore(find_stack(None), RESTORED, with_responses=False, step=step).run()


def _in_use(stack: "Stack") -> str:
    with patch.dict(os.environ, EARSHOT_LOCAL_DIR=str(stack.local_dir)):
        return find_stack(None).table


def _restore_to_now(stack: "Stack") -> None:
    """Restore as an operator does with the AWS command: a table without stream, expiry, recovery."""
    settle(stack)
    dynamodb = stack.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=_in_use(stack), TargetTableName=RESTORED, UseLatestRestorableTime=True
    )
    reply: dict[str, Any] = dynamodb.describe_table(TableName=RESTORED)["Table"]
    assert not reply.get("StreamSpecification", {}).get("StreamEnabled")
