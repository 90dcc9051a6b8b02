"""Straight repeats: the same response again within a day, whatever comes twice, late or at once."""

from itertools import permutations
from typing import Any

import pytest

from earshot.domain.submission import Submission
from earshot.ports.ledger import Refusal, Verdict
from earshot.services.responses.record_responses import record
from tests.factories import DAY, NOON, make_submission, make_survey, uuid7
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys

SURVEYS = InMemorySurveys(make_survey())
HOUR = 3_600_000


def submission(score: int, ago: int, person: str | None = "ann", comment: str | None = None) -> Submission:
    at = NOON - ago
    return make_submission(score, id=uuid7(at, f"{score}{ago}{person}"), received_at=at, person=person, comment=comment)


class World:
    """A ledger with its people, and responses that are recorded and looked at as the function does."""

    def __init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)

    def take(self, *responses: Submission, **more: Any) -> set[int]:
        ports = {"ledger": self.ledger, "people": self.people, "pause": no_pause}
        return record(responses, surveys=SURVEYS, **more, **ports)  # type: ignore[arg-type]

    def repeats(self, *responses: Submission) -> list[bool]:
        found = [self.ledger.find(reply.survey, reply.id) for reply in responses]
        return [response is not None and response.is_repeat for response in found]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("earlier", "is_repeat"),
    [
        (submission(9, HOUR), True),
        (submission(9, DAY), True),
        (submission(9, DAY + 1), False),
        (submission(8, HOUR), False),
        (submission(9, HOUR, comment="fine"), False),
        (submission(9, HOUR, "ben"), False),
        (submission(9, HOUR, None), False),
    ],
    ids=["an hour", "a day", "more than a day", "another score", "another comment", "another person", "nobody"],
)
def test_a_repeat_reports_the_same_within_a_day(world: World, earlier: Submission, is_repeat: bool) -> None:
    later = submission(9, 0)
    assert world.take(earlier) == world.take(later) == set()
    assert world.repeats(earlier, later) == [False, is_repeat]
    assert +world.ledger.noted == world.ledger.recount_flags()
    assert world.ledger.counted() == world.ledger.recount()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_they_come_in_does_not_matter_nor_that_they_come_together(order: tuple[int, ...]) -> None:
    responses = [submission(9, 5 * HOUR), submission(9, 3 * HOUR), submission(9, HOUR)]
    one_by_one, together = World(), World()
    for place in order:
        one_by_one.take(responses[place])
    together.take(*(responses[place] for place in order))
    for world in (one_by_one, together):
        world.take(*responses)
        assert world.repeats(*responses) == [False, True, True]
        assert +world.ledger.noted == world.ledger.recount_flags()


def test_a_response_in_between_parts_them(world: World) -> None:
    responses = [submission(9, 5 * HOUR), submission(3, 3 * HOUR), submission(9, HOUR)]
    world.take(*responses)
    assert world.repeats(*responses) == [False, False, False]


def test_who_crashed_before_looking_is_made_up_for_by_the_redelivery(world: World) -> None:
    responses = [submission(9, HOUR), submission(9, 0)]

    def crash(call: str) -> None:
        if call == "latest_responses":
            raise CrashError

    world.people.before = crash
    with pytest.raises(CrashError):
        world.take(*responses)
    world.people.before = lambda _: None
    assert world.repeats(*responses) == [False, False]
    world.take(responses[1])
    assert world.repeats(*responses) == [False, True]


def test_a_first_response_costs_one_look_and_no_write(world: World) -> None:
    looks: list[str] = []
    world.people.before = looks.append
    world.take(submission(9, 0))
    assert (looks.count("latest_responses"), len(world.ledger.commits)) == (1, 1)
    assert world.ledger.find("demo", submission(9, 0).id).revision == 1  # type: ignore[union-attr]


def test_a_repeat_is_flagged_in_the_transaction_that_links_the_response_before_it(world: World) -> None:
    world.take(submission(9, HOUR))
    world.take(submission(9, 0))
    assert [len(commit) for commit in world.ledger.commits] == [1, 1, 2]


def test_a_message_that_always_loses_the_race_comes_again(world: World) -> None:
    responses = [submission(9, HOUR), submission(9, 0)]
    world.ledger.before = lambda changes: [Refusal(Verdict.BUSY) for _ in changes] if changes[0].old else None
    assert world.take(*responses) == {0, 1}


def test_neighbours_there_was_no_time_for_come_again(world: World) -> None:
    responses = [submission(9, HOUR), submission(9, 0), submission(8, 0, None)]
    world.take(responses[0])
    assert world.take(*responses, has_time=lambda: False) == {0, 1}
    assert world.repeats(*responses) == [False, False, False]
    assert world.take(*responses) == set()
    assert world.repeats(*responses) == [False, True, False]
