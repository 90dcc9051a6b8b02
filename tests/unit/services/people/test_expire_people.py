"""People without contact for long are anonymized with their comments; a person with news, or an invitation, stays."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.cases import CaseOutcome, RootCause
from earshot.domain.errors import BusyError
from earshot.domain.invitation import InvitationState, Mail
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import Asked, ErasedPerson, PersonDraft, SaveOutcome
from earshot.domain.response import RETENTION, Response
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.turn import Turn
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, erase
from earshot.services.people.expire_people import ExpirePeopleDeps, Task, apply, begin
from earshot.services.people.manage_people import save
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes.alerts import no_alerts_on_people
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemoryPeopleLists, InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.raised_alerts import DELETING, RaisedAlerts
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryAccounts

RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
DAYS = 400
BEFORE = NOON - DAYS * DAY
OLD = BEFORE - 8 * DAY


class World:
    """Ann, who was written long ago, and all that people may do."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(make_survey())
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.invitations = InMemoryInvitations(self.people)
        self.suppressions = InMemorySuppressions()
        self.raised = RaisedAlerts()
        self.queue = InMemoryQueue()
        self.save("ann", OLD)

    def save(self, id_: str, now: int, **fields: Any) -> SaveOutcome:
        body = {"email": f"{id_}@example.com", "name": id_.title(), **fields}
        ports: Any = {"people": self.people, "accounts": InMemoryAccounts(), "suppressions": self.suppressions}
        (saved,) = save([PersonDraft(id_, body)], now, hash_key=hash_key, pause=no_pause, **ports)
        return saved.outcome

    def respond(self, at: int, seed: str = "a", **fields: Any) -> str:
        id_ = uuid7(at, seed)
        given = {"comment": "It is me", "person": "ann", "received_at": at, "rank": Rank.SIGNED} | fields
        submission = make_submission(3, id=id_, **given)
        if address := submission.statement.unverified_email:
            statement = replace(submission.statement, email_hash=self.suppressions.hash_of(address))
            submission = replace(submission, statement=statement)
        ports: Any = {"surveys": self.surveys, "ledger": self.ledger, "people": self.people}
        assert record([submission], pause=no_pause, **ports) == set()
        return id_

    def look(self, has_time: Callable[[], bool] = lambda: True, task: Task | None = None) -> int:
        self.queue.send([(task or Task(BEFORE)).to_dict()])
        done = 0
        while tasks := self.queue.take():
            for asked in tasks:
                done += apply(
                    Task(**asked["retention"]["people"]),
                    NOON,
                    "c",
                    Turn(has_time=has_time),
                    ExpirePeopleDeps(
                        lists=InMemoryPeopleLists(self.people),
                        people=self.people,
                        hash_key=hash_key,
                        invitations=self.invitations,
                        ledger=self.ledger,
                        cases=self.raised.cases,
                        alerts=self.raised.withdraw,
                        queue=self.queue,
                        pause=no_pause,
                    ),
                )
        return done

    def raise_on(self, id_: str, closed_at: int | None = OLD + DAY) -> None:
        """Raise an alert on a response, whose case is closed at a moment (None: it stays open)."""
        self.raised.raise_on(self.response(id_))
        if closed_at is None:
            return
        for case in list(self.raised.cases.kept.values()):
            if not case.state.is_closed:
                assert self.raised.cases.change(case, *changed(case, RESOLVED, closed_at, "key:k"))

    def response(self, id_: str) -> Response:
        found = self.ledger.find("demo", id_)
        assert found is not None
        return found


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("days", "asked"), [(0, []), (DAYS, [{"retention": {"people": {"before": BEFORE, "after": ""}}}])]
)
def test_people_are_looked_through_if_they_are_kept_for_some_days_alone(
    world: World, days: int, asked: list[Any]
) -> None:
    begin(days, NOON, queue=world.queue)
    assert world.queue.take() == asked


def test_a_person_without_contact_is_anonymized_with_comments_and_the_counts_stay(world: World) -> None:
    sent, unsigned = world.respond(OLD), world.respond(OLD, "b", person=None, unverified_email="ann@example.com")
    counted = world.ledger.counted()
    assert world.look() == 1
    assert (world.people.kept, world.people.boxes) == ({}, {})
    for left in (world.response(sent), world.response(unsigned)):
        assert (left.kind, left.person, left.statement.comment, left.statement.email_hash) == (
            StatementKind.ANONYMISED,
            None,
            None,
            None,
        )
        assert (left.score, left.history.corrections[-1].by) == (3, RETENTION)
    assert world.ledger.counted() == world.ledger.recount() == counted
    assert world.look() == 0


