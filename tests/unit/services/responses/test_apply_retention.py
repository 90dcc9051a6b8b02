"""What is older than its survey keeps it loses person and words; scores, counts and the funnel stay as they are."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.funnel import stages
from earshot.domain.invitation import InvitationState
from earshot.domain.response import RETENTION, Response
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.turn import Turn
from earshot.services.responses.apply_retention import ApplyRetentionDeps, Task, apply, begin
from earshot.services.responses.record_responses import record
from earshot.services.responses.resolve_addresses import resolve
from tests.factories import DAY, NOON, changed, make_invitation, make_person, make_submission, make_survey, uuid7
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.raised_alerts import DELETING, RaisedAlerts
from tests.fakes.surveys import InMemorySurveys

DAYS = 90
OLD = NOON - DAYS * DAY


class World:
    """A survey that keeps words for ninety days, and responses older and younger than that."""

    def __init__(self) -> None:
        self.surveys = InMemorySurveys(make_survey(retention_days=DAYS, segments=("plan",)), make_survey(id="other"))
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.invitations = InMemoryInvitations(self.people)
        self.raised = RaisedAlerts()
        self.queue = InMemoryQueue()
        self.people.kept["ann"] = make_person()

    def record(self, *submissions: Any) -> None:
        sent = resolve(submissions, hash_key=hash_key)
        ports: dict[str, Any] = {"surveys": self.surveys, "ledger": self.ledger, "people": self.people}
        assert record(sent, pause=no_pause, **ports) == set()

    def responded(self, at: int, seed: str, **fields: Any) -> str:
        id_ = uuid7(at, seed)
        given = {
            "comment": "It is me, Ann",
            "person": "ann",
            "properties": {"plan": "pro"},
            "received_at": at,
            "rank": Rank.SIGNED,
        }
        given |= fields
        self.record(make_submission(3, id=id_, **given))
        return id_

    def apply(self, now: int = NOON, has_time: Callable[[], bool] = lambda: True) -> int:
        begin(now, surveys=self.surveys, queue=self.queue)
        done = 0
        while tasks := self.queue.take():
            for task in tasks:
                done += apply(
                    Task(**task["retention"]),
                    now,
                    "c",
                    Turn(has_time=has_time),
                    ApplyRetentionDeps(
                        responses=self.ledger,
                        ledger=self.ledger,
                        people=self.people,
                        invitations=self.invitations,
                        alerts=self.raised.withdraw,
                        queue=self.queue,
                        pause=no_pause,
                    ),
                )
        return done

    def response(self, id_: str) -> Response:
        found = self.ledger.find("demo", id_)
        assert found is not None
        return found


@pytest.fixture
def world() -> World:
    return World()


def test_only_surveys_that_keep_words_for_some_days_alone_are_looked_through(world: World) -> None:
    assert begin(NOON, surveys=world.surveys, queue=world.queue) == 1
    assert world.queue.take() == [{"retention": {"survey": "demo", "before": OLD, "below": None}}]


def test_a_case_does_not_tell_whose_a_response_was_that_lost_its_person(world: World) -> None:
    old, young = world.responded(OLD - 1, "old"), world.responded(OLD, "young")
    for each in (old, young):
        world.raised.raise_on(world.response(each))
    (case,) = world.raised.cases_with("ann")
    world.apply()
    assert [world.raised.cases_with(name) for name in ("ann", old, young)] == [[case], [], [case]]


def test_a_case_whose_last_response_lost_its_person_has_none_either(world: World) -> None:
    old, older = world.responded(OLD - 1, "old"), world.responded(OLD - 2, "older")
    for each in (old, older):
        world.raised.raise_on(world.response(each))
    (case,) = world.raised.cases_with("ann")
    before = world.raised.cases.kept[case]
    world.apply()
    assert [world.raised.cases_with(name) for name in ("ann", old, older)] == [[], [], []]
    left = world.raised.cases.kept[case]
    assert (left.state, left.opened_at, left.score) == (before.state, before.opened_at, before.score)
    assert world.raised.cases.cases_of_person("ann", "demo") == []


def test_what_is_older_loses_person_and_words_and_counts_on(world: World) -> None:
    old, young = world.responded(OLD - 1, "old"), world.responded(OLD, "young")
    counted = world.ledger.counted()
    assert world.apply() == 1
    left, kept = world.response(old), world.response(young)
    assert (left.kind, left.person, left.statement.comment, dict(left.statement.properties)) == (
        StatementKind.ANONYMISED,
        None,
        None,
        {},
    )
    assert (left.score, left.day, left.series) == (3, "2026-08-23", ("plan=pro",))
    assert left.history.corrections[-1].by == RETENTION
    assert (kept.kind, kept.person, kept.statement.comment) == (StatementKind.FINAL, "ann", "It is me, Ann")
    assert world.ledger.counted() == world.ledger.recount() == counted
    assert [each.response for each in world.people.responses("ann", 9)[0]] == [young]
    assert world.apply() == 0
    assert world.apply(NOON + 1) == 1


def test_the_person_stays_and_may_respond_again(world: World) -> None:
    world.responded(OLD - 1, "old")
    world.apply()
    assert world.people.kept["ann"] == make_person()
    again = world.responded(NOON, "again")
    assert world.response(again).person == "ann"


def test_words_that_nobody_signed_go_and_a_bare_score_is_not_written(world: World) -> None:
    label = world.responded(OLD - 1, "label", person=None, unverified_email="ann@example.com")
    reason = world.responded(OLD - 2, "bare", person=None, comment=None, properties={})
    before = world.response(reason)
    assert world.apply() == 1
    left = world.response(label)
    assert (left.statement.unverified_email, left.statement.email_hash, left.statement.comment) == (None, None, None)
    assert world.response(reason) == before


def test_what_another_survey_keeps_for_good_stays(world: World) -> None:
    other = uuid7(OLD - 1, "other")
    world.record(make_submission(3, id=other, survey="other", comment="Kept", received_at=OLD - 1))
    assert world.apply() == 0
    found = world.ledger.find("other", other)
    assert found is not None
    assert found.statement.comment == "Kept"


def test_its_invitation_holds_neither_score_nor_comment_and_the_funnel_counts_the_response(world: World) -> None:
    id_ = world.responded(OLD - 1, "invited")
    asked = make_invitation(
        state=InvitationState.SENT,
        sent_at=OLD - 9,
        response=id_,
        attempts=(SubmitAttempt(3, OLD - 1, comment=Comment.of("Ann")),),
    )
    world.invitations.kept["ann", asked.id] = asked
    world.apply()
    left = world.invitations.kept["ann", asked.id]
    assert [(attempt.score, attempt.comment) for attempt in left.attempts] == [(None, None)]
    assert left.is_dead
    assert {("sent", 1), ("responded", 1)} <= stages(left)


def test_what_was_erased_or_withdrawn_stays_so(world: World) -> None:
    id_ = world.responded(OLD - 1, "old")
    key = next(key for key, row in world.ledger.items.items() if row.id == id_)  # type: ignore[union-attr]
    for kind in (StatementKind.ERASED, StatementKind.ANONYMISED, StatementKind.WITHDRAWN):
        world.ledger.items[key] = changed(world.response(id_), kind=kind)
        assert world.apply() == 0


def test_a_walk_that_has_no_time_left_goes_on_with_the_next_message(world: World) -> None:
    ids = [world.responded(OLD - number - 1, f"old {number}") for number in range(7)]
    turns = {"left": 0}

    def has_time() -> bool:
        turns["left"] += 1
        return turns["left"] % 3 != 0

    assert world.apply(has_time=has_time) == 7
    assert {world.response(id_).kind for id_ in ids} == {StatementKind.ANONYMISED}
    assert world.ledger.counted() == world.ledger.recount()


def test_alerts_on_what_is_anonymized_are_withdrawn_and_what_went_out_is_deleted(world: World) -> None:
    old = world.responded(OLD - 1, "old")
    world.raised.raise_on(world.response(old))
    world.apply()
    assert world.raised.leading_to(old) == []
    assert world.raised.alerts.of_response("demo", old) == []
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 20))
def test_interrupted_among_the_alerts_it_goes_on_when_the_message_comes_again(
    world: World, moment: str, number: int
) -> None:
    old = world.responded(OLD - 1, "old")
    world.raised.raise_on(world.response(old))
    left = iter(range(1, 1000))

    def crash(name: str) -> None:
        if name.startswith(moment) and next(left) == number:
            raise CrashError

    world.raised.hook = crash
    with suppress(CrashError):
        world.apply()
    world.raised.hook = lambda _: None
    world.apply()
    assert world.response(old).kind is StatementKind.ANONYMISED
    assert world.raised.leading_to(old) == []
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, 1)
