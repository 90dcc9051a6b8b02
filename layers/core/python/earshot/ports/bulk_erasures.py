"""The erasures of many responses."""

from typing import Protocol

from earshot.domain.bulk_erasure import BulkErasure


class BulkErasures(Protocol):
    """The erasures of many responses that have begun and are not complete."""

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        """Read how far an erasure is; None if none has begun."""

    def begin(self, erasure: BulkErasure) -> None:
        """Store an erasure, in the place of one with another count."""

    def keep_place(self, erasure: BulkErasure) -> bool:
        """Store how far an erasure came; False if it is over, or another has begun in its place."""

    def finish(self, survey: str, filters: str) -> None:
        """Delete an erasure: nothing is left to do."""
