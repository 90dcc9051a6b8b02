"""Accept answers: into the queue they go, if their survey takes any."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from earshot.domain.errors import ConflictError, NotFoundError
from earshot.domain.response import Kind
from earshot.domain.submission import Submission

if TYPE_CHECKING:  # the door starts faster without what it only names
    from earshot.ports import Door, SubmissionQueue

PARTIAL_WAIT = 600


def check_open(survey_id: str, *, door: "Door") -> None:
    """Refuse answers to a survey that is not there (NotFoundError) or is closed (ConflictError)."""
    is_open = door.is_open(survey_id)
    if is_open is None:
        raise NotFoundError(f"there is no survey {survey_id!r}")
    if not is_open:
        raise ConflictError(f"the survey {survey_id!r} is closed and takes no more answers")


def accept(submissions: Sequence[Submission], *, queue: "SubmissionQueue") -> None:
    """Queue submissions for the recorder.

    Partial ones wait ten minutes, so that the complete answer comes first and no false detractor is announced.
    """
    partial = [said for said in submissions if said.statement.kind is Kind.PARTIAL]
    final = [said for said in submissions if said.statement.kind is not Kind.PARTIAL]
    queue.send(final)
    queue.send(partial, delay=PARTIAL_WAIT)
