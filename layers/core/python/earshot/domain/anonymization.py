"""What remains of responses after their person was erased."""

from dataclasses import replace

from earshot.domain.response import PERSON_ERASED, RETENTION, Response
from earshot.domain.statement import Statement, StatementKind


def anonymized(response: Response, now: int, *, subtract: bool, by: str = PERSON_ERASED) -> Statement:
    """Return the statement that erases a response, or anonymizes it: without words and identity.

    An anonymised response counts as before (score, day and series stay, an excluded one stays out), and nothing but an
    erasure moves it again.
    The hash of the content goes too: otherwise a guess at the person could be tested with it.
    """
    stood = response.statement
    if subtract:
        return Statement(StatementKind.ERASED, now, emit_events=stood.emit_events, by=PERSON_ERASED)
    return Statement(
        kind=StatementKind.ANONYMISED,
        received_at=now,
        score=response.score,
        channel=stood.channel,
        emit_events=stood.emit_events,
        excluded=stood.excluded,
        seconds=stood.seconds,
        cleaned=stood.cleaned,
        by=by,
    )


def expired(response: Response, now: int) -> Statement | None:
    """Return the statement that takes person and words off a response kept too long; None if it has neither."""
    statement = response.statement
    reasons = [statement.exclusion_reason, *(one.reason for one in response.history.corrections)]
    if not response.kind.has_person or not any((statement.person, statement.has_words, *reasons)):
        return None
    return anonymized(response, now, subtract=False, by=RETENTION)


def without_comments(old: Response, new: Response) -> Response:
    """Return the replacement of `old` without the person's words; unchanged if there are none."""
    if not new.kind.has_person or not new.statement.has_words:
        return new
    history = new.history.without_reasons()
    return replace(new, revision=old.revision + 1, statement=new.statement.without_words(), history=history)


def of_an_erased_person(response: Response) -> bool:
    """Return whether a response lost its person because they were erased; one that a key erased may be anybody's."""
    corrections = response.history.corrections
    return response.kind.is_anonymized and bool(corrections) and corrections[-1].by == PERSON_ERASED


def without_person(statement: Statement, *, subtract: bool) -> Statement:
    """Return what remains of a statement whose person was erased: its score, or nothing."""
    if subtract:
        return Statement(
            StatementKind.ERASED, statement.received_at, emit_events=statement.emit_events, by=PERSON_ERASED
        )
    return replace(statement.without_words(), person=None)
