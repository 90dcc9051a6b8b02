"""Undo an import: the responses that it first recorded are withdrawn, and their rows can be imported again."""

from collections.abc import Callable
from dataclasses import dataclass

from earshot.domain.errors import NotFoundError
from earshot.domain.imports import Import
from earshot.domain.names import is_name, the_survey
from earshot.domain.response import Response
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.imports import Imports
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.ports.responses import ResponseQuery, Responses
from earshot.services.responses.withdraw_responses import withdraw

PAGE = 200


@dataclass(frozen=True, slots=True)
class Undoing:
    """Which import to undo: our clock (Unix milliseconds), the correlation, and the id of the key that asks."""

    survey: str
    import_id: str
    now: int
    correlation: str
    by: str


def undo(
    undoing: Undoing,
    has_time: Callable[[], bool],
    *,
    imports: Imports,
    responses: Responses,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> Import:
    """Withdraw what an import first recorded, as far as `has_time` allows; done again, it goes on.

    First the import is closed, in the item that each of its transactions checks: so nothing of it is recorded behind
    this walk, whatever still waits in the queue. Whatever an erasure left stays as it is.
    """
    found = imports.begin_undo(undoing.survey, undoing.import_id, undoing.now)
    if found is None:
        raise no_import(undoing.survey, undoing.import_id)

    def statement_of(old: Response) -> Statement | None:
        if old.import_id != undoing.import_id or old.kind >= StatementKind.WITHDRAWN:
            return None
        return Statement(StatementKind.WITHDRAWN, undoing.now, emit_events=old.statement.emit_events, by=undoing.by)

    below = found.below
    while found.finished_at is None:
        page, below = responses.page(undoing.survey, ResponseQuery(PAGE, below=below, import_id=undoing.import_id))
        _, is_done = withdraw(
            page, statement_of, undoing.correlation, has_time, ledger=ledger, people=people, pause=pause
        )
        if not is_done:
            break
        if below is None:
            return imports.finish_undo(undoing.survey, undoing.import_id, undoing.now)
        found = imports.keep_place(undoing.survey, undoing.import_id, below)
        if not has_time():
            break
    return imports.get(undoing.survey, undoing.import_id) or found


def no_import(survey: str, import_id: str) -> NotFoundError:
    """Return the error that a survey has no such import; it repeats the id only if it can be one."""
    return NotFoundError(
        f"{the_survey(survey)} has no import {import_id!r}" if is_name(import_id) else "no such import"
    )
