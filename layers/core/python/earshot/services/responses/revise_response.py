"""Correct, exclude, include or erase one response with a key; the counts follow in the same instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.corrections import corrected
from earshot.domain.errors import BusyError, ConflictError, NotFoundError
from earshot.domain.merge import merge
from earshot.domain.names import no_survey, the_survey
from earshot.domain.response import Placement, Response
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.pause import Pause
from earshot.ports.people import People
from earshot.ports.surveys import Surveys
from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
from earshot.services.invitations.erase_invitation_responses import erase_response_of
from earshot.services.responses.record_responses import Writing
from earshot.services.responses.update_response import HELD, update
from earshot.services.surveys.admit_segment_values import admit, look_up


@dataclass(frozen=True, slots=True)
class Target:
    """The response meant: its survey, its id (or the id as sent), our clock (Unix milliseconds), the correlation.

    `by` is the id of the key that asks.
    """

    survey: str
    response: str
    now: int
    correlation: str
    by: str


def correct(
    target: Target, changes: Mapping[str, Any], *, surveys: Surveys, ledger: Ledger, people: People, pause: Pause
) -> Response:
    """Change what a response says, exclude or include it; a repeat that changes nothing writes nothing.

    `changes` holds any of score, comment, properties (all that shall stand), contact_requested and excluded, and the
    reason. The counts follow in the same transaction, those of the segments too. NotFoundError if there is no such
    response (any more), ConflictError if its person was erased.
    """
    placement = _placement(target, changes["properties"], surveys) if "properties" in changes else None

    def statement_of(old: Response) -> Statement | None:
        if old.kind is StatementKind.ANONYMISED:
            raise ConflictError("the person of this response was erased; the response can only be erased, not changed")
        if old.kind is StatementKind.WITHDRAWN:
            raise ConflictError("the import of this response was undone; import its row again")
        statement = _corrected(old, changes, target)
        return None if old.kind is StatementKind.ERASED or _is_repeat(old, statement, changes) else statement

    def join(old: Response, statement: Statement, correlation: str) -> Response:
        return merge(old, statement, correlation, placement)

    found = update(
        target.survey,
        target.response,
        statement_of,
        target.correlation,
        join=join,
        ledger=ledger,
        people=people,
        pause=pause,
    )
    if found is None or found.kind is StatementKind.ERASED:
        raise NotFoundError(f"there is no response {target.response} in {the_survey(target.survey)}")
    return found


def erase(
    target: Target,
    *,
    surveys: Surveys,
    ledger: Ledger,
    people: People,
    invitations: Invitations,
    alerts: WithdrawAlerts,
    pause: Pause,
) -> None:
    """Leave only a tombstone, also where nothing has arrived yet: what comes later cannot bring it back.

    What waits to be sent of the response is withdrawn.
    """
    if surveys.is_open(target.survey) is None:
        raise no_survey(target.survey)
    survey = surveys.get(target.survey)
    emits_events = survey is None or not survey.is_employee
    statement = Statement(StatementKind.ERASED, target.now, by=target.by, emit_events=emits_events)
    found = ledger.find(target.survey, target.response)
    if found is not None:
        if found.kind is not StatementKind.ERASED:
            # First, since the tombstone does not know the person by whom the invitation is found.
            alerts.withdraw(found)
            if found.person is not None:
                erase_response_of(found.person, found.id, invitations=invitations, pause=pause)
            update(
                target.survey,
                target.response,
                lambda _: statement,
                target.correlation,
                ledger=ledger,
                people=people,
                pause=pause,
            )
        # Also of one that was erased before: another call may have been interrupted here.
        alerts.delete(found)
        return
    submission = Submission(target.survey, target.response, statement, target.now, correlation=target.correlation)
    if Writing(surveys, ledger=ledger, people=people, pause=pause).write([submission], {}):
        raise BusyError(HELD)


def _placement(target: Target, properties: Mapping[str, str], surveys: Surveys) -> Placement:
    """Return where corrected properties count; values never seen get a series."""
    survey = surveys.get(target.survey)
    if survey is None:
        return Placement()
    statement = Statement(StatementKind.CHANGED_WITH_KEY, target.now, properties=properties)
    return admit(look_up(survey, [properties], surveys), [statement], surveys).placement(properties)


def _corrected(old: Response, changes: Mapping[str, Any], target: Target) -> Statement:
    # A correction made within the same millisecond as the last, or by a slower clock, still comes after it.
    received = (
        max(target.now, old.statement.received_at + 1) if old.kind is StatementKind.CHANGED_WITH_KEY else target.now
    )
    return corrected(old, changes, received, target.by)


def _is_repeat(old: Response, statement: Statement, changes: Mapping[str, Any]) -> bool:
    """Return whether a correction changes nothing; a first confirmation with a key counts as a change."""
    is_same = _content(old.statement) == _content(statement)
    confirms = old.kind is not StatementKind.CHANGED_WITH_KEY and bool(
        changes.keys() & {"score", "comment", "properties", "contact_requested"}
    )
    return is_same and not confirms


def _content(statement: Statement) -> tuple[object, ...]:
    stated = statement.score, statement.comment, statement.properties, statement.contact_requested
    return *stated, statement.excluded, statement.exclusion_reason
