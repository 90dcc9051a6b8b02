"""Erase many responses for good, once the caller has named how many they are."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from earshot.domain.bulk_erasure import BulkErasure
from earshot.domain.errors import ConflictError, UnconfirmedError
from earshot.domain.response import Response
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.bulk_erasures import BulkErasures
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.ports.responses import ResponseQuery, Responses
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.invitations.erase_invitation_responses import erase_response_of
from earshot.services.responses.withdraw_responses import withdraw

PAGE = 200


@dataclass(frozen=True, slots=True)
class Erasure:
    """Which responses to erase: our clock (Unix milliseconds), the correlation, and the id of the key that asks.

    `confirmed` is how many they are, as an earlier count returned.
    """

    survey: str
    query: ResponseQuery
    confirmed: int
    now: int
    correlation: str
    by: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an erasing is: how many were confirmed, how many are done, and how many remain."""

    count: int
    erased: int
    remaining: int


@dataclass(frozen=True, slots=True)
class EraseResponsesDeps:
    """What erasing many responses needs."""

    responses: Responses
    bulk_erasures: BulkErasures
    ledger: Ledger
    people: People
    invitations: Invitations
    alerts: WithdrawAlerts
    pause: Callable[[int], None]


def count(survey: str, query: ResponseQuery, has_time: Callable[[], bool], *, responses: Responses) -> int:
    """Count what a query finds; ConflictError if that takes too long."""
    found = responses.count(survey, query, has_time)
    if found is None:
        raise ConflictError("too many responses to count in one call; name fewer days with from and to")
    return found


def erase_all(erasure: Erasure, has_time: Callable[[], bool], deps: EraseResponsesDeps) -> Progress:
    """Erase what a query finds, as far as `has_time` allows; done again with the same count, it goes on.

    The count is checked before the first response is erased (UnconfirmedError), and what was confirmed is kept before
    it, so that a repeat knows its own work. Where nothing is found nothing is left to do, whatever was confirmed.
    """
    erasings, filters = deps.bulk_erasures, _hash_of(erasure.query)
    erasing = erasings.get(erasure.survey, filters)
    if erasing is None or not erasing.is_of(erasure.confirmed, erasure.now):
        found = count(erasure.survey, erasure.query, has_time, responses=deps.responses)
        if found == 0:
            return Progress(0, 0, 0)
        if found != erasure.confirmed:
            raise UnconfirmedError(found, erasure.confirmed)
        erasing = BulkErasure(erasure.survey, filters, erasure.confirmed, erasure.now)
        erasings.begin(erasing)
    return _walk(erasure, erasing, has_time, deps)


def _walk(erasure: Erasure, erasing: BulkErasure, has_time: Callable[[], bool], deps: EraseResponsesDeps) -> Progress:
    ledger, people, pause = deps.ledger, deps.people, deps.pause

    def statement_of(old: Response) -> Statement | None:
        return (
            None
            if old.kind is StatementKind.ERASED
            else Statement(StatementKind.ERASED, erasure.now, emit_events=old.statement.emit_events, by=erasure.by)
        )

    def clear(response: Response) -> None:
        # First, as the response is not found again by an erasing that is interrupted, and the tombstone names no person
        # any more by whom the invitation could be found.
        deps.alerts.withdraw(response)
        if response.person is not None:
            erase_response_of(response.person, response.id, invitations=deps.invitations, pause=pause)

    is_through = False
    while not is_through and has_time():
        query = replace(erasure.query, limit=PAGE, below=erasing.below)
        page, below = deps.responses.page(erasure.survey, query)
        done, is_done = withdraw(
            page,
            statement_of,
            erasure.correlation,
            has_time,
            ledger=ledger,
            people=people,
            pause=pause,
            first=clear,
            last=deps.alerts.delete,
        )
        erasing = replace(erasing, erased=erasing.erased + done, below=below if is_done else erasing.below)
        is_through = is_done and below is None
        # Another call with the same count may have ended it meanwhile.
        if not is_through and not deps.bulk_erasures.keep_place(erasing):
            is_through = deps.bulk_erasures.get(erasure.survey, erasing.filters) is None
            break
    if not is_through:
        return Progress(erasure.confirmed, erasing.erased, max(erasure.confirmed - erasing.erased, 1))
    deps.bulk_erasures.finish(erasure.survey, erasing.filters)
    return Progress(erasure.confirmed, erasing.erased, 0)


def _hash_of(query: ResponseQuery) -> str:
    """Return a hash of what a query finds, the same for each of its pages."""
    filters = [
        *(query.min_score, query.max_score, query.first_day, query.end_day, query.segment, query.newest, query.oldest),
        *(query.excluded, query.has_comment, query.person, query.import_id),
    ]
    return sha256(json.dumps(filters).encode()).hexdigest()[:32]
