"""Bulk erasures that have begun, in memory."""

from earshot.domain.bulk_erasure import BulkErasure


class InMemoryBulkErasures:
    """The `BulkErasures` port over a dictionary."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], BulkErasure] = {}

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        return self.items.get((survey, filters))

    def begin(self, erasure: BulkErasure) -> None:
        self.items[erasure.survey, erasure.filters] = erasure

    def keep_place(self, erasure: BulkErasure) -> bool:
        known = self.get(erasure.survey, erasure.filters)
        if known is None or known.started_at != erasure.started_at:
            return False
        self.begin(erasure)
        return True

    def finish(self, survey: str, filters: str) -> None:
        self.items.pop((survey, filters), None)
