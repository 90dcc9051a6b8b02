"""Calls from outside in dictionaries, next to destinations."""

from earshot.domain.inbound_calls import KEPT, Caller
from tests.fakes.alerts import InMemoryDestinations


class InMemoryInboundCalls:
    """The ids of calls, with when they expire (Unix milliseconds)."""

    def __init__(self, destinations: InMemoryDestinations) -> None:
        self._destinations = destinations
        self.kept: dict[tuple[str, str], int] = {}

    def caller(self, destination: str) -> Caller | None:
        found = self._destinations.get(destination)
        return None if found is None else Caller(destination, found.revision, found.takes_calls)

    def is_known(self, destination: str, call: str, now: int) -> bool:
        return self.kept.get((destination, call), 0) > now

    def note(self, destination: str, call: str, now: int) -> None:
        self.kept[destination, call] = now + KEPT
