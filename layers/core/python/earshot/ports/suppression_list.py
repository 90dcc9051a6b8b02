"""The suppression list that SES keeps for the account, and how far it was read."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SuppressedDestination:
    """An address on the account's suppression list, our name for the reason, and since when (Unix milliseconds)."""

    address: str
    reason: str
    time: int


class SuppressedDestinations(Protocol):
    """The account's suppression list, which SES keeps for all who send from it."""

    def page(self, since: int | None, token: str | None) -> tuple[list[SuppressedDestination], str | None]:
        """Return a page of what was listed since a moment (Unix milliseconds), and where the next begins."""


class Reconciliations(Protocol):
    """When the suppression list was last read to its end."""

    def last(self) -> int | None:
        """Return when the last complete round began (Unix milliseconds); None if there was none."""

    def note(self, began: int) -> None:
        """Store that the round which began then was complete; an older one changes nothing."""
