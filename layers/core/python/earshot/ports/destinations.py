"""Destinations with their credentials and breakers, deliveries to them, and what speaks to each kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Delivery, DeliveryKey, Reached
from earshot.domain.delivery_outcome import Outcome
from earshot.domain.destinations import Destination
from earshot.domain.response import Key, Response


class Destinations(Protocol):
    """The destinations that are stored; those of the deployment are not among them."""

    def get(self, destination: str) -> Destination | None:
        """Read a destination as it is now."""

    def list(self) -> list[Destination]:
        """List all destinations, as they are now."""

    def put(self, destination: Destination, replaces: Destination | None) -> bool:
        """Write a destination if it still is what it `replaces`; False if another was faster."""

    def delete(self, destination: Destination, now: int) -> bool:
        """Delete a destination if it still is this one; its id is kept for 90 days from `now` (Unix milliseconds)."""

    def deleted(self) -> Sequence[str]:
        """List the ids of those that were deleted in the last 90 days."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that an attempt must know, read at one moment; a breaker that was never used is closed.

    `response` is the one that was asked for; None also if it has moved to another id.
    """

    destination: Destination | None
    breaker: Breaker
    delivery: Delivery | None
    response: Response | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is due: deliveries, destinations with a breaker to look at, cases with a step to take, and digests.

    The next page begins after `more`.
    """

    deliveries: Sequence[DeliveryKey]
    breakers: Sequence[str]
    more: str | None
    cases: Sequence[str] = ()
    digests: Sequence[str] = ()


class Deliveries(Protocol):
    """The deliveries to all destinations, and the breakers of these."""

    def standing(self, key: DeliveryKey, response: Key | None = None) -> Standing:
        """Read a delivery with its destination and its breaker, and a response, as they are now, in one call."""

    def put(self, delivery: Delivery, replaces: Delivery | None) -> bool:
        """Write a delivery if it still has the version that it `replaces` (None: if there is none)."""

    def put_breaker(self, breaker: Breaker) -> bool:
        """Write a breaker if it still has the revision before; False if another was faster."""

    def find(self, key: DeliveryKey) -> Delivery | None:
        """Read a delivery as it is now."""

    def find_many(self, keys: Sequence[DeliveryKey]) -> Iterable[Delivery]:
        """Read those of some deliveries that there are, as they are now."""

    def of_destination(self, destination: str, limit: int, before: str = "") -> tuple[list[Delivery], str | None]:
        """List deliveries, those of the newest alerts first, and before what the next page begins."""

    def breaker(self, destination: str) -> Breaker:
        """Read the breaker of a destination as it is now."""

    def due(self, now: int, limit: int, after: str = "") -> Due:
        """List what is due by now: deliveries after long waits, breakers to look at, steps of cases, and digests."""

    def waiting(self, destination: str, limit: int) -> list[DeliveryKey]:
        """List deliveries that wait for a destination to reply again, those of the oldest alerts first."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a dotted type, when it happened (ISO 8601), and its data without what the destination may not have.

    `id` is the delivery's: under it all attempts come, and a receiver drops repeats by it. `is_newest` is no part of
    what webhooks get: whether the response is its person's newest one to the survey.
    """

    id: str
    type: str
    timestamp: str
    data: Mapping[str, Any]
    correlation: str = ""
    is_newest: bool = False


@dataclass(frozen=True, slots=True)
class NotYet:
    """Nothing is sent before a moment (Unix milliseconds), at which it is looked at again."""

    until: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a destination by their names, and the secrets to sign with, the newest first."""

    fields: Mapping[str, str] = field(default_factory=dict)
    secrets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A destination as an attempt uses it: with its credentials."""

    destination: Destination
    credentials: Credentials = Credentials()


class Sender(Protocol):
    """What speaks to a kind of destination; one call each, which never raises for what the receiver does."""

    def render(self, message: Message, target: Target, /) -> str:
        """Write the body of a message for a destination."""

    def send(self, delivery: Delivery, body: str, target: Target, now: int, /) -> Outcome:
        """Send a body under the delivery's id, once."""

    def probe(self, delivery: Delivery, target: Target, now: int, /) -> Outcome | None:
        """Ask the receiver for what an attempt of unknown outcome may have written; None if it has nothing.

        The delivery has the body that was sent then, if it is still kept.
        """

    def erase(self, delivery: Delivery, target: Target, now: int, /) -> Outcome:
        """Remove what a delivery wrote at the receiver."""


class CredentialStore(Protocol):
    """The credentials of destinations, which are written by one function and read by another."""

    def read(self, destination: str, revision: int = 0, *, again: bool = False) -> Credentials:
        """Return the credentials of a destination as they were at its present revision.

        What this instance remembers serves, unless it is of another revision, or `again` asks to read them once more.
        """

    def write(self, destination: str, fields: Mapping[str, str], secret: str | None) -> None:
        """Store the credentials of a destination, and the secret to sign with; a former one signs for a day more."""

    def delete(self, destination: str) -> None:
        """Delete the credentials of a destination, which may have none."""


class ReachedPlaces(Protocol):
    """The destinations that had something of erased people, and what was to delete it there, for 90 days."""

    def note(self, person: str, reached: Iterable[Reached], now: int) -> None:
        """Note what an erasure found, each once; `now` is in Unix milliseconds."""

    def of_person(self, person: str) -> list[Reached]:
        """List what the erasure of a person found."""
