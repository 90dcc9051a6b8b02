"""Join one more statement to a response, retrying while others change it."""

from collections.abc import Callable

from earshot.domain.errors import BusyError
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.services.supersession.reconcile_one import reconcile_moved, with_links

ATTEMPTS = 12
Join = Callable[[Response, Statement, str], Response]
HELD = "the response is being changed by another request; try again"


def update(  # noqa: PLR0913 three of them are ports
    survey: str,
    response_id: str,
    statement_of: Callable[[Response], Statement | None],
    correlation: str = "",
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    join: Join = merge,
) -> Response | None:
    """Write what `statement_of` returns for the response (None: nothing); return what stands then, or None.

    The links of the person's neighbouring responses are corrected where it began or ceased to count for them. Raises
    BusyError if other writers change it all the while.
    """
    for attempt in range(ATTEMPTS):
        old = ledger.find(survey, response_id)
        statement = statement_of(old) if old is not None else None
        if old is None or statement is None:
            return old
        new = join(old, statement, correlation)
        if new is old:
            return new
        changes = with_links(old, new, ledger=ledger, people=people)
        if ledger.commit(changes) is None:
            reconcile_moved(old, new, ledger=ledger, people=people, pause=pause)
            return changes[0].new
        pause(attempt)
    raise BusyError(HELD)
