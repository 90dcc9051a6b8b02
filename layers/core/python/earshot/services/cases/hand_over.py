"""Hand the open cases of a member who was removed to those who stand in for them, each in a message of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.case_facts import EARSHOT, CaseChange, FactKind, changed
from earshot.domain.case_owners import handed_over
from earshot.domain.cases import Case
from earshot.domain.errors import BusyError
from earshot.ports.cases import Cases
from earshot.ports.messaging import DeliveryQueue
from earshot.services.cases.case_calendar import calendar_of
from earshot.services.cases.change_case import ChangeCaseDeps

ATTEMPTS, PAGE = 6, 100


@dataclass(frozen=True, slots=True)
class HandOverTask:
    """Whose cases are to be handed over, and behind which row the next page begins."""

    member: str
    after: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the task as it travels."""
        return {"hand_over": self.member, **({"after": self.after} if self.after else {})}

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> "HandOverTask":
        """Read a task; KeyError or TypeError if it is none."""
        member, after = message["hand_over"], message.get("after", "")
        if not isinstance(member, str) or not isinstance(after, str):
            raise TypeError("the task names no member")
        return cls(member, after)


def plan_hand_over(task: HandOverTask, cases: Cases, queue: DeliveryQueue) -> tuple[int, HandOverTask | None]:
    """Queue a page of a member's cases; return how many, and the task of the next page (None: this was the last)."""
    rows, more = cases.rows_of(task.member, PAGE, task.after)
    queue.send([({"case_hand_over": row.id, "member": task.member}, 0) for row in rows])
    return len(rows), None if more is None else HandOverTask(task.member, more)


def hand_over(case_id: str, member: str, deps: ChangeCaseDeps) -> Case | None:
    """Hand a case of a member who was removed to who stands in for them, or to nobody; return it as it is then.

    None if there is nothing to do: it is closed, another one owns it, or the member was added again. Raises BusyError
    if others write the case all the while.
    """
    for attempt in range(ATTEMPTS):
        case = deps.cases.get(case_id)
        if case is None or case.state.is_closed or case.owner != member:
            return None
        members, now = deps.members.all(), deps.clock()
        handed = handed_over(member, members, now)
        if handed is None:
            return None
        owner, owned_by = handed
        change = CaseChange(FactKind.HANDED_OVER, owner=owner, owned_by=owned_by)
        calendar = calendar_of(case, deps.calendars)
        new, fact = changed(case, change, now, EARSHOT, calendar)
        if deps.cases.change(case, new, fact):
            return new
        deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")