def test_an_anonymized_person_may_come_again_and_be_written_to(world: World) -> None:
    world.look()
    assert world.save("ann", NOON) is SaveOutcome.CREATED
    assert world.suppressions.is_suppressed("ann@example.com") is None
    assert world.response(world.respond(NOON)).person == "ann"


def test_who_unsubscribed_stays_unsubscribed(world: World) -> None:
    world.suppressions.add("ann@example.com", "unsubscribed", OLD)
    assert world.look() == 1
    assert world.suppressions.is_suppressed("ann@example.com") == "unsubscribed"


HEARD_OF: dict[str, Callable[[World], object]] = {
    "known by their address, signed": lambda world: world.respond(
        BEFORE, person=made_id("Ann@example.com", hash_key())
    ),
    "written": lambda world: world.save("ann", BEFORE, name="Anna"),
    "said to be as they are": lambda world: world.save("ann", BEFORE),
    "asked": lambda world: world.people.boxes.update({world.suppressions.hash_of("ann@example.com"): Asked(BEFORE)}),
    "answered": lambda world: world.respond(BEFORE),
    "answered without a signature": lambda world: world.respond(
        BEFORE, person=None, unverified_email="ann@example.com"
    ),
    "reminded": lambda world: invited(world, sent=BEFORE, state=InvitationState.SENT),
    "to be reminded": lambda world: invited(world, sent=OLD, state=InvitationState.SCHEDULED, due_at=NOON + DAY),
    "claimed": lambda world: invited(world, sent=OLD, state=InvitationState.CLAIMED, claimed_at=BEFORE),
    "pressed": lambda world: invited(world, sent=OLD, state=InvitationState.SENT, attempts=(SubmitAttempt(3, BEFORE),)),
    "clicked": lambda world: invited(world, sent=OLD, state=InvitationState.SENT, clicks=(SubmitAttempt(3, BEFORE),)),
    "somebody works on their case": lambda world: world.raise_on(world.respond(OLD), closed_at=None),
    "their case was closed": lambda world: world.raise_on(world.respond(OLD), closed_at=BEFORE),
}


def invited(world: World, sent: int, **about: Any) -> None:
    mails = (Mail(1, sent, "m"),)
    world.invitations.kept["ann", "i"] = make_invitation(
        id="i", person="ann", decided_at=OLD, sent_at=sent, mails=mails, **about
    )


@pytest.mark.parametrize("how", HEARD_OF)
def test_who_was_heard_of_since_stays(world: World, how: str) -> None:
    HEARD_OF[how](world)
    kept = world.people.kept["ann"]
    assert world.look() == 0
    assert world.people.kept["ann"] == kept


def test_a_claim_that_nobody_heard_of_again_keeps_nobody(world: World) -> None:
    invited(world, sent=OLD, state=InvitationState.CLAIMED, claimed_at=OLD)
    assert world.look() == 1


def test_an_invitation_keeps_what_the_funnel_counts(world: World) -> None:
    invited(world, sent=OLD, state=InvitationState.SENT, attempts=(SubmitAttempt(3, OLD),), recipient_hash="box")
    assert world.look() == 1
    assert world.invitations.kept["ann", "i"].is_anonymous
    assert world.suppressions.suppression_of("box") is None


def test_a_mailbox_that_others_have_stays_and_so_does_what_came_with_it(world: World) -> None:
    world.save("ben", NOON, email="ann@example.com")
    unsigned = world.respond(OLD, person=None, unverified_email="ann@example.com")
    world.people.boxes[world.suppressions.hash_of("ann@example.com")] = Asked(OLD, "i", 1)
    assert world.look() == 1
    assert list(world.people.kept) == ["ben"]
    assert world.people.boxes
    assert world.response(unsigned).statement.comment == "It is me"


def test_a_person_who_responds_at_this_very_moment_stays_and_so_does_the_response(world: World) -> None:
    old, new = world.respond(OLD), list[str]()

    def respond(call: str) -> None:
        if call == "last_response_at" and not new:
            new.append(world.respond(NOON, "now"))
            world.save("ann", NOON)

    world.people.after = lambda _: None
    world.people.before = respond
    world.look()
    world.people.before = lambda _: None
    assert "ann" in world.people.kept
    assert (world.response(new[0]).person, world.response(new[0]).statement.comment) == ("ann", "It is me")
    assert world.ledger.counted() == world.ledger.recount()
    assert world.response(old).person in ("ann", None)


def test_an_erased_person_is_left_as_they_are(world: World) -> None:
    ports: Any = {"people": world.people, "suppressions": world.suppressions, "ledger": world.ledger}
    ports |= no_alerts_on_people()
    erasure = Erasure("ann", subtract=False, now=OLD, correlation="c")
    deps = ErasePersonDeps(hash_key=hash_key, invitations=world.invitations, pause=no_pause, **ports)
    erase(erasure, lambda: True, deps)
    assert world.look() == 0
    assert isinstance(world.people.kept["ann"], ErasedPerson)


