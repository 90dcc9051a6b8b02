"""Plan the sending: queue due mails, shard by shard and page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.invitation import DUE_SHARDS
from earshot.domain.sending_quota import SendingPause, SendingQuota
from earshot.domain.turn import Turn
from earshot.ports.invitations import Invitations
from earshot.ports.messaging import Backlog, TaskQueue

PAGE = 200
# How much one round plans of a shard at most; what is left is planned by the next.
MOST_PAGES = 25
# As long as the sender has this much to do, more would only be the same once more: it is due until it is claimed.
BUSY = 1000
# How many mails of a shard are tried while SES refuses every mail: one shows whether it still does.
PROBES = 1


@dataclass(frozen=True, slots=True)
class PlanRemindersDeps:
    """What planning needs: `mails` leads to the sender, `plans` back here; `now` in Unix milliseconds."""

    invitations: Invitations
    mails: TaskQueue
    plans: TaskQueue
    backlog: Backlog
    now: int


def begin(deps: PlanRemindersDeps, allowance: SendingQuota, pause: SendingPause | None = None) -> int:
    """Ask for the shards in which something is due, unless the sender has enough to do or may do nothing.

    Return how many. What is due stays due: while the account may send nothing, planning it would only turn it round
    and round. While SES refuses every mail (`pause`), a single mail of each shard is tried.
    """
    if allowance.is_spent:
        return 0
    due = [shard for shard in range(DUE_SHARDS) if deps.invitations.due(shard, deps.now, 1)[0]]
    if not due or deps.backlog() >= BUSY:
        return 0
    probing = {"probing": True} if pause is not None else {}
    deps.plans.send([{"shard": shard, **probing} for shard in due])
    return len(due)


def plan(task: Mapping[str, Any], turn: Turn, deps: PlanRemindersDeps) -> int:
    """Queue a shard's due mails page by page while there is time; return how many were queued.

    The rest is left to the next turn. A mail that is queued twice is sent once: the sender claims it.
    """
    shard, after, number = int(task["shard"]), str(task.get("after", "")), 0
    if not 0 <= shard < DUE_SHARDS:
        raise ValueError("there is no such shard")
    is_probing = bool(task.get("probing"))
    while turn.has_time():
        found, more = deps.invitations.due(shard, deps.now, PROBES if is_probing else PAGE, after)
        deps.mails.send([{"person": person, "invitation": invitation} for person, invitation in found])
        number += len(found)
        if more is None or is_probing or turn.steps >= MOST_PAGES:
            return number
        after = more
    deps.plans.send([turn.next({"shard": shard, "after": after})])
    return number
