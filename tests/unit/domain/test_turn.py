"""How long a turn lasts, how turns are counted, and when there were too many."""

import pytest

from earshot.domain.turn import FREE_TURNS, STEPS_A_TURN, TooManyTurnsError, Turn, without_turns


def steps_of(turn: Turn) -> int:
    taken = 0
    while taken < 100 and turn.has_time():
        taken += 1
    return taken


def test_a_turn_takes_one_step_at_least_and_others_as_long_as_there_is_time() -> None:
    assert steps_of(Turn(has_time=lambda: False)) == 1
    left = [True, True, False]
    assert steps_of(Turn(has_time=lambda: left.pop(0))) == 3


def test_the_message_of_the_next_turn_says_what_was_done() -> None:
    turn = Turn.of({"survey": "demo"}, lambda: False)
    assert turn.has_time()
    task = turn.next({"survey": "demo"})
    assert task == {"survey": "demo", "turn": 2, "steps": 1}
    second = Turn.of(task, lambda: False)
    assert second.has_time()
    assert second.next({"survey": "demo"}) == {"survey": "demo", "turn": 3, "steps": 2}


def test_work_of_any_size_goes_on_as_long_as_its_turns_do_something() -> None:
    task: dict[str, object] = {}
    for _ in range(2000):
        left = [True] * (STEPS_A_TURN - 1) + [False]
        turn = Turn.of(task, lambda left=left: left.pop(0))  # type: ignore[misc]
        steps_of(turn)
        task = turn.next({})
    assert task["turn"] == 2001


def endless() -> None:
    """Take turns of one step each, for ever."""
    task: dict[str, object] = {}
    while True:
        turn = Turn.of(task, lambda: False)
        steps_of(turn)
        task = turn.next({})


def test_work_that_does_hardly_anything_is_stopped() -> None:
    with pytest.raises(TooManyTurnsError, match=f"turn {2 * FREE_TURNS} after {2 * FREE_TURNS - 1} steps"):
        endless()


def test_a_parked_message_begins_to_count_again_where_it_stopped() -> None:
    assert without_turns({"survey": "demo", "below": "x", "turn": 9, "steps": 3, "rounds": 20}) == {
        "survey": "demo",
        "below": "x",
    }
