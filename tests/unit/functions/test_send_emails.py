"""The sender's handler: each invitation once, and one mail's trouble is none of its neighbours'."""

from zlib import crc32

import pytest

from earshot.domain.invitation import InvitationState
from earshot.domain.sending_quota import SendingPause, SendingQuota
from earshot.ports.mail import PausedError, RejectedError, ThrottledError
from tests.aws_events import LambdaContext, sqs_event
from tests.factories import NOON, make_invitation, make_person
from tests.fakes.crash import CrashError
from tests.unit.functions.conftest import World, load

TASK = {"person": "ann", "invitation": make_invitation().id}


def schedule(world: World) -> None:
    world.people.kept["ann"] = make_person()
    world.invitations.kept["ann", TASK["invitation"]] = make_invitation()


def send(*tasks: object, receives: int = 1, left: int = 60_000) -> list[str]:
    bodies = [task if isinstance(task, (str, dict)) else str(task) for task in tasks]
    event = sqs_event(bodies, "EmailQueue")
    for record in event["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = str(receives)
    reply = load("send_emails").lambda_handler(event, LambdaContext(left))
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


def test_a_mail_goes_out_once_with_links_that_carry_ids_only(world: World) -> None:
    schedule(world)
    assert send(TASK, TASK) == []
    ((sender, recipient, mime),) = world.mailer.sent
    assert (sender, recipient) == ("survey@example.com", "ann@example.com")
    assert b"https://earshot.example.com/" in mime.replace(b"=\r\n", b"").replace(b"=\n", b"")
    kept = world.invitations.kept["ann", TASK["invitation"]]
    assert ([mail.wave for mail in kept.mails], kept.wave, kept.state) == ([1], 2, InvitationState.SCHEDULED)


def test_poison_fails_alone(world: World) -> None:
    schedule(world)
    assert send("{", "[]", "{}", TASK) == ["message-0", "message-1", "message-2"]
    assert len(world.mailer.sent) == 1


def test_a_mail_that_fails_unforeseen_is_neither_sent_again_nor_anyone_elses_trouble(world: World) -> None:
    schedule(world)
    world.invitations.kept["ann", "second"] = make_invitation(id="second")
    errors = [CrashError("ann@example.com is in here")]

    def fail(_: str) -> None:
        if errors:
            raise errors.pop()

    world.mailer.after = fail
    assert send(TASK, {"person": "ann", "invitation": "second"}) == ["message-0"]
    assert send(TASK) == []
    assert len(world.mailer.sent) == 2


def test_what_cannot_be_made_into_a_mail_is_settled_and_tried_no_more(world: World) -> None:
    schedule(world)
    world.people.kept["ann"] = make_person(email="ann@müller.de")  # as it was kept before domains became punycode
    assert send(TASK, TASK) == []
    kept = world.invitations.kept["ann", TASK["invitation"]]
    assert (kept.state, kept.reason, world.mailer.sent) == (InvitationState.DECLINED, "rejected", [])


def test_a_stack_that_can_send_no_mail_at_all_settles_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(world)
    monkeypatch.setenv("EARSHOT_MAIL_FROM", "Survey <survey@example.com>")
    assert send(TASK) == ["message-0"]
    assert world.invitations.kept["ann", TASK["invitation"]] == make_invitation()


def test_a_failure_names_its_invitation(world: World, caplog: pytest.LogCaptureFixture) -> None:
    schedule(world)
    refuse(world, CrashError("ann@example.com is in here"))
    assert send(TASK) == ["message-0"]
    (line,) = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
    assert (line["invitation"], line["message_id"]) == (TASK["invitation"], "message-0")
    assert "ann@example.com" not in repr(line)


def refuse(world: World, error: Exception) -> None:
    """Make SES refuse every mail."""

    def fail(_: str) -> None:
        raise error

    world.mailer.before = fail


def test_a_throttled_mail_comes_back_in_seconds_and_later_the_more_often_it_did(world: World) -> None:
    schedule(world)
    refuse(world, ThrottledError("too fast"))
    for receives in (1, 3, 14):
        assert send(TASK, receives=receives) == ["message-0"]
    waits = [seconds for _, seconds in world.mails.deferred]
    assert waits == [3, 9, 61]
    assert world.invitations.kept["ann", TASK["invitation"]] == make_invitation()


def test_a_mail_that_waited_often_enough_is_left_to_the_planner_and_never_a_dead_letter(world: World) -> None:
    schedule(world)
    refuse(world, ThrottledError("too fast"))
    assert send(TASK, receives=15) == []
    assert world.mails.deferred == []
    assert world.invitations.due(*due_shard(), 10)[0] == [("ann", TASK["invitation"])]


def test_a_run_without_time_begins_no_mail_and_lets_it_come_back(world: World) -> None:
    schedule(world)
    assert send(TASK, left=10_000) == ["message-0"]
    assert len(world.mails.deferred) == 1
    assert world.mailer.sent == []


def test_a_mail_over_the_quota_stays_due_and_an_engineer_is_notified_without_an_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    schedule(world)
    refuse(world, PausedError("SES has paused sending for this account or sender (SendingPausedException)"))
    assert send(TASK, TASK) == []
    assert world.invitations.kept["ann", TASK["invitation"]] == make_invitation()
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "SendingPausedException" in vars(error)["reason"]
    assert "ann@example.com" not in repr([vars(record) for record in caplog.records])


def test_a_refusal_of_every_mail_is_left_to_the_planner_with_one_claim_and_one_line(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    schedule(world)
    world.invitations.kept |= {("ann", f"i-{number}"): make_invitation(id=f"i-{number}") for number in range(9)}
    refuse(world, PausedError("SES has not verified MailFrom or its domain: verify the identity in SES"))
    assert send(*({"person": "ann", "invitation": f"i-{number}"} for number in range(9)), receives=19) == []
    (line,) = [vars(record) for record in caplog.records if record.levelname == "ERROR"]
    assert line["reason"] == "SES has not verified MailFrom or its domain: verify the identity in SES"
    assert world.pauses.latest() == SendingPause(line["reason"], NOON)
    assert [world.invitations.kept["ann", f"i-{n}"].state for n in range(9)] == [InvitationState.SCHEDULED] * 9


def test_what_ses_rejects_for_itself_is_settled(world: World) -> None:
    schedule(world)
    refuse(world, RejectedError("no such thing as an address"))
    assert send(TASK) == []
    kept = world.invitations.kept["ann", TASK["invitation"]]
    assert (kept.state, kept.reason) == (InvitationState.DECLINED, "rejected")


def test_a_spent_account_leaves_everything_to_the_planner(world: World) -> None:
    schedule(world)
    world.account.allowed = SendingQuota(14.0, 0, "spent")
    assert send(TASK) == []
    assert world.mailer.sent == []


def due_shard() -> tuple[int, int]:
    invitation = make_invitation()
    return crc32(invitation.id.encode()) % 8, invitation.due_at
