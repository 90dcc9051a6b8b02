"""Reconcile with the account's suppression list, once a day: an event of SES may, rarely, never arrive."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earshot.domain.turn import TooManyTurnsError, Turn
from earshot.ports.suppression_list import Reconciliations, SuppressedDestinations
from earshot.ports.suppressions import Suppressions

if TYPE_CHECKING:  # the module loads surveys and their rules, which are not needed here
    from earshot.ports.messaging import TaskQueue

# What the last round may have missed because it was only just being listed (milliseconds).
OVERLAP = 86_400_000


@dataclass(frozen=True, slots=True)
class ReconcileSuppressionsDeps:
    """What reconciling needs: `queue` leads back here; `now` in Unix milliseconds."""

    destinations: SuppressedDestinations
    suppressions: Suppressions
    reconciliations: Reconciliations
    queue: "TaskQueue"
    now: int


def reconcile(task: Mapping[str, Any], turn: Turn, deps: ReconcileSuppressionsDeps) -> int:
    """Suppress the addresses of the list page by page while there is time; return how many there were.

    The rest is left to the next turn. A task without `began` begins a round. A round counts once its last page is
    done: one that breaks off is made again from where the last whole one began, and what is done twice is done once.
    """
    began = int(task.get("began", deps.now))
    since = _since(deps) if "began" not in task else task["since"]
    token, number = task.get("token"), 0
    while turn.has_time():
        entries, more = deps.destinations.page(since, token)
        for entry in entries:
            deps.suppressions.add(entry.address, entry.reason, entry.time)
        number += len(entries)
        if more is None:
            deps.reconciliations.note(began)
            return number
        if more == token:
            raise TooManyTurnsError("the list has the same page again")
        token = more
    deps.queue.send([turn.next({"reconcile": {"began": began, "since": since, "token": token}})])
    return number


def _since(deps: ReconcileSuppressionsDeps) -> int | None:
    last = deps.reconciliations.last()
    return None if last is None else last - OVERLAP
