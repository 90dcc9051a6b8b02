"""Give older responses the series of a segment tracked since, page by page, while new answers keep coming."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot.ports import (
    Change,
    InvalidChunkError,
    Ledger,
    ResponseQuery,
    Responses,
    Surveys,
    TaskQueue,
    Verdict,
)
from earshot.services.chunks import cut
from earshot.services.record_responses import Pause

PAGE = 500
PAGES_A_TURN = 20
ATTEMPTS = 12
# Longer than a recorder may live: one that began before the segment was tracked has then written all it will.
SECOND_LOOK = 40


@dataclass(frozen=True, slots=True)
class Task:
    """What is left of a backfill: which segments, below which id, and whether this is the second look.

    `revision` is the survey's when it was asked for: if the survey changed since, a segment may have been tracked anew.
    """

    survey: str
    segments: tuple[str, ...]
    revision: int = 0
    below: str | None = None
    second: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Write the task as a message."""
        return asdict(self) | {"segments": list(self.segments)}


def backfill(
    task: Task, *, surveys: Surveys, responses: Responses, ledger: Ledger, queue: TaskQueue, pause: Pause
) -> str:
    """Do some pages of a backfill and leave the rest in the queue; give what comes next, in a word.

    Everything is looked at twice: the second look comes when no recorder can be alive that did not know the segments.
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
    return "anew"


def _count(
    page: Sequence[Response],
    survey: Survey,
    segments: tuple[str, ...],
    surveys: Surveys,
    ledger: Ledger,
    pause: Pause,
) -> Survey:
    """Write the missing series of a page of responses; give the survey with the values seen."""
    changes = []
    for response in page:
        survey = _with_values(survey, response, segments, surveys)
        if change := missing(response, survey, segments):
            changes.append(change)
    for chunk in cut(changes, lambda change: change):
        _write(chunk, survey, segments, ledger, pause)
    return survey


def missing(response: Response, survey: Survey, segments: tuple[str, ...]) -> Change | None:
    """Plan the series a response lacks for some segments; None if it lacks none or is erased.

    An excluded one gets them too: it counts in them once it is included again.
    """
    has = {series.split("=", 1)[0] for series in response.series}
    wanted = tuple(name for name in segments if name not in has)
    added = survey.series_of(response.properties, wanted)
    if not added or response.score is None:
        return None
    return Change(response, replace(response, series=(*response.series, *added), revision=response.revision + 1))


def _with_values(survey: Survey, response: Response, segments: tuple[str, ...], surveys: Surveys) -> Survey:
    for name in segments:
        value = response.properties.get(name)
        if value and not survey.knows(name, value) and not survey.is_full(name):
            survey = survey.with_value(name, value) if surveys.add_value(survey.id, name, value) else survey
    return survey


def _write(chunk: list[Change], survey: Survey, segments: tuple[str, ...], ledger: Ledger, pause: Pause) -> None:
    """Write a chunk, planning anew whatever moved meanwhile; BusyError leaves the page to the next try."""
    for attempt in range(ATTEMPTS):
        try:
            refusals = ledger.commit(chunk)
        except InvalidChunkError as exc:
            raise BusyError("a page of the backfill could not be written") from exc
        if refusals is None:
            return
        fresh = [
            missing(refusal.found, survey, segments) if isinstance(refusal.found, Response) else change
            for change, refusal in zip(chunk, refusals, strict=True)
        ]
        chunk = [change for change in fresh if change is not None]
        if not chunk:
            return
        if any(refusal.verdict is Verdict.BUSY for refusal in refusals):
            pause(attempt)
    raise BusyError("the responses of this page are being changed by someone else")
