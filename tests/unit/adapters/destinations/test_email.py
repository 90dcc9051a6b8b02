"""Alerts by mail: who gets one, and what becomes of it."""

import json
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from earshot.adapters.destinations.email import EmailSender
from earshot.domain.access import Role
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import Ambiguous, Delivered, Down, Outcome, Rejected, Throttled
from earshot.domain.destinations import (
    SURVEY_OWNER,
    Destination,
    contact_destination,
    owner_destination,
    staff_destination,
)
from earshot.domain.members import Member, removed
from earshot.emails.alert import compose_alert
from earshot.ports.destinations import Message, Target
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError
from tests.factories import NOON, make_survey
from tests.fakes.alerts import InMemoryDestinations
from tests.fakes.mailing import InMemoryMailer
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryMembers

DELIVERY = Delivery("d1", "owner", "a1", "default", "demo", "r1", "response.detractor", NOON)
DATA = {"score": 2, "category": "detractor", "comment": "late", "rule": "default"}


class World:
    """A sender with a survey that has an owner, and a destination with a contact."""

    def __init__(self, owner: str | None = "ann@example.com") -> None:
        self.mailer = InMemoryMailer()
        surveys = InMemorySurveys(make_survey(name="Shop", owner=owner))
        hook = Destination("to-1", "webhook", "Hook", {"url": "https://example.com"}, contact="ops@example.com")
        bea = Member("bea", "bea@example.com", "Bea", Role.FRONTLINE)
        members = InMemoryMembers(bea, removed(replace(bea, id="carl"), NOON))
        destinations = InMemoryDestinations(hook)
        self.sender = EmailSender(self.mailer, surveys, destinations, members, "nps@example.com", compose_alert)

    def send(
        self, destination: Destination, delivery: Delivery = DELIVERY, kind: str = "response.detractor"
    ) -> Outcome:
        data: dict[str, Any] = DATA if kind.startswith("response") else {"destination": "to-1", "reason": "gone"}
        target = Target(destination)
        body = self.sender.render(Message("d1", kind, "2026-11-21T12:00:00.000Z", data), target)
        assert json.loads(body)["type"] == kind
        return self.sender.send(delivery, body, target, NOON)


def test_the_owner_gets_a_mail_that_a_client_can_read() -> None:
    world = World()
    assert world.send(owner_destination()) == Delivered("message-1", None)
    ((sender, recipient, mime),) = world.mailer.sent
    assert (sender, recipient) == ("nps@example.com", "ann@example.com")
    mail = message_from_bytes(mime, policy=default)
    assert (mail["From"], mail["To"]) == ("Earshot <nps@example.com>", "ann@example.com")
    assert mail["Subject"] == "Detractor: 2 of 10 · Shop"
    assert mail["List-Unsubscribe"] is None


def test_several_recipients_get_one_mail_each_once() -> None:
    world = World()
    team = Destination("to-2", "email", "Team", {"to": ["owner", "bob@example.com", "ann@example.com"]})
    world.send(team)
    assert [recipient for _, recipient, _ in world.mailer.sent] == ["ann@example.com", "bob@example.com"]
    assert message_from_bytes(world.mailer.sent[0][2], policy=default)["To"] == "ann@example.com, bob@example.com"


def test_the_contact_of_a_sick_destination_hears_of_it() -> None:
    world = World()
    notice = Delivery("d2", "contact", "", "", "", "to-1", "delivery.parked", NOON)
    assert isinstance(world.send(contact_destination(), notice, "delivery.parked"), Delivered)
    assert world.mailer.sent[0][1] == "ops@example.com"


@pytest.mark.parametrize(
    ("reader", "recipients"),
    [("bea", ["bea@example.com"]), (SURVEY_OWNER, ["ann@example.com"]), ("carl", []), ("nobody", [])],
)
def test_a_mail_to_staff_reaches_the_member_or_the_owner_of_the_survey(reader: str, recipients: list[str]) -> None:
    world = World()
    world.send(staff_destination(), replace(DELIVERY, destination="staff", subject=reader))
    assert [recipient for _, recipient, _ in world.mailer.sent] == recipients


def test_without_an_owner_nobody_gets_it() -> None:
    assert isinstance(World(owner=None).send(owner_destination()), Rejected)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ThrottledError("too fast"), Throttled),
        (PausedError("paused"), Down),
        (NotSentError("away"), Down),
        (RejectedError("refused"), Rejected),
        (UnknownOutcomeError("no reply"), Ambiguous),
    ],
)
def test_what_ses_says_is_what_becomes_of_the_delivery(error: Exception, outcome: type[Outcome]) -> None:
    world = World()

    def refuse(_: str) -> None:
        raise error

    world.mailer.before = refuse
    assert isinstance(world.send(owner_destination()), outcome)
