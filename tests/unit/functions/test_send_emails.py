"""The sender's porch: each invitation once, and one mail's trouble is none of its neighbours'."""

from earshot.domain.invitation import State
from tests.aws_events import sqs_event
from tests.factories import make_invitation, make_person
from tests.fakes import CrashError
from tests.unit.functions.conftest import World, load

TASK = {"person": "ann", "invitation": make_invitation().id}


def schedule(world: World) -> None:
    world.people.kept["ann"] = make_person()
    world.invitations.kept["ann", TASK["invitation"]] = make_invitation()


def send(*tasks: object) -> list[str]:
    bodies = [task if isinstance(task, (str, dict)) else str(task) for task in tasks]
    answer = load("send_emails").lambda_handler(sqs_event(bodies, "EmailQueue"), None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_a_mail_goes_out_once_with_links_that_carry_ids_only(world: World) -> None:
    schedule(world)
    assert send(TASK, TASK) == []
    ((sender, recipient, mime),) = world.mailer.sent
    assert (sender, recipient) == ("survey@example.com", "ann@example.com")
    assert b"https://earshot.example.com/" in mime.replace(b"=\r\n", b"").replace(b"=\n", b"")
    assert world.invitations.kept["ann", TASK["invitation"]].state is State.SENT


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
