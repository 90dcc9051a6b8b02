"""What is kept of answers once the person who gave them is to be forgotten."""

from dataclasses import replace

from earshot.domain.history import PERSON_ERASED
from earshot.domain.response import Kind, Response, Statement


def forgotten(response: Response, now: int, *, subtract: bool) -> Statement:
    """Say of a response that its person is to be forgotten: erased, or as it stands but without words and identity.

    An anonymised response counts as before (score, day and series stay, an excluded one stays out), and nothing but an
    erasure moves it again.
    The hash of what was said goes too: whoever guessed the person could otherwise test the guess.
    """
    if subtract:
        return Statement(Kind.ERASED, now, announce=response.announce, by=PERSON_ERASED)
    return Statement(
        kind=Kind.ANONYMISED,
        received=now,
        score=response.score,
        channel=response.channel,
        announce=response.announce,
        excluded=response.excluded,
        seconds=response.seconds,
        by=PERSON_ERASED,
    )


def without_person(statement: Statement, *, subtract: bool) -> Statement:
    """Give what is kept of a statement whose person was erased: its score, or nothing at all."""
    if subtract:
        return Statement(Kind.ERASED, statement.received, announce=statement.announce, by=PERSON_ERASED)
    return replace(statement, comment=None, properties={}, person=None, unverified_email=None)
