"""Erasings that have begun, in memory."""

from earshot.domain.bulk_erasure import BulkErasure


class InMemoryErasings:
    """The `Erasings` port over a dictionary."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], BulkErasure] = {}

    def get(self, survey: str, filters: str) -> BulkErasure | None:
        return self.items.get((survey, filters))

    def begin(self, erasing: BulkErasure) -> None:
        self.items[erasing.survey, erasing.filters] = erasing

    def keep_place(self, erasing: BulkErasure) -> bool:
        known = self.get(erasing.survey, erasing.filters)
        if known is None or known.started_at != erasing.started_at:
            return False
        self.begin(erasing)
        return True

    def finish(self, survey: str, filters: str) -> None:
        self.items.pop((survey, filters), None)
