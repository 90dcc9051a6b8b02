"""Withdraw or erase many responses, each in one transaction with its counts."""

from collections.abc import Callable, Iterable, Sequence

from earshot.domain.errors import BusyError
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.ports.ledger import Change, InvalidChunkError, Ledger, Refusal, Verdict
from earshot.ports.people import People
from earshot.services.responses.transaction_chunks import cut
from earshot.services.responses.update_response import update

ATTEMPTS = 12

MakeStatement = Callable[[Response], Statement | None]
Changed = Callable[[Response], Change | None]


def nothing(_: Response) -> None:
    """Do nothing before a response is written, or after it."""


def withdraw(  # noqa: PLR0913 three of them are ports
    page: Iterable[Response],
    statement_of: MakeStatement,
    correlation: str,
    has_time: Callable[[], bool],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
    first: Callable[[Response], object] = nothing,
    last: Callable[[Response], object] = nothing,
) -> tuple[int, bool]:
    """Write what `statement_of` returns for each response (None: nothing) while `has_time`; done again, it goes on.

    Return how many were written, and whether none is left. Anonymous ones go together; those of a person one by one,
    as the person's other responses are linked again with each. `first` comes before each that is written, and `last`
    after it, both with the response as it was. BusyError if someone else is writing all the while.
    """
    left = [response for response in page if statement_of(response) is not None]

    def write_own(response: Response) -> None:
        first(response)
        update(response.survey, response.id, statement_of, correlation, ledger=ledger, people=people, pause=pause)
        last(response)

    def changed(response: Response) -> Change | None:
        first(response)
        return _changed(response, statement_of, correlation)

    changes = (changed(response) for response in left if response.person is None)
    done = 0
    for chunk in cut((change for change in changes if change is not None), lambda change: change):
        if not has_time():
            return done, False
        done += _write(chunk, changed, write_own, ledger, pause)
        _each(last, chunk)
    for response in left:
        if response.person is None:
            continue
        if not has_time():
            return done, False
        write_own(response)
        done += 1
    return done, True


def _each(last: Callable[[Response], object], chunk: Iterable[Change]) -> None:
    """Do what comes after a response is written, with each as it was."""
    for change in chunk:
        last(change.old or change.new)


def _changed(response: Response, statement_of: MakeStatement, correlation: str) -> Change | None:
    statement = statement_of(response)
    new = merge(response, statement, correlation) if statement is not None else response
    return None if new is response else Change(response, new)


def _write(
    chunk: Sequence[Change],
    changed: Changed,
    write_own: Callable[[Response], None],
    ledger: Ledger,
    pause: Callable[[int], None],
) -> int:
    written = len(chunk)
    for attempt in range(ATTEMPTS):
        try:
            refusals = ledger.commit(chunk)
        except InvalidChunkError as exc:
            raise BusyError("some of the responses could not be written; try again") from exc
        if refusals is None:
            return written
        again = [_again(*pair, changed, write_own) for pair in zip(chunk, refusals, strict=True)]
        chunk = [change for change in again if change is not None]
        if not chunk:
            return written
        pause(attempt)
    raise BusyError("the responses are being changed by another request; try again")


def _again(change: Change, refusal: Refusal, changed: Changed, write_own: Callable[[Response], None]) -> Change | None:
    found = refusal.found
    if refusal.verdict is not Verdict.STALE or not isinstance(found, Response):
        return change
    if found.person is None:
        return changed(found)
    # It has a person meanwhile: its neighbours are linked again.
    write_own(found)
    return None
