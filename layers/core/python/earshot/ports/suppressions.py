"""The addresses that are never written to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address is not written to, and since when (Unix milliseconds)."""

    reason: str
    time: int


class SuppressedHashes(Protocol):
    """The addresses that are never written to, by keyed hashes that were made elsewhere: no key is needed."""

    def add_hash(self, digest: str, reason: str, time: int) -> bool:
        """Suppress the address that a keyed hash was made of, as `add` does, without knowing the address."""

    def unsubscribe(self, digest: str, time: int) -> Suppression:
        """Suppress an address as its person wishes, by its keyed hash; return the suppression then.

        What stood before, such as a bounce, is kept with it for `undo_unsubscribe`.
        """

    def suppression_of(self, digest: str) -> Suppression | None:
        """Return the present suppression of the address that a keyed hash was made of; None if there is none."""

    def undo_unsubscribe(self, digest: str, since: int) -> bool:
        """Restore the state before an unsubscribe at `since` or later; False if there is none, as after an erasure."""


class Suppressions(SuppressedHashes, Protocol):
    """The addresses that are never written to, known by keyed hashes only."""

    def is_suppressed(self, address: str) -> str | None:
        """Return the reason why an address is not written to, if there is one."""

    def find(self, addresses: Iterable[str]) -> Mapping[str, Suppression]:
        """Return the suppressions of many addresses, by address; those without are left out."""

    def add(self, address: str, reason: str, time: int) -> bool:
        """Suppress an address since `time` (Unix milliseconds); False if it is already, as strongly or stronger."""

    def hash_of(self, address: str) -> str:
        """Return the keyed hash under which an address is suppressed, and by which its mailbox is known."""

    def lift(self, address: str) -> bool:
        """Remove the suppression of an address, whatever its reason; False if it was erased, which stays."""
