"""Move older responses to the series of segments, or of values, that were not theirs when they came, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.domain.survey import Survey
from earshot.domain.turn import TooManyTurnsError, Turn
from earshot.ports.ledger import Change, InvalidChunkError, Ledger, Verdict
from earshot.ports.messaging import TaskQueue
from earshot.ports.pause import Pause
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.surveys import Surveys
from earshot.services.responses.transaction_chunks import cut
from earshot.services.surveys.admit_segment_values import admit

PAGE = 500
ATTEMPTS = 12
# How often a backfill may begin again because the survey changed meanwhile.
MOST_ROUNDS = 20
# Longer than a recorder may live: one that began before the segment was tracked has then written all it will.
SECOND_LOOK = 40


@dataclass(frozen=True, slots=True)
class Task:
    """What remains of a backfill: its segments, the id to continue below, and whether this is the second pass.

    `revision` is the survey's when it was asked for: if the survey changed since, a segment may be tracked again.
    `rounds` is how often it began.
    """

    survey: str
    segments: tuple[str, ...]
    revision: int = 0
    below: str | None = None
    second: bool = False
    rounds: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Write the task as a message."""
        return {
            "survey": self.survey,
            "segments": list(self.segments),
            "revision": self.revision,
            "below": self.below,
            "second": self.second,
            "rounds": self.rounds,
        }


def backfill(
    task: Task, turn: Turn, *, surveys: Surveys, responses: Responses, ledger: Ledger, queue: TaskQueue, pause: Pause
) -> str:
    """Do a backfill page by page while there is time, and leave the rest in the queue; return what comes next.

    Everything is looked at twice: the second look comes when no recorder can be alive that did not know the segments,
    or what became of their values.
    """
    settings = surveys.get(task.survey)
    survey = surveys.with_values(settings) if settings else None
    segments = tuple(name for name in task.segments if survey and name in survey.segments)
    if survey is None or not segments:
        return "nothing"
    below = task.below
    while turn.has_time():
        page, below = responses.page(survey.id, ResponseQuery(limit=PAGE, below=below))
        survey = _count(page, survey, segments, surveys, ledger, pause)
        if below is None:
            return _finish(replace(task, below=None, segments=segments), turn, survey, surveys, queue)
    queue.send([turn.next(replace(task, below=below, segments=segments).to_dict())])
    return "more"


def _finish(task: Task, turn: Turn, survey: Survey, surveys: Surveys, queue: TaskQueue) -> str:
    if not task.second:
        queue.send([turn.next(replace(task, second=True).to_dict())], delay=SECOND_LOOK)
        return "second-look"
    if surveys.complete(task.survey, task.segments, task.revision):
        return "complete"
    if task.rounds >= MOST_ROUNDS:
        raise TooManyTurnsError(f"the survey changed during each of {task.rounds} rounds")
    again = replace(task, second=False, revision=survey.revision, rounds=task.rounds + 1)
    queue.send([turn.next(again.to_dict())])
    return "again"


def _count(
    page: Sequence[Response],
    survey: Survey,
    segments: tuple[str, ...],
    surveys: Surveys,
    ledger: Ledger,
    pause: Pause,
) -> Survey:
    """Move the responses of a page to their series; return the survey with the values seen."""
    survey = admit(survey, [_statement_about(response, segments) for response in page], surveys)
    planned = (misplaced(response, survey, segments) for response in page)
    changes = [change for change in planned if change is not None]
    for chunk in cut(changes, lambda change: change):
        _write(chunk, survey, segments, ledger, pause)
    return survey


def misplaced(response: Response, survey: Survey, segments: tuple[str, ...]) -> Change | None:
    """Plan to move a response to where it belongs for some segments; None if it is there, or is erased.

    An excluded one is moved too: it counts there once it is included again.
    """
    placement = survey.moved(response, segments)
    if placement == response.placement or response.score is None:
        return None
    return Change(response, replace(response.placed(placement), revision=response.revision + 1))


def _statement_about(response: Response, segments: tuple[str, ...]) -> Statement:
    """Return what a response says of some segments, and how well its sender was known."""
    properties = {name: value for name, value in response.statement.properties.items() if name in segments}
    return Statement(response.kind, response.statement.received_at, properties=properties, rank=response.statement.rank)


def _write(chunk: list[Change], survey: Survey, segments: tuple[str, ...], ledger: Ledger, pause: Pause) -> None:
    """Write a chunk, planning again whatever changed meanwhile; BusyError leaves the page to the next try."""
    for attempt in range(ATTEMPTS):
        try:
            refusals = ledger.commit(chunk)
        except InvalidChunkError as exc:
            raise BusyError("a page of the backfill could not be written") from exc
        if refusals is None:
            return
        fresh = [
            misplaced(refusal.found, survey, segments) if isinstance(refusal.found, Response) else change
            for change, refusal in zip(chunk, refusals, strict=True)
        ]
        chunk = [change for change in fresh if change is not None]
        if not chunk:
            return
        if any(refusal.verdict is Verdict.BUSY for refusal in refusals):
            pause(attempt)
    raise BusyError("the responses of this page are being changed by another request")
