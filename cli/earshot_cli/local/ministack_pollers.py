"""Polls the streams of tables next to the queues, as AWS does: MiniStack polls one after the other, in one thread.

Loaded by ministack_main.py in the engine's own Python. Where MiniStack polls, a message that is due waits until the
function of a stream has ended; and after a wake that found nothing, all wait for another 50 ms. On AWS each mapping has
pollers of its own and none waits for another. Here all queues share one thread and all streams another; a stream still
hands over one batch after the other. A message wakes the one thread and a write to a table the other: a round over all
mappings takes about as long as a call. And a thread that another one needs the interpreter from gives it up sooner.
"""

import logging
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

from ministack.core import concurrency
from ministack.services import dynamodb, lambda_svc, sqs

# Without a wake, streams are looked at as often as MiniStack looks at everything.
IDLE_SECONDS = 1
# Python's own 5 ms are the time of two calls.
SWITCH_SECONDS = 0.0005

logger = logging.getLogger("lambda")


def poll_streams_apart() -> None:
    """Take the streams out of MiniStack's round and poll them in a thread of their own; no round sleeps after a wake.

    What guards the pollers has to be installed before.
    """
    streams = Streams(lambda_svc._poll_dynamodb_streams)
    lambda_svc._poll_dynamodb_streams = lambda: False
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0
    # All who wake the pollers hold the same event.
    wake_queues = concurrency.esm_wake.set
    concurrency.esm_wake.set = _both(wake_queues, streams.wake)
    sqs.esm_wake, dynamodb.esm_wake = SimpleNamespace(set=wake_queues), SimpleNamespace(set=streams.wake)
    sys.setswitchinterval(SWITCH_SECONDS)
    threading.Thread(target=streams.run, daemon=True, name="earshot-streams").start()


class Streams:
    """The rounds over all streams."""

    def __init__(self, poll: Callable[[], bool]) -> None:
        self._poll = poll
        self._woken = threading.Event()

    def wake(self) -> None:
        """Make a round begin at once, or another one after the round under way."""
        self._woken.set()

    def run(self) -> None:
        """Begin one round after the other for ever; wait where a round found nothing."""
        while True:
            self.round()

    def round(self) -> None:
        """Poll all streams once; wait for the next wake if they had nothing."""
        self._woken.clear()
        try:
            found = self._poll()
        except Exception:
            logger.exception("the streams could not be polled")
            found = False
        if not found:
            self._woken.wait(IDLE_SECONDS)


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    def both() -> None:
        first()
        second()

    return both
