"""Reminders on a stack of its own whose clock is moved: after three days, after seven, and never after a response."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.bus_listener import Listener
from tests.e2e.cli_runner import move
from tests.e2e.invitation_client import (
    Mail,
    a_survey,
    an_address,
    ask,
    decisions,
    eventually,
    mail_to,
    mails_to,
    score,
    send_form,
)
from tests.e2e.survey_client import histogram, settle
from tests.e2e.test_asking import command

if TYPE_CHECKING:
    from tests.e2e.conftest import Launch, Stack

FIRST, AGAIN = "One quick question from Acme", "Reminder: one quick question from Acme"


class People:
    """Three who are asked by one survey, and the mails they got."""

    def __init__(self, stack: "Stack") -> None:
        self.stack = stack
        self.survey = a_survey(stack)
        self.addresses = {name: an_address(name) for name in ("ann", "bob", "cat")}
        for name, address in self.addresses.items():
            ask(stack, self.survey, {"id": name, "email": address})

    def respond(self, name: str, chosen: int, *others: int) -> None:
        """Respond by the latest mail, and wait until it counts."""
        assert send_form(self.stack, self.latest(name).respond, score=chosen).status == 200
        counted = histogram(chosen, *others)
        eventually(lambda: score(self.stack, self.survey), lambda result: result["histogram"] == counted)

    def latest(self, name: str) -> Mail:
        return mails_to(self.stack, self.addresses[name])[0]

    def got(self, **numbers: int) -> None:
        """Wait until each has so many mails, and see that nobody gets another."""
        for name, number in numbers.items():
            mail_to(self.stack, self.addresses[name], number)
        settle(self.stack)
        assert {name: len(mails_to(self.stack, self.addresses[name])) for name in numbers} == numbers

    def decision(self, name: str) -> dict[str, Any]:
        (only,) = decisions(self.stack, name)
        return only


def test_people_without_a_response_are_reminded_twice_and_respondents_are_not(launch: "Launch", tmp_path: Path) -> None:
    stack = launch(tmp_path / "local")
    listener = Listener(stack.client("events"), stack.client("sqs"), "earshot")
    people = People(stack)
    people.got(ann=1, bob=1, cat=1)
    first = people.latest("cat")
    assert first.message["Subject"] == FIRST
    people.respond("ann", 9)
    assert people.decision("cat")["reminder"]["wave"] == 2

    move(stack, "+71h")
    people.got(ann=1, bob=1, cat=1)
    move(stack, "+1h")
    people.got(ann=1, bob=2, cat=2)
    reminder = people.latest("cat")
    assert reminder.message["Subject"] == AGAIN
    assert reminder.links.isdisjoint(first.links)
    assert "A little while ago" in reminder.text
    assert (people.decision("ann")["stopped"], people.decision("ann")["reminder"]) == ("answered", None)
    people.respond("bob", 3, 9)

    move(stack, "+4d")
    people.got(ann=1, bob=2, cat=3)
    move(stack, "+30d")
    people.got(ann=1, bob=2, cat=3)
    cat = people.decision("cat")
    assert (cat["outcome"], [mail["wave"] for mail in cat["mails"]], cat["reminder"]) == ("sent", [1, 2, 3], None)
    assert "no further mail, there is a response (answered)" in command(stack, "why", "bob")
    assert command(stack, "why", "cat").count("reminded") == 2
    result = eventually(lambda: listener.of(people.survey, "ReminderSent"), lambda events: len(events) >= 3)
    assert sorted(event["detail"]["data"]["wave"] for event in result) == [2, 2, 3]
    listener.last_words()
