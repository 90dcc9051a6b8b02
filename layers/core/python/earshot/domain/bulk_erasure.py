"""A bulk erasure of responses: which, the count its maker confirmed, and how far it came."""

from dataclasses import dataclass

# For this long a repeat continues an interrupted erasure; afterwards its count is checked once more.
KEPT = 86_400_000


@dataclass(frozen=True, slots=True)
class BulkErasure:
    """A bulk erasure that has begun; times are Unix milliseconds.

    `filters` is a hash of the filters of the responses. `erased` is how many are done, `below` how far the walk got.
    """

    survey: str
    filters: str
    confirmed: int
    started_at: int
    erased: int = 0
    below: str | None = None

    def is_of(self, confirmed: int, now: int) -> bool:
        """Return whether a call with this count continues it."""
        return self.confirmed == confirmed and now - self.started_at < KEPT
