"""Who answers: as a key's holder says, or as the customer's server signed for its page; else nobody known."""

from collections.abc import Callable
from typing import Protocol

from earshot.api.fields import Fields, or_none, person_or_nobody, signed_token
from earshot.domain.identity_claims import UntrustedTokenError


class Arrival(Protocol):
    """What must be known of an answer's arrival."""

    @property
    def keyed(self) -> bool:
        """Tell whether a key came along."""

    @property
    def identify(self) -> Callable[[str, str], str]:
        """Return what reads the token of a response of some id; it raises UntrustedTokenError for a bad one."""


def who_answers(fields: Fields, arrival: Arrival, response_id: str, refused: Callable[[str], None]) -> str | None:
    """Return the person of the response; `refused` takes the reason why a token is not believed.

    A token that is not good loses nothing: the answer is then nobody's. When the response was given is its sender's own
    word, so it makes no token good again.
    """
    person: str | None = fields.take("person", person_or_nobody, None) if arrival.keyed else None
    token = fields.take("token", or_none(signed_token), None)
    if person is not None or not token:
        return person
    try:
        return arrival.identify(token, response_id)
    except UntrustedTokenError as exc:
        refused(str(exc))
        return None
