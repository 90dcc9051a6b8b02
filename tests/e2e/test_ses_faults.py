"""SES that refuses, as AWS would: sending waits, nothing is lost, one message says what to do, and then all goes out.

Each on a stack of its own whose engine was started with the fault (EARSHOT_STRICT), as a first deployment finds it.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.cli_runner import earshot, move
from tests.e2e.iam_walk_triggers import reconfigure, send_task, table_item
from tests.e2e.invitation_client import a_survey, an_address, ask, decisions, eventually, id_of, mail_to, mails_to
from tests.e2e.survey_client import depth, settle, until

if TYPE_CHECKING:
    from tests.e2e.conftest import Launch, Stack

MAIL_IDENTITY, SET = "example.com", "earshot-mails"
MANY = 6


def verify(stack: "Stack") -> None:
    """Verify the sender's domain, as its owner does by DNS."""
    stack.client("sesv2").create_email_identity(EmailIdentity=MAIL_IDENTITY)


def leave_the_sandbox(stack: "Stack") -> None:
    stack.client("sesv2").put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.com", ProductionAccessEnabled=True
    )


def make_the_set(stack: "Stack") -> None:
    stack.client("sesv2").create_configuration_set(ConfigurationSetName=SET)


FAULTS = {
    "unverified": (verify, "verify the identity in SES"),
    "no-set": (make_the_set, "deploy the stack again"),
    "sandbox": (leave_the_sandbox, "ask SES for production access"),
}


def log(stack: "Stack") -> str:
    return (stack.local_dir / "engine.log").read_text(errors="replace")


def reasons(stack: "Stack", message: str) -> list[str]:
    """Return why mails wait, from each line of the log with this message."""
    lines = [json.loads(line) for line in re.findall(r"^\{.*\}$", log(stack), re.MULTILINE)]
    return [line["reason"] for line in lines if line.get("message") == message]


def held_back(stack: "Stack") -> int:
    """Return how many runs of the planner found that mails wait."""
    return log(stack).count('"MailsHeldBack":1')


def plan(stack: "Stack") -> None:
    """Run the planner now, instead of within five minutes."""
    send_task(stack, "PlanQueue", {"all_shards": True})
    settle(stack)


def some_are_asked(stack: "Stack", number: int) -> list[str]:
    survey, addresses = a_survey(stack), [an_address(f"n{number}") for number in range(number)]
    for address in addresses:
        assert ask(stack, survey, {"id": id_of(address), "email": address})["outcome"] == "scheduled"
    return addresses


def outcomes(stack: "Stack", addresses: list[str]) -> Counter[tuple[str, str]]:
    decided = [decisions(stack, id_of(address))[0] for address in addresses]
    return Counter((each["outcome"], each["reason"]) for each in decided)


def start_afresh(stack: "Stack") -> None:
    """Replace the senders' containers, which send nothing for a minute after a refusal."""
    reconfigure(stack, "SendEmailsFunction", EARSHOT_TEST="a new container")


def all_sent_once(stack: "Stack", addresses: list[str]) -> None:
    for address in addresses:
        mail_to(stack, address)
    settle(stack)
    assert {len(mails_to(stack, address)) for address in addresses} == {1}
    assert depth(stack, "EmailDeadLetters") == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_while_ses_refuses_mails_wait_and_afterwards_each_goes_out_once(
    launch: "Launch", tmp_path: Path, fault: str
) -> None:
    repair, advice = FAULTS[fault]
    stack = launch(tmp_path / "local", EARSHOT_STRICT=f"ses={fault}")
    waiting = some_are_asked(stack, MANY)
    until(lambda: reasons(stack, "sending paused"), bool)
    settle(stack)
    plan(stack)
    assert [address for address in waiting if mails_to(stack, address)] == []
    given = reasons(stack, "sending paused")
    assert len(set(given)) == 1
    assert advice in given[0]
    if fault == "sandbox":
        # Each recipient is refused for themselves, and tried again once an hour.
        assert len(given) == MANY
        assert outcomes(stack, waiting) == {("scheduled", "sandbox"): MANY}
    else:
        # A claim for each of the two senders, and for the planner's look at most one more; nobody else was tried.
        assert len(given) <= 2
        assert set(reasons(stack, "mails wait")) == {given[0]}
        assert outcomes(stack, waiting) == {("scheduled", "eligible"): MANY}
    checked = earshot(stack, "doctor", "--send-test", "--json")
    assert checked.returncode == 1
    assert (advice if fault != "sandbox" else "Ask for production access in SES") in checked.stdout
    repair(stack)
    start_afresh(stack)
    move(stack, "+61m")
    all_sent_once(stack, waiting)


def test_an_identity_revoked_midway_stops_the_rest_which_go_out_once_it_is_back(
    launch: "Launch", tmp_path: Path
) -> None:
    stack = launch(tmp_path / "local")
    first = some_are_asked(stack, 3)
    all_sent_once(stack, first)
    stack.client("sesv2").delete_email_identity(EmailIdentity=MAIL_IDENTITY)
    rest = some_are_asked(stack, 5)
    eventually(lambda: reasons(stack, "sending paused"), bool)
    settle(stack)
    (reason,) = set(reasons(stack, "sending paused"))
    assert table_item(stack, "PAUSES", "SENDING")["reason"]["S"] == reason
    before = held_back(stack)
    plan(stack)
    assert held_back(stack) == before + 1
    assert [address for address in rest if mails_to(stack, address)] == []
    verify(stack)
    start_afresh(stack)
    move(stack, "+12m")
    all_sent_once(stack, [*first, *rest])
