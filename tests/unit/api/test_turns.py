"""A message's turn at the edge: its time, and where it goes if there were too many."""

import logging
from typing import Any

import pytest

from earshot.api.turns import RESERVE, take_turn
from earshot.domain.turn import FREE_TURNS, TooManyTurnsError, Turn
from tests.aws_events import LambdaContext
from tests.fakes.queues_and_bus import InMemoryQueue


def nowhere(_: Any) -> None:
    raise AssertionError("nothing is parked")


def test_a_turn_lasts_until_its_function_has_ten_seconds_left() -> None:
    context, seen = LambdaContext(RESERVE + 1), []

    def work(turn: Turn) -> None:
        seen.append((turn.has_time(), turn.has_time()))
        context.left = RESERVE
        seen.append((turn.has_time(), turn.has_time()))

    take_turn({}, context, work, nowhere)
    assert seen == [(True, True), (False, False)]


def test_too_many_turns_end_in_the_dead_letter_queue_with_one_line_and_can_be_redriven(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dead, began = InMemoryQueue(), list[int]()
    task: dict[str, Any] = {"survey": "demo", "below": "x", "turn": FREE_TURNS + 1}
    with caplog.at_level(logging.INFO):
        take_turn(task, LambdaContext(), lambda turn: began.append(turn.number), lambda task: dead.send([task]))
    assert began == []
    (parked,) = dead.take()
    assert parked == {"survey": "demo", "below": "x"}
    ((level, message),) = [(record.levelname, record.message) for record in caplog.records]
    assert (level, message) == ("ERROR", "parked")
    take_turn(parked, LambdaContext(), lambda turn: began.append(turn.number), lambda task: dead.send([task]))
    assert began == [1]


def test_what_the_work_itself_finds_endless_is_parked_too() -> None:
    dead = InMemoryQueue()

    def work(_: Turn) -> None:
        raise TooManyTurnsError

    take_turn({"survey": "demo", "rounds": 20}, LambdaContext(), work, lambda task: dead.send([task]))
    assert dead.take() == [{"survey": "demo"}]


@pytest.mark.parametrize("broken", [{"turn": "x"}, {"turn": None}, {"steps": []}])
def test_a_broken_count_is_an_error_of_the_message(broken: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        take_turn(broken, LambdaContext(), lambda _: None, nowhere)
