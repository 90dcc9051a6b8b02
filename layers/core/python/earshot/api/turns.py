"""Messages that functions leave in their own queues: how long a turn lasts, and where one ends that is too many."""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.domain.turn import TooManyTurnsError, Turn, without_turns
from earshot.observability import logger

# What a turn keeps of its function's time, for the step that is under way and what comes after it (milliseconds).
RESERVE = 10_000


def take_turn(
    task: Mapping[str, Any], context: Any, work: Callable[[Turn], None], park: Callable[[Mapping[str, Any]], None]
) -> None:
    """Do one turn of what a message asks for; park the message if work of its size cannot need so many.

    A parked message is a dead letter: a redrive goes on where the work stopped, and counts its turns from one.
    """
    try:
        work(Turn.of(task, lambda: bool(context.get_remaining_time_in_millis() > RESERVE)))
    except TooManyTurnsError as exc:
        park(without_turns(task))
        logger.error("parked", reason=str(exc))
