"""Waits until everything that was accepted is recorded, counted and published."""

import time
from collections.abc import Callable

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import backlog

DRAIN_SECONDS = 20
# Between two arrows of the pipeline a message is nowhere for a moment, so once is not enough.
QUIET_LOOKS = 3
LOOK_SECONDS = 0.1


def drain(endpoint: Endpoint, hurry: Callable[[], bool] = lambda: False) -> int:
    """Wait, at most DRAIN_SECONDS, until nothing moves; return how many table changes are left unpublished.

    Messages may stay behind, they are part of the saved state; changes of the table are not.
    """
    deadline = time.monotonic() + DRAIN_SECONDS
    quiet, left = 0, 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline and not hurry():
        seen = backlog(endpoint)
        if seen is None:
            return left
        left = seen["records"]
        quiet = 0 if left or seen["messages"] or seen["batches"] else quiet + 1
        time.sleep(LOOK_SECONDS)
    return left
