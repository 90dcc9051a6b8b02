"""Join one more statement to a response, retrying while others change it."""

from collections.abc import Callable

from earshot.domain.errors import BusyError
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.people import People
from earshot.ports.responses import Ledger
from earshot.services.supersession.reconcile_one import reconcile_moved, with_links

ATTEMPTS = 12
Join = Callable[[Response, Statement, str], Response]
HELD = "the response is being changed by another request; try again"


def rewrite(  # noqa: PLR0913 three of them are ports
    survey: str,
    response_id: str,
    said_of: Callable[[Response], Statement | None],
    correlation: str = "",
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    join: Join = merge,
) -> Response | None:
    """Write what `said_of` returns for the response (None: nothing); return the response then, None if there is none.

    The links of the person's neighbouring responses are corrected where it began or ceased to count for them. Raises
    BusyError if other writers change it all the while.
    """
    for attempt in range(ATTEMPTS):
        old = ledger.find(survey, response_id)
        said = said_of(old) if old is not None else None
        if old is None or said is None:
            return old
        new = join(old, said, correlation)
        if new is old:
            return new
        changes = with_links(old, new, ledger=ledger, people=people)
        if ledger.commit(changes) is None:
            reconcile_moved(old, new, ledger=ledger, people=people, pause=pause)
            return changes[0].new
        pause(attempt)
    raise BusyError(HELD)
