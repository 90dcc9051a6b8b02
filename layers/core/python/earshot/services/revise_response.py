"""Correct or erase one response with a key; the counts follow in the same instant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.response import Kind, Response, Statement, merge
from earshot.domain.submission import Submission
from earshot.ports import Change, Ledger, Surveys
from earshot.services.record_responses import Pause, record

ATTEMPTS = 12
HELD = "the response is being changed by someone else; try again"


@dataclass(frozen=True, slots=True)
class Target:
    """The response meant: its survey, its id (or the id as sent), our clock (Unix milliseconds), the correlation."""

    survey: str
    response: str
    now: int
    correlation: str


def correct(target: Target, changes: Mapping[str, Any], *, ledger: Ledger, pause: Pause) -> Response:
    """Change the score or comment of a response; NotFoundError if there is none (any more)."""

    def corrected(old: Response | None) -> Statement:
        if old is None or old.kind is Kind.ERASED:
            raise NotFoundError(f"there is no response {target.response} in the survey {target.survey!r}")
        return _corrected(old, changes, target.now)

    return _rewrite(target, corrected, ledger, pause)


def erase(target: Target, *, surveys: Surveys, ledger: Ledger, pause: Pause) -> None:
    """Leave only a tombstone, also where nothing has arrived yet: what comes later cannot bring it back."""
    if surveys.is_open(target.survey) is None:
        raise NotFoundError(f"there is no survey {target.survey!r}")
    statement = Statement(Kind.ERASED, target.now)
    found = ledger.find(target.survey, target.response)
    if found is not None:
        if found.kind is not Kind.ERASED:
            _rewrite(target, lambda _: statement, ledger, pause)
        return
    said = Submission(target.survey, target.response, statement, target.now, correlation=target.correlation)
    if record([said], surveys=surveys, ledger=ledger, pause=pause):
        raise BusyError(HELD)


def _rewrite(target: Target, said_of: Callable[[Response | None], Statement], ledger: Ledger, pause: Pause) -> Response:
    """Join a statement to the response as it stands, however often it moves meanwhile."""
    for attempt in range(ATTEMPTS):
        old = ledger.find(target.survey, target.response)
        said = said_of(old)
        if old is None:
            break
        new = merge(old, said, target.correlation)
        if new is old or ledger.commit([Change(old, new)]) is None:
            return new
        pause(attempt)
    raise BusyError(HELD)


def _corrected(old: Response, changes: Mapping[str, Any], now: int) -> Statement:
    return Statement(
        kind=Kind.CHANGED_WITH_KEY,
        # A correction made within the same millisecond as the last, or by a slower clock, still comes after it.
        received=max(now, old.received + 1) if old.kind is Kind.CHANGED_WITH_KEY else now,
        score=changes.get("score", old.score),
        comment=changes.get("comment", old.comment),
        properties=old.properties,
        person=old.person,
        channel=old.channel,
    )
