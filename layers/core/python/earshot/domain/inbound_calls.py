"""Calls from outside that change a case: signed as Standard Webhooks describes it, by a secret of their destination."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.domain.errors import UnverifiedError

# How far the clock of a caller may be from ours, in both directions (milliseconds).
TOLERANCE = 5 * 60_000
# For how long the id of a call is kept, so that a repeat changes nothing (milliseconds).
KEPT = 24 * 3_600_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)
HOW = "sign it as Standard Webhooks describes, with the `inbound_secret` of its destination"


@dataclass(frozen=True, slots=True)
class Caller:
    """A destination as far as its calls go: the secret that it signs with is of its present `revision`."""

    destination: str
    revision: int
    takes_calls: bool


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What the headers of a call say: its id, when it was sent (Unix seconds, as written), and its signatures."""

    id: str
    seconds: str
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InboundCall:
    """A call whose signature was good: which case is in which state now, with what came of it, and why.

    `id` is the caller's own, the same in each attempt; `at` is when we took it (Unix milliseconds). `state` is a state
    of a case, where `open` is any that is not closed.
    """

    destination: str
    id: str
    at: int
    case: str
    state: str
    outcome: str | None = None
    root_cause: str | None = None
    note: str | None = None
    correlation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Write the call as it travels; what it lacks takes no room."""
        found = {
            "id": self.id,
            "at": self.at,
            "case": self.case,
            "state": self.state,
            "outcome": self.outcome,
            "root_cause": self.root_cause,
            "note": self.note,
            "correlation": self.correlation or None,
        }
        kept = {name: value for name, value in found.items() if value is not None}
        return {"destination": self.destination, "inbound": kept}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "InboundCall":
        """Read a call; KeyError or TypeError if it is none."""
        return cls(destination=body["destination"], **body["inbound"])


def actor_of(destination: str) -> str:
    """Return by whose hand a call of a destination changes a case."""
    return f"destination:{destination}"


def read_signed_call(headers: Mapping[str, str], now: int) -> SignedCall:
    """Read what a call is signed with; UnverifiedError unless it is complete and of the last five minutes.

    `now` is our clock in Unix milliseconds.
    """
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    missing = [name for name in names if not headers.get(name)]
    if missing:
        raise UnverifiedError(f"the call has no {' and no '.join(missing)}: {HOW}")
    name, seconds, signatures = (headers[each] for each in names)
    if not _ID.fullmatch(name):
        raise UnverifiedError("webhook-id: it has 1 to 128 letters, digits, _ and - only")
    if not _SECONDS.fullmatch(seconds):
        raise UnverifiedError("webhook-timestamp: it is not a number of seconds since 1970")
    if abs(int(seconds) * 1000 - now) > TOLERANCE:
        raise UnverifiedError("webhook-timestamp: it is more than 5 minutes away from our clock; sign each attempt")
    return SignedCall(name, seconds, tuple(signatures.split()))
