"""Who answers: as a key's holder says, or as the customer's server signed for its page; else nobody known."""

from collections.abc import Callable
from typing import Protocol

from earshot.api.fields import Fields, or_none, person_or_nobody, signed_token
from earshot.domain import ids
from earshot.domain.identity import UntrustedTokenError


class Arrival(Protocol):
    """What must be known of an answer's arrival; `identify` gives the person of a token that was good at a moment."""

    @property
    def keyed(self) -> bool:
        """Tell whether a key came along."""

    @property
    def received(self) -> int:
        """Give the receipt by our clock (Unix milliseconds)."""

    @property
    def identify(self) -> Callable[[str, int], str]:
        """Return what reads tokens; it raises UntrustedTokenError for one that was not good at the moment."""


def who_answers(fields: Fields, arrival: Arrival, response_id: str, refused: Callable[[str], None]) -> str | None:
    """Return the person of the response; `refused` takes the reason why a token is not believed.

    A token counts if it was good when the question was shown, as what was queued offline may come days later. One that
    is not good loses nothing: the answer is then nobody's.
    """
    person: str | None = fields.take("person", person_or_nobody, None) if arrival.keyed else None
    token = fields.take("token", or_none(signed_token), None)
    if person is not None or not token:
        return person
    shown = ids.milliseconds(response_id)
    at = shown if shown is not None and ids.is_plausible(shown, arrival.received) else arrival.received
    try:
        return arrival.identify(token, min(at, arrival.received))
    except UntrustedTokenError as exc:
        refused(str(exc))
        return None
