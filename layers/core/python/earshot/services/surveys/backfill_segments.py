"""Move older responses to the series of segments, or of values, that were not theirs when they came, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.domain.survey import Survey
from earshot.ports.ledger import Change, InvalidChunkError, Ledger, Verdict
from earshot.ports.messaging import TaskQueue
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.surveys import Surveys
from earshot.services.responses.record_responses import Pause
from earshot.services.responses.transaction_chunks import cut
from earshot.services.surveys.admit_segment_values import admit

PAGE = 500
PAGES_A_TURN = 20
ATTEMPTS = 12
# Longer than a recorder may live: one that began before the segment was tracked has then written all it will.
SECOND_LOOK = 40


@dataclass(frozen=True, slots=True)
class Task:
    """What remains of a backfill: its segments, the id to continue below, and whether this is the second pass.

    `revision` is the survey's when it was asked for: if the survey changed since, a segment may be tracked again.
    """

    survey: str
    segments: tuple[str, ...]
    revision: int = 0
    below: str | None = None
    second: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Write the task as a message."""
        return {
            "survey": self.survey,
            "segments": list(self.segments),
            "revision": self.revision,
            "below": self.below,
            "second": self.second,
        }


def backfill(
    task: Task, *, surveys: Surveys, responses: Responses, ledger: Ledger, queue: TaskQueue, pause: Pause
) -> str:
    """Do some pages of a backfill and leave the rest in the queue; return what comes next, in a word.

    Everything is looked at twice: the second look comes when no recorder can be alive that did not know the segments,
    or what became of their values.
    """
    settings = surveys.get(task.survey)
    survey = surveys.with_values(settings) if settings else None
    segments = tuple(name for name in task.segments if survey and name in survey.segments)
    if survey is None or not segments:
        return "nothing"
    below = task.below
    for _ in range(PAGES_A_TURN):
        page, below = responses.page(survey.id, ResponseQuery(limit=PAGE, below=below))
        survey = _count(page, survey, segments, surveys, ledger, pause)
        if below is None:
            return _finish(replace(task, below=None, segments=segments), survey, surveys, queue)
    queue.send([replace(task, below=below, segments=segments).to_dict()])
    return "more"


def _finish(task: Task, survey: Survey, surveys: Surveys, queue: TaskQueue) -> str:
    if not task.second:
        queue.send([replace(task, second=True).to_dict()], delay=SECOND_LOOK)
        return "second-look"
    if surveys.complete(task.survey, task.segments, task.revision):
        return "complete"
    queue.send([replace(task, second=False, revision=survey.revision).to_dict()])
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
