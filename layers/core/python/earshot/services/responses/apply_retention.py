"""Anonymise responses older than their survey keeps them, some pages at a time; the counts stay."""

from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.anonymization import expired
from earshot.domain.eligibility import DAY
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.domain.turn import Turn
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.messaging import TaskQueue
from earshot.ports.pause import Pause
from earshot.ports.people import People
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.surveys import Surveys
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.invitations.erase_invitation_responses import erase_response_of
from earshot.services.responses.withdraw_responses import withdraw

PAGE = 200


@dataclass(frozen=True, slots=True)
class Task:
    """What remains of a run: responses of a survey from before a moment (Unix ms), below an id."""

    survey: str
    before: int
    below: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Write the task as a message."""
        return {"retention": {"survey": self.survey, "before": self.before, "below": self.below}}


@dataclass(frozen=True, slots=True)
class ApplyRetentionDeps:
    """What applying retention needs."""

    responses: Responses
    ledger: Ledger
    people: People
    invitations: Invitations
    alerts: WithdrawAlerts
    queue: TaskQueue
    pause: Pause


def begin(now: int, *, surveys: Surveys, queue: TaskQueue) -> int:
    """Ask for a look at every survey that keeps words for some days alone, archived ones too; return how many."""
    kept = [(survey.id, survey.retention_days) for survey in surveys.list()]
    tasks = [Task(survey, now - days * DAY) for survey, days in kept if days is not None]
    queue.send([task.to_dict() for task in tasks])
    return len(tasks)


def apply(task: Task, now: int, correlation: str, turn: Turn, deps: ApplyRetentionDeps) -> int:
    """Anonymise a survey's responses while there is time, and leave the rest in the queue; return their number.

    A message that comes twice finds nothing left to do. BusyError leaves the page to the next try.
    """
    ledger, people, invitations, pause = deps.ledger, deps.people, deps.invitations, deps.pause

    def statement_of(old: Response) -> Statement | None:
        return expired(old, now) if old.responded_at < task.before else None

    def clear(response: Response) -> None:
        # First, since a message that comes again does not find the response any more, and afterwards the person by whom
        # the invitation is found is not known. A case would still tell who it was.
        deps.alerts.withdraw(response, is_expired=True)
        if response.person is not None:
            erase_response_of(response.person, response.id, invitations=invitations, pause=pause)

    below, done = task.below, 0
    while True:
        page, following = deps.responses.page(task.survey, ResponseQuery(limit=PAGE, below=below))
        count, is_through = withdraw(
            page,
            statement_of,
            correlation,
            turn.has_time,
            ledger=ledger,
            people=people,
            pause=pause,
            first=clear,
            last=deps.alerts.delete,
        )
        done += count
        if is_through and following is None:
            return done
        below = following if is_through else below
        if not turn.has_time():
            deps.queue.send([turn.next(replace(task, below=below).to_dict())])
            return done
