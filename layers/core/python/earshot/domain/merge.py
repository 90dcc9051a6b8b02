"""Merge a statement into a response: the join of all that was stated about it.

`Statement.order` in `statement.py` decides which of two statements wins. Several submissions of one queue batch are
first folded into one, by `Submission.fold` in `submission.py`.
"""

from dataclasses import replace

from earshot.domain.response import Placement, Response, history_after, with_emitted_events
from earshot.domain.statement import Statement, StatementKind


def belongs_to_another(response: Response, person: str | None) -> bool:
    """Return whether a statement of a person is no statement about this response: it has another person."""
    return person is not None and response.person is not None and response.person != person


def merge(
    response: Response, statement: Statement, correlation: str = "", placement: Placement | None = None
) -> Response:
    """Join a statement to a response; return the same object if the statement changes nothing.

    The greater statement stands, and the response counts where `placement` says (None: where it did). The person is
    joined apart from that: also a lesser statement may name the response's person, and no other person takes it over. A
    statement of another person does not belong here, see `belongs_to_another`.
    """
    if statement.order <= response.order:
        return _with_person(response, statement)
    placed = response.placement if placement is None or not statement.kind.has_person else placement
    person = (response.person or statement.person) if statement.kind.has_person else None
    merged = replace(
        response,
        revision=response.revision + 1,
        statement=statement.recorded(person),
        digest=statement.digest,
        correlation=correlation,
        history=history_after(response.history, response.statement, statement),
        series=placed.series,
        candidates=placed.candidates,
    )
    return with_emitted_events(response, merged if follows(response, merged) else replace(merged, superseded_on=None))


def _with_person(response: Response, statement: Statement) -> Response:
    """Add the person to the response, if a losing statement has them."""
    if statement.person is None or response.person is not None or not response.kind.has_person:
        return response
    joined = replace(
        response,
        revision=response.revision + 1,
        statement=replace(response.statement, person=statement.person),
    )
    return with_emitted_events(response, joined)


def follows(old: Response, new: Response) -> bool:
    """Return whether a response still counts for its former person; an anonymized one does."""
    is_same = new.person == old.person or (new.person is None and new.kind is StatementKind.ANONYMISED)
    return old.counts and new.counts and is_same


def leaves(old: Response, new: Response) -> bool:
    """Return whether a response counted for a person and no longer does."""
    return old.counts and old.person is not None and not follows(old, new)
