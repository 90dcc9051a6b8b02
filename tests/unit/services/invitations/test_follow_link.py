"""Following the link in a mail: what is behind it, or why there is nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.invitation import InvitationState
from earshot.domain.person import ErasedPerson
from earshot.domain.widget import Widget
from earshot.ports.links import Link
from earshot.services.invitations.follow_link import (
    DeadLink,
    DeadLinkError,
    FollowLinkDeps,
    Written,
    find_respondent,
    open_question,
    submit_by_link,
)
from earshot.services.responses.record_responses import record
from earshot.services.responses.revise_response import Target, correct
from tests.factories import NOON, make_invitation, make_person, make_survey
from tests.fakes.fake_time import no_pause
from tests.fakes.feedback import InMemoryFeedback
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger, InMemoryRecordedResponses
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys

SENT = make_invitation(state=InvitationState.SENT, sent_at=NOON)
ANN = make_person(locale="de-AT")


class World:
    """A person with a mail; `link` is what its token holds."""

    def __init__(self) -> None:
        self.people, self.surveys = InMemoryPeople(), InMemorySurveys(make_survey())
        self.invitations = InMemoryInvitations(self.people)
        self.people.kept["ann"], self.invitations.kept["ann", SENT.id] = ANN, SENT
        self.suppressions, self.queue, self.link = InMemorySuppressions(), InMemoryQueue(), Link("ann", SENT.id)
        self.is_signed = True
        self.ledger = InMemoryLedger()

    def deps(self, now: int = NOON) -> FollowLinkDeps:
        return FollowLinkDeps(
            read_link=lambda *_: self.link if self.is_signed else None,
            surveys=self.surveys,
            people=self.people,
            suppressions=self.suppressions,
            invitations=self.invitations,
            feedback=InMemoryFeedback(self.invitations),
            recorded=InMemoryRecordedResponses(self.ledger),
            queue=self.queue,
            now=now,
            correlation="c",
        )


def written(score: int, comment: str | None = None, *, contact_requested: bool = False) -> Written:
    return Written(score, comment, has_honeypot=False, is_prefilled=False, contact_requested=contact_requested)


def unsigned(world: World) -> None:
    world.is_signed = False


def expired(world: World) -> None:
    world.link = replace(world.link, is_expired=True)


def unknown(world: World) -> None:
    world.link = replace(world.link, invitation="other")


def erased(world: World) -> None:
    world.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=True)


def response_erased(world: World) -> None:
    world.invitations.kept["ann", SENT.id] = replace(SENT, is_erased=True)


def closed(world: World) -> None:
    world.surveys = InMemorySurveys(make_survey(state="closed"))


@pytest.mark.parametrize(
    ("happened", "reason", "locale", "has_survey"),
    [
        (unsigned, DeadLink.WRONG, None, False),
        (expired, DeadLink.EXPIRED, "de-AT", True),
        (unknown, DeadLink.GONE, "de-AT", False),
        (erased, DeadLink.GONE, None, False),
        (response_erased, DeadLink.EXPIRED, "de-AT", True),
        (closed, DeadLink.CLOSED, "de-AT", True),
    ],
)
def test_a_dead_link_has_a_reason_and_what_is_known_for_its_page(
    happened: Callable[[World], None], reason: DeadLink, locale: str | None, has_survey: bool
) -> None:
    world = World()
    happened(world)

    with pytest.raises(DeadLinkError) as dead:
        find_respondent("token", "respond", world.deps())

    assert (dead.value.reason, dead.value.locale, dead.value.survey is not None) == (reason, locale, has_survey)


@pytest.mark.parametrize("happened", [closed, response_erased])
def test_an_unsubscribe_needs_neither_an_open_survey_nor_a_response(happened: Callable[[World], None]) -> None:
    world = World()
    happened(world)

    assert find_respondent("token", "unsubscribe", world.deps()).person == ANN


def test_the_question_comes_with_the_comment_that_stands() -> None:
    world = World()
    assert open_question("token", world.deps(), is_fetched=False).earlier is None

    first = submit_by_link("token", written(3, "late"), world.deps())
    again = submit_by_link("token", written(9), world.deps(NOON + 60_000))

    assert (first.is_taken, first.question.earlier) == (True, None)
    assert again.question.earlier is not None
    assert (again.question.earlier.text, again.question.earlier.score) == ("late", 3)
    assert open_question("token", world.deps(), is_fetched=False).earlier == again.question.earlier


def test_the_box_that_asks_for_contact_is_shown_where_the_survey_wants_it_and_where_it_was_ticked() -> None:
    world = World()
    assert not open_question("token", world.deps(), is_fetched=False).has_contact_box
    world.surveys = InMemorySurveys(make_survey(widget=Widget(contact_box=True)))
    question = open_question("token", world.deps(), is_fetched=False)
    assert (question.has_contact_box, question.contact_requested) == (True, False)
    submit_by_link("token", written(3, contact_requested=True), world.deps())
    world.surveys = InMemorySurveys(make_survey())
    question = open_question("token", world.deps(), is_fetched=False)
    assert (question.has_contact_box, question.contact_requested) == (True, True)


def test_the_box_shows_what_a_key_changed() -> None:
    world = World()
    submit_by_link("token", written(3, contact_requested=True), world.deps())
    (submission,) = world.queue.take()
    asked: dict[str, Any] = {
        "surveys": world.surveys,
        "ledger": world.ledger,
        "people": world.people,
        "pause": no_pause,
    }
    record([submission], **asked)
    assert open_question("token", world.deps(), is_fetched=False).contact_requested
    correct(Target("demo", submission.id, NOON + 60_000, "c", "key"), {"contact_requested": False}, **asked)
    assert not open_question("token", world.deps(), is_fetched=False).contact_requested
