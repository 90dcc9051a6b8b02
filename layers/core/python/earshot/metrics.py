"""What the functions count: fields of JSON lines on stdout, of which metric filters make metrics; nothing to call."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from earshot.observability import function_name

GATHERING_SECONDS = 10.0


def count(message: str = "", about: Mapping[str, Any] | None = None, /, **metrics: float) -> None:
    """Write the counts of this run as one line; zeros are left out, and without any count there is no line.

    The template makes a metric of each name, so the names must be those of its filters. `about` has what an operator
    needs to follow the work: ids. No level of the log suppresses the line, or alarms would fall silent with it.
    """
    values = {name: +value for name, value in metrics.items() if value}
    if values:
        words = {"message": message, **(about or {})}
        kept = {name: value for name, value in words.items() if value}
        sys.stdout.write(json.dumps({"function": function_name(), **kept, **values}, separators=(",", ":")) + "\n")
        sys.stdout.flush()


class Gathered:
    """Counts a flood of refusals: the first at once, the following ones in a line every ten seconds.

    A line for each would cost more than the refusal itself. The counts of the last ten seconds before a container is
    frozen are written when it runs again, or never.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: Counter[str] = Counter()
        self._written_at = -GATHERING_SECONDS

    def count(self, **metrics: int) -> None:
        """Add to the counts, and write them when the interval has passed."""
        self._waiting.update({name: +value for name, value in metrics.items() if value})
        if self._waiting and self._clock() - self._written_at >= GATHERING_SECONDS:
            self._written_at = self._clock()
            count(**self._waiting)
            self._waiting.clear()
