"""The sign-in mail: it goes to members only, is sent again until SES takes it, and is dropped once it is too old."""

import pytest

from earshot.domain.members import removed
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import ASKING_MS
from earshot.ports.mail import NotSentError, RejectedError, UnknownOutcomeError
from earshot.services.sessions.ask_to_sign_in import ask_to_sign_in
from earshot.services.sessions.send_sign_in import MOST_TRIES, PATIENCE, send_invitation, send_sign_in
from tests.factories import NOON
from tests.unit.services.sessions.sign_in_world import KIM, SigningIn, wish

HASH = hash_of("browser")


def asked(address: str = "kim@example.com") -> SigningIn:
    world = SigningIn()
    ask_to_sign_in(wish(address=address), world.asking)
    return world


def send(world: SigningIn) -> str:
    task, _ = world.queue.tasks.pop()
    return send_sign_in(task, world.sending)


def test_a_member_gets_a_link_and_a_code_and_the_table_their_hashes() -> None:
    world = asked("KIM@example.com")
    assert send(world) == "sent"
    mail = b"kim https://earshot.example.com/app/sign-in/token-1 012345"
    assert world.mailer.sent == [("survey@example.com", "kim@example.com", mail)]
    assert world.mailer.kinds == ["sign-in"]
    asking = world.sign_ins.askings[HASH]
    assert (asking.has_link("token-1"), asking.has_code("012345")) == (True, True)
    assert "token-1" not in str(asking)


def test_nobody_else_gets_anything() -> None:
    world = asked("nobody@example.com")
    assert send(world) == "no member"
    world = asked()
    world.members.kept["kim"] = removed(KIM, NOON)
    assert send(world) == "no member"
    assert world.mailer.sent == []
    assert world.sign_ins.askings[HASH].given is None


def test_a_mail_that_comes_too_late_is_not_sent() -> None:
    world = asked()
    world.now += ASKING_MS
    assert send(world) == "over"
    world = asked()
    world.sign_ins.askings.clear()
    assert send(world) == "over"
    assert world.mailer.sent == []


def test_a_message_that_comes_twice_leaves_the_last_mail_good() -> None:
    world = asked()
    (message,) = world.queue.tasks
    for _ in range(2):
        world.queue.tasks = [message]
        assert send(world) == "sent"
    asking = world.sign_ins.askings[HASH]
    assert (asking.has_link("token-1"), asking.has_link("token-2")) == (False, True)


def test_what_ses_does_not_take_yet_is_tried_again_with_another_link() -> None:
    world = asked()

    def fail(_: str) -> None:
        raise NotSentError("SES cannot be reached")

    world.mailer.before = fail
    outcomes = []
    for _ in range(MOST_TRIES - 1):
        outcomes.append(send(world))
        assert world.queue.tasks[0][1] == PATIENCE
    assert {*outcomes} == {"again"}
    assert send(world) == "given up"
    assert world.queue.tasks == []


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RejectedError("no"), "refused"),
        (ValueError("no address"), "refused"),
        (UnknownOutcomeError("?"), "perhaps sent"),
    ],
)
def test_what_may_have_been_sent_or_never_can_be_is_not_sent_again(error: Exception, outcome: str) -> None:
    world = asked()

    def fail(_: str) -> None:
        raise error

    world.mailer.before = fail
    assert send(world) == outcome
    assert world.queue.tasks == []


def test_an_invitation_goes_to_the_member_and_to_nobody_who_was_removed() -> None:
    world = SigningIn()
    assert send_invitation({"team_invitation": "kim"}, world.sending) == "sent"
    mail = b"kim https://earshot.example.com/app/invitation/token-1 None"
    assert world.mailer.sent == [("survey@example.com", "kim@example.com", mail)]
    assert list(world.sign_ins.invitations) == [hash_of("token-1")]
    assert world.mailer.kinds == ["team-invitation"]
    world.members.kept["kim"] = removed(KIM, NOON)
    for member in ("kim", "nobody"):
        assert send_invitation({"team_invitation": member}, world.sending) == "no member"
    assert len(world.mailer.sent) == 1
