"""Linking many people at once: few calls, each person bounded, and those there is no time for come again."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from earshot.domain.errors import BusyError
from earshot.domain.response import Key, Response
from earshot.domain.submission import Submission
from earshot.ports.ledger import Change, Refusal, Verdict
from earshot.services.responses.record_responses import record
from earshot.services.supersession.reconcile_people import LATEST, TOGETHER
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys

SURVEYS = InMemorySurveys(make_survey())


class World:
    """A ledger with its people that counts what it is asked."""

    def __init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.asked: list[str] = []
        self.people.before = self.asked.append
        self.read: list[int] = []
        find_many = self.ledger.find_many

        def counted(wanted: Iterable[Key], *, surely: bool = True) -> Mapping[Key, Response]:
            keys = list(wanted)
            self.read += [len(keys)] if keys else []
            return find_many(keys, surely=surely)

        self.ledger.find_many = counted  # type: ignore[method-assign]

    def take(self, *submissions: Submission, has_time: Callable[[], bool] = lambda: True) -> set[int]:
        self.asked.clear()
        self.read.clear()
        self.ledger.commits.clear()
        ports: dict[str, Any] = {"ledger": self.ledger, "people": self.people, "pause": no_pause}
        return record(submissions, surveys=SURVEYS, has_time=has_time, **ports)

    def links(self, *submissions: Submission) -> list[str | None]:
        found = [self.ledger.find(response.survey, response.id) for response in submissions]
        assert self.ledger.counted() == self.ledger.recount()
        return [response.superseded_on for response in found if response is not None]


def submissions_of(day: int, *people: str, score: int = 5, step: int = 0) -> list[Submission]:
    time = NOON - day * DAY
    return [
        make_submission(
            score,
            id=uuid7(time + at * step, f"{person}{at}"),
            received_at=time + at * step,
            first_received=time + at * step,
            person=person,
        )
        for at, person in enumerate(people)
    ]


@pytest.fixture
def world() -> World:
    return World()


def test_a_thousand_returning_people_cost_one_look_each_and_little_more(world: World) -> None:
    people = [f"p{number}" for number in range(1000)]
    first, again = submissions_of(3, *people), submissions_of(1, *people, score=9)
    assert world.take(*first) == set()
    assert world.asked.count("latest_responses") == 1000
    assert world.read == []
    assert world.take(*again) == set()
    assert world.links(*first) == ["2026-11-20"] * 1000
    looks = {"latest_responses", "responses_before", "responses_after"}
    assert [call for call in world.asked if call in looks] == ["latest_responses"] * 1000
    assert sum(-(-keys // 100) for keys in world.read) == 3 * 1000 / TOGETHER
    links = [commit for commit in world.ledger.commits if commit[0].old]
    assert len(links) == 2 * 1000 / TOGETHER


def test_what_is_linked_is_looked_at_again_without_a_write(world: World) -> None:
    people = [f"p{number}" for number in range(50)]
    world.take(*submissions_of(3, *people))
    again = submissions_of(1, *people)
    assert world.take(*again) == world.take(*again) == set()
    assert not [commit for commit in world.ledger.commits if commit[0].old]
    assert world.asked.count("latest_responses") == 50


def test_the_newest_response_of_a_kiosk_costs_no_more_than_anybodys(world: World) -> None:
    kiosk = submissions_of(3, *["kiosk"] * 400, step=1000)
    world.take(*kiosk)
    (newest,) = submissions_of(1, "kiosk")
    assert world.take(newest) == set()
    assert world.asked.count("latest_responses") == 1
    assert sum(world.read) <= 4
    assert world.links(*kiosk, newest) == ["2026-11-18"] * 399 + ["2026-11-20", None]


def test_a_response_far_back_among_a_kiosks_reads_only_its_neighbours(world: World) -> None:
    kiosk = submissions_of(3, *["kiosk"] * 400, step=100_000)
    world.take(*kiosk)
    late = make_submission(
        1, id=uuid7(NOON - 3 * DAY + 50_000, "late"), person="kiosk", received_at=NOON - 3 * DAY + 50_000
    )
    (early,) = submissions_of(9, "kiosk")
    assert world.take(late, early) == set()
    looks = ("latest_responses", "responses_before", "responses_after")
    assert [world.asked.count(look) for look in looks] == [1, 2, 2]
    assert sum(world.read) <= 2 * LATEST
    assert world.links(early, kiosk[0], late) == ["2026-11-18"] * 3


def test_a_kiosks_whole_batch_is_one_look(world: World) -> None:
    kiosk = submissions_of(3, *["kiosk"] * 90, step=DAY // 60)
    assert world.take(*kiosk) == set()
    assert world.asked.count("latest_responses") == 1
    assert set(world.links(*kiosk)) == {"2026-11-18", "2026-11-19", None}


def test_a_response_with_a_wrong_clock_is_linked_by_the_id_it_got(world: World) -> None:
    (first,) = submissions_of(3, "ann")
    world.take(first)
    odd = make_submission(4, id="123e4567-e89b-42d3-a456-426614174000", person="ann", received_at=NOON)
    assert world.take(odd) == set()
    assert world.links(first, odd) == ["2026-11-21", None]


def test_those_there_is_no_time_for_come_again_and_those_before_them_do_not(world: World) -> None:
    people = [f"p{number}" for number in range(10)]
    world.take(*submissions_of(3, *people))
    again, left = submissions_of(1, *people), iter([True] * 6 + [False] * 4)
    assert world.take(*again, has_time=lambda: next(left)) == {6, 7, 8, 9}
    assert world.take(*again) == set()


def test_one_that_was_changed_meanwhile_keeps_no_other_from_being_linked(world: World) -> None:
    people = ["ann", "bob", "cyd"]
    first, again = submissions_of(3, *people), submissions_of(1, *people)
    world.take(*first)

    def meanwhile(changes: list[Change]) -> list[Refusal] | None:
        """Return once that bob's response is no longer what it was."""
        if not changes[0].old or len(changes) < len(people):
            return None
        found = [world.ledger.find("demo", change.new.id) for change in changes]
        return [
            Refusal(Verdict.STALE, response) if response and response.person == "bob" else Refusal(Verdict.UNHARMED)
            for response in found
        ]

    world.ledger.before = meanwhile  # type: ignore[assignment]
    assert world.take(*again) == set()
    assert world.links(*first) == ["2026-11-20"] * 3


def test_a_table_that_is_away_leaves_the_links_for_later_and_the_responses_written(world: World) -> None:
    first, again = submissions_of(3, "ann"), submissions_of(1, "ann")
    world.take(*first)

    def away() -> None:
        raise BusyError("the table is busy")

    world.ledger.reading = away
    assert world.take(*again) == {0}
    world.ledger.reading = lambda: None
    assert world.links(*first, *again) == [None, None]
    assert world.take(*again) == set()
    assert world.links(*first) == ["2026-11-20"]
