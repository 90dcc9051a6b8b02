"""The account's suppression list, read page by page: nothing is missed, whatever comes twice or breaks off."""

from typing import Any

import pytest

from earshot.domain.turn import TooManyTurnsError, Turn
from earshot.ports.suppression_list import SuppressedDestination
from earshot.services.people.reconcile_suppressions import OVERLAP, ReconcileSuppressionsDeps, reconcile
from tests.factories import DAY, NOON
from tests.fakes.crash import CrashError
from tests.fakes.feedback import InMemoryReconciliations, InMemorySuppressedDestinations
from tests.fakes.people import InMemorySuppressions
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.turns import TimedTurns, one_step

LIST = tuple(
    SuppressedDestination(f"person-{n}@example.com", "complained" if n % 3 else "bounced", NOON - n * DAY)
    for n in range(7)
)


class World:
    """A list of seven, two a page."""

    def __init__(self) -> None:
        self.listed = InMemorySuppressedDestinations(*LIST)
        self.suppressions = InMemorySuppressions()
        self.rounds = InMemoryReconciliations()
        self.queue = InMemoryQueue()
        self.now = NOON

    def reconcile(self, *tasks: dict[str, object]) -> int:
        deps = ReconcileSuppressionsDeps(self.listed, self.suppressions, self.rounds, self.queue, self.now)
        return sum(reconcile(task, one_step(), deps) for task in tasks)

    def pages(self) -> list[dict[str, object]]:
        return [task["reconcile"] for task in self.queue.take()]

    def whole_round(self) -> int:
        done = self.reconcile({})
        while pages := self.pages():
            done += self.reconcile(*pages)
        return done


def test_a_round_suppresses_everybody_on_the_list_a_page_a_task() -> None:
    world = World()
    assert world.whole_round() == 7
    kept = {address: (one.reason, one.time) for address, one in world.suppressions.kept.items()}
    assert kept == {entry.address: (entry.reason, entry.time) for entry in LIST}
    assert [token for _, token in world.listed.asked] == [None, "2", "4", "6"]
    assert world.rounds.began == NOON


def test_the_next_round_looks_at_what_is_new_and_a_day_more() -> None:
    world = World()
    world.whole_round()
    world.now = NOON + DAY
    world.listed.asked.clear()
    world.listed.entries.append(SuppressedDestination("late@example.com", "bounced", NOON - 1))
    assert world.whole_round() == 3
    assert {since for since, _ in world.listed.asked} == {NOON - OVERLAP}
    assert world.suppressions.is_suppressed("late@example.com") == "bounced"
    assert world.rounds.began == NOON + DAY


def test_a_round_that_breaks_off_is_made_again_from_where_the_last_whole_one_began() -> None:
    world = World()
    world.reconcile({})
    world.pages()
    assert world.rounds.began is None
    world.now = NOON + DAY
    assert world.whole_round() == 7
    assert {since for since, _ in world.listed.asked} == {None}


def test_pages_that_come_twice_change_nothing() -> None:
    world = World()
    world.reconcile({}, {})
    while pages := world.pages():
        world.reconcile(*pages)
    assert len(world.listed.asked) == 8
    assert len(world.suppressions.kept) == 7
    assert world.rounds.began == NOON


def test_an_older_round_that_ends_late_sets_nothing_back() -> None:
    world = World()
    world.rounds.began = NOON + DAY
    world.reconcile({"began": NOON, "since": None, "token": "6"})
    assert world.rounds.began == NOON + DAY


def test_an_empty_list_is_a_whole_round() -> None:
    world = World()
    world.listed.entries.clear()
    assert world.whole_round() == 0
    assert world.rounds.began == NOON


def test_a_crash_between_two_suppressions_loses_none() -> None:
    world = World()
    number = iter(range(100))

    def crash(_: str) -> None:
        if next(number) == 1:
            raise CrashError

    world.suppressions.before = crash
    with pytest.raises(CrashError):
        world.reconcile({})
    assert world.queue.sent == []
    assert world.whole_round() == 7
    assert len(world.suppressions.kept) == 7


@pytest.mark.parametrize("task", [{"began": "now"}, {"began": NOON}, {"began": None}])
def test_a_task_that_is_none_is_refused(task: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        World().reconcile(task)


class SlowList(InMemorySuppressedDestinations):
    """A list of which each page takes a while."""

    def __init__(self, times: TimedTurns, *entries: SuppressedDestination) -> None:
        super().__init__(*entries)
        self._times = times

    def page(self, since: int | None, token: str | None) -> tuple[list[SuppressedDestination], str | None]:
        self._times.now += 0.1
        return super().page(since, token)


def test_five_thousand_addresses_are_reconciled_to_their_end() -> None:
    world, times = World(), TimedTurns(seconds=10)
    world.listed = SlowList(times, *(SuppressedDestination(f"p{n}@example.com", "bounced", n) for n in range(5_000)))
    deps = ReconcileSuppressionsDeps(world.listed, world.suppressions, world.rounds, world.queue, NOON)
    tasks: list[dict[str, Any]] = [{"reconcile": {}}]
    while tasks:
        reconcile(tasks[0]["reconcile"], times.turn(tasks[0]), deps)
        tasks = world.queue.take()
    assert len(world.suppressions.kept) == 5_000
    assert world.rounds.began == NOON
    assert times.taken == 25


def test_a_list_that_has_the_same_page_again_is_not_read_for_ever() -> None:
    world = World()
    world.listed.page = lambda *_: ([], "2")  # type: ignore[method-assign]
    deps = ReconcileSuppressionsDeps(world.listed, world.suppressions, world.rounds, world.queue, NOON)
    with pytest.raises(TooManyTurnsError):
        reconcile({}, Turn(), deps)
    assert (world.queue.take(), world.rounds.began) == ([], None)
