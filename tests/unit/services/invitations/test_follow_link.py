"""Following the link in a mail: what is behind it, or why there is nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from earshot.domain.invitation import InvitationState
from earshot.domain.person import ErasedPerson
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
from tests.factories import NOON, make_invitation, make_person, make_survey
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

    def deps(self, now: int = NOON) -> FollowLinkDeps:
        return FollowLinkDeps(
            read_link=lambda *_: self.link if self.is_signed else None,
            surveys=self.surveys,
            people=self.people,
            suppressions=self.suppressions,
            invitations=self.invitations,
            feedback=InMemoryFeedback(self.invitations),
            recorded=InMemoryRecordedResponses(InMemoryLedger()),
            queue=self.queue,
            now=now,
            correlation="c",
        )


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

    first = submit_by_link("token", Written(3, "late", has_honeypot=False, is_prefilled=False), world.deps())
    again = submit_by_link("token", Written(9, None, has_honeypot=False, is_prefilled=False), world.deps(NOON + 60_000))

    assert (first.is_taken, first.question.earlier) == (True, None)
    assert again.question.earlier is not None
    assert (again.question.earlier.text, again.question.earlier.score) == ("late", 3)
    assert open_question("token", world.deps(), is_fetched=False).earlier == again.question.earlier
