"""Follow a calendar that was changed: have the open cases looked at whose time is counted in its hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.cases import OpenCaseFilter
from earshot.domain.turn import Turn
from earshot.ports.cases import Cases
from earshot.ports.messaging import DeliveryQueue, TaskQueue

# How many open cases a step looks at.
PAGE = 200


@dataclass(frozen=True, slots=True)
class FollowCalendarsDeps:
    """What following calendars needs: `queue` leads to the steps of a case, `plans` to the next turn."""

    cases: Cases
    queue: DeliveryQueue
    plans: TaskQueue


def follow_calendar(task: Mapping[str, Any], turn: Turn, deps: FollowCalendarsDeps) -> int:
    """Queue the open cases of a calendar page by page while there is time; return how many were queued.

    The rest is left to the next turn. Taking the steps of a case moves what is due of it; twice it moves once.
    """
    calendar, after, number = str(task["calendar_changed"]), str(task.get("after", "")), 0
    while turn.has_time():
        page, more = deps.cases.listed(OpenCaseFilter(), PAGE, after)
        found = [each.id for each in page if each.calendar == calendar]
        deps.queue.send([({"case_steps": case}, 0) for case in found])
        number += len(found)
        if more is None:
            return number
        after = more
    deps.plans.send([turn.next({"calendar_changed": calendar, "after": after})])
    return number
