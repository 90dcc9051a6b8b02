"""Many responses are erased once their count is confirmed, and a repeat goes on where the last call ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.bulk_erasure import KEPT
from earshot.domain.errors import ConflictError, UnconfirmedError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.response import Response
from earshot.domain.statement import Rank, StatementKind
from earshot.ports.responses import ResponseQuery
from earshot.services.responses.erase_responses import EraseResponsesDeps, Erasure, Progress, count, erase_all
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_submission, uuid7
from tests.fakes.bulk_erasures import InMemoryBulkErasures
from tests.fakes.crash import CrashError, crash_at
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.raised_alerts import DELETING, RaisedAlerts
from tests.fakes.recording import RecordingWorld

ALL = ResponseQuery(100)


class World(RecordingWorld):
    """A survey with responses of a person and of nobody, a day each."""

    def __init__(self) -> None:
        super().__init__()
        self.bulk_erasures = InMemoryBulkErasures()
        self.invitations = InMemoryInvitations(self.people)
        self.raised = RaisedAlerts()

    def record(self, many: int, first: int = 0) -> None:
        submissions = [
            make_submission(
                at % 11,
                id=uuid7(NOON - at * DAY, str(at)),
                person="ann" if at % 3 == 0 else None,
                comment="words",
                properties={"plan": "pro"},
                rank=Rank.KEYED,
                responded_at=(date(2026, 11, 21) - timedelta(at)).isoformat(),
            )
            for at in range(first, first + many)
        ]
        assert record(submissions, surveys=self.surveys, **self.ports) == set()
        for submission in submissions:
            response = self.ledger.find("demo", submission.id)
            assert response is not None
            self.raised.raise_on(response)

    def erase(self, confirmed: int, query: ResponseQuery = ALL, turns: int = 10_000, now: int = NOON) -> Progress:
        order = Erasure("demo", query, confirmed, now, "r", "k")
        return erase_all(
            order,
            some_time(turns),
            EraseResponsesDeps(
                responses=self.ledger,
                bulk_erasures=self.bulk_erasures,
                invitations=self.invitations,
                alerts=self.raised.withdraw,
                **self.ports,
            ),
        )

    def stored_responses(self) -> list[Response]:
        items = [item for item in self.ledger.items.values() if isinstance(item, Response)]
        return [item for item in items if item.kind is not StatementKind.ERASED]


def some_time(turns: int) -> Callable[[], bool]:
    left = iter([True] * turns)
    return lambda: next(left, False)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("earshot.services.responses.erase_responses.PAGE", 10)
    return World()


def test_what_fits_is_erased_and_the_counts_follow(world: World) -> None:
    world.record(10)
    query = replace(ALL, first_day="2026-11-19", end_day="2026-11-22")
    assert count("demo", query, lambda: True, responses=world.ledger) == 3
    assert world.erase(3, query) == Progress(3, 3, 0)
    assert len(world.stored_responses()) == 7
    left = {response.id for response in world.stored_responses()}
    assert {subject for _, subject, _ in world.raised.alerts.kept} == left
    deliveries = world.raised.deliveries.kept.values()
    assert {each.subject for each in deliveries if each.subject and not each.is_deletion} == left
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, 3)
    assert world.ledger.counted() == world.ledger.recount()
    gone = [
        item for item in world.ledger.items.values() if isinstance(item, Response) and item.kind is StatementKind.ERASED
    ]
    assert {(r.score, r.statement.comment, r.person, r.history.corrections[-1].by) for r in gone} == {
        (None, None, None, "k")
    }


@pytest.mark.parametrize("confirmed", [0, 9, 11])
def test_another_count_than_confirmed_erases_nothing(world: World, confirmed: int) -> None:
    world.record(10)
    with pytest.raises(UnconfirmedError) as refused:
        world.erase(confirmed)
    assert (refused.value.count, len(world.stored_responses()), world.bulk_erasures.items) == (10, 10, {})


def test_where_nothing_fits_nothing_is_left_to_do(world: World) -> None:
    assert world.erase(7) == Progress(0, 0, 0)


def test_too_many_to_be_counted_are_refused(world: World) -> None:
    world.record(1)
    with pytest.raises(ConflictError, match="fewer days"):
        count("demo", ALL, some_time(0), responses=world.ledger)


@pytest.mark.parametrize("turns", [3, 4, 7])
def test_without_time_a_repeat_of_the_same_call_goes_on_until_nothing_remains(world: World, turns: int) -> None:
    world.record(45)
    left = 46
    while (done := world.erase(45, turns=turns)).remaining:
        assert done.remaining < left
        left = done.remaining
        assert world.ledger.counted() == world.ledger.recount()
    assert left < 45
    assert (done.erased, world.stored_responses(), world.bulk_erasures.items) == (45, [], {})


def test_an_erasing_that_was_confirmed_with_another_count_or_long_ago_is_counted_again(world: World) -> None:
    world.record(30)
    assert world.erase(30, turns=3).remaining
    left = len(world.stored_responses())
    assert 0 < left < 30
    with pytest.raises(UnconfirmedError):
        world.erase(29)
    with pytest.raises(UnconfirmedError):
        world.erase(30, now=NOON + KEPT)
    assert world.erase(left) == Progress(left, left, 0)


def test_a_repeat_after_the_end_reports_that_nothing_is_left(world: World) -> None:
    world.record(3)
    assert world.erase(3).remaining == 0
    assert world.erase(3) == Progress(0, 0, 0)


def test_a_call_that_was_overtaken_by_its_repeat_keeps_no_place(world: World) -> None:
    world.record(30)
    keeping, over = world.bulk_erasures.keep_place, []

    def finish(erasure: Any) -> bool:
        over.append(erasure)
        world.bulk_erasures.items.clear()
        return keeping(erasure)

    world.bulk_erasures.keep_place = finish  # type: ignore[method-assign]
    assert world.erase(30).remaining == 0
    assert len(over) == 1
    assert not world.bulk_erasures.items


def test_the_comment_of_the_submission_is_erased_too(world: World) -> None:
    world.record(2)
    (response,) = (one.id for one in world.stored_responses() if one.person == "ann")
    submitted = Invitation(
        "i",
        "demo",
        "ann",
        NOON,
        NOON,
        InvitationState.SENT,
        "",
        attempts=(SubmitAttempt(9, NOON, comment=Comment.of("words")),),
        response=response,
    )
    world.invitations.kept["ann", "i"] = submitted
    assert world.erase(2).remaining == 0
    assert [attempt.comment for attempt in world.invitations.kept["ann", "i"].attempts] == [None]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_after_any_crashes_and_repeats_counts_equal_a_recount_and_nothing_is_left(data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("earshot.services.responses.erase_responses.PAGE", 10)
        _erase_with_crashes(data)


def _erase_with_crashes(data: st.DataObject) -> None:
    world = World()
    many = data.draw(st.integers(1, 30))
    world.record(many)
    places = data.draw(st.lists(st.integers(0, 40), max_size=5))
    crash_at(world.ledger, places)
    for _ in range(50):
        try:
            if not world.erase(many, turns=data.draw(st.integers(2, 9))).remaining:
                break
        except CrashError:
            pass
        assert world.ledger.counted() == world.ledger.recount()
    assert (world.stored_responses(), world.ledger.counted()) == ([], {})
    deliveries = world.raised.deliveries.kept.values()
    assert [each for each in deliveries if not (each.is_anonymized or each.is_deletion)] == []
    assert {name: len(found) for name, found in world.raised.deletions().items()} == dict.fromkeys(DELETING, many)