def test_a_look_goes_on_where_its_time_was_over(world: World) -> None:
    for number in range(7):
        world.save(f"p{number}", OLD if number % 2 else NOON)
    turns = iter([True, False] * 40)
    assert world.look(lambda: next(turns)) == 4
    assert sorted(world.people.kept) == ["p0", "p2", "p4", "p6"]


def test_a_person_with_many_responses_is_anonymized_over_several_turns(world: World) -> None:
    responses = [world.respond(OLD + number, str(number)) for number in range(9)]
    turns = iter([True, True, False] * 40)
    assert world.look(lambda: next(turns)) == 1
    assert world.people.kept == {}
    assert {world.response(one).person for one in responses} == {None}
    assert world.ledger.counted() == world.ledger.recount()


@pytest.mark.parametrize("call", ["responses", "delete", "get"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_leaves_nobody_half_anonymized(world: World, call: str, moment: str) -> None:
    sent, struck = world.respond(OLD), list[str]()

    def strike(name: str) -> None:
        if name == call and not struck:
            struck.append(name)
            raise BusyError("gone")

    setattr(world.people, moment, strike)
    if moment == "before" or call == "delete":
        with pytest.raises(BusyError):
            world.look()
    world.look()
    assert world.people.kept == {}
    assert world.response(sent).person is None
    assert world.ledger.counted() == world.ledger.recount()


def test_alerts_on_what_is_anonymized_are_withdrawn_and_what_went_out_is_deleted(world: World) -> None:
    old = world.respond(OLD)
    world.raise_on(old)
    world.look()
    assert world.raised.leading_to(old) == []
    assert world.raised.alerts.of_response("demo", old) == []
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 20))
def test_interrupted_among_the_alerts_it_goes_on_when_the_message_comes_again(
    world: World, moment: str, number: int
) -> None:
    old = world.respond(OLD)
    world.raise_on(old)
    left = iter(range(1, 1000))

    def crash(name: str) -> None:
        if name.startswith(moment) and next(left) == number:
            raise CrashError

    world.raised.hook = crash
    with suppress(CrashError):
        world.look()
    world.raised.hook = lambda _: None
    world.look()
    assert world.response(old).kind is StatementKind.ANONYMISED
    assert world.raised.leading_to(old) == []
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, 1)


def test_a_case_of_who_is_deleted_keeps_its_times_and_loses_them_and_their_responses(world: World) -> None:
    for number, closed_at in enumerate((None, OLD + DAY)):
        world.raise_on(world.respond(OLD, f"{number}"), closed_at)
    (case,) = world.raised.cases_with("ann")
    before = world.raised.cases.kept[case]
    assert world.look() == 1
    left = world.raised.cases.kept[case]
    assert (left.person, left.response, world.raised.cases.inside[case]) == (None, None, [])
    assert (left.state, left.opened_at, left.responses) == (before.state, before.opened_at, 2)
    assert world.raised.cases.of_person("demo", "ann").case is None


def test_who_is_heard_of_while_they_are_deleted_keeps_their_cases(world: World) -> None:
    world.raise_on(world.respond(OLD))
    (case,) = world.raised.cases_with("ann")
    changes = iter([lambda: world.save("ann", NOON, name="Anna")])

    def write(call: str) -> None:
        if call == "delete":
            next(changes, lambda: None)()

    world.people.before = write
    assert world.look() == 0
    world.people.before = lambda _: None
    assert (world.people.kept["ann"].name, world.raised.cases.kept[case].person) == ("Anna", "ann")  # type: ignore[union-attr]


@pytest.mark.parametrize("call", ["before anonymize", "after anonymize"])
def test_a_case_loses_who_is_deleted_though_the_first_try_ends_between_the_two(world: World, call: str) -> None:
    world.raise_on(world.respond(OLD))
    (case,) = world.raised.cases_with("ann")
    crashes = iter([call])

    def crash(name: str) -> None:
        if name == call and next(crashes, None):
            raise CrashError

    world.raised.hook = crash
    message = Task(BEFORE, person="ann")
    with pytest.raises(CrashError):
        world.look(task=message)
    assert world.people.kept == {}
    # The message comes again, and the person is in no list any more.
    assert world.look(task=message) == 0
    assert world.raised.cases.kept[case].person is None


def test_a_person_with_cases_is_deleted_over_several_turns(world: World) -> None:
    for number in range(5):
        world.raise_on(world.respond(OLD + number, str(number)))
    turns = iter([True, True, False] * 40)
    assert world.look(lambda: next(turns)) == 1
    assert (world.people.kept, world.raised.cases_with("ann")) == ({}, [])
