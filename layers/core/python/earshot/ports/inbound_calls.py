"""Calls from outside: who may make them, and which ones came before."""

from collections.abc import Sequence
from typing import Protocol

from earshot.domain.inbound_calls import Caller, SignedCall


class InboundCalls(Protocol):
    """What is known of the calls of destinations."""

    def caller(self, destination: str) -> Caller | None:
        """Read a destination as it is now, as far as its calls go."""

    def is_known(self, destination: str, call: str, now: int) -> bool:
        """Return whether a call of this id came in the last 24 hours; `now` is in Unix milliseconds."""

    def note(self, destination: str, call: str, now: int) -> None:
        """Note the id of a call for 24 hours from `now` (Unix milliseconds)."""


class Verify(Protocol):
    """Compares signatures with those that secrets make."""

    def __call__(self, call: SignedCall, body: bytes, secrets: Sequence[str]) -> bool:
        """Return whether a signature of a call is by one of some secrets over its body, id and time."""
