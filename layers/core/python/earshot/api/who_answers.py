"""Who answers: as a key's holder says, or as the customer's server signed for its page; else nobody known."""

from collections.abc import Callable
from typing import Protocol

from earshot.api.fields import Fields, or_none, person_or_nobody, text
from earshot.domain import ids

TOKEN = 4096


class Arrival(Protocol):
    """What must be known of an answer's arrival; `identify` gives the person of a token that was good at a moment."""

    @property
    def keyed(self) -> bool:
        """Tell whether a key came along."""

    @property
    def received(self) -> int:
        """Give the receipt by our clock (Unix milliseconds)."""

    @property
    def identify(self) -> Callable[[str, int], str | None]:
        """Give what reads tokens."""


def who_answers(fields: Fields, arrival: Arrival, sent: str) -> str | None:
    """Give the person of the answer with the id `sent`.

    A token counts if it was good when the question was shown, as what was queued offline may come days later. One that
    is not good loses nothing: the answer is then nobody's.
    """
    person: str | None = fields.take("person", person_or_nobody, None) if arrival.keyed else None
    token = fields.take("token", or_none(text(TOKEN)), None)
    if person is not None or not token:
        return person
    shown = ids.milliseconds(sent.lower())
    at = shown if shown is not None and ids.is_plausible(shown, arrival.received) else arrival.received
    return arrival.identify(token, min(at, arrival.received))
