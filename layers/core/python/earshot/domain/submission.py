"""What arrives about a response, and where it belongs: which id, which instant."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from earshot.domain import ids
from earshot.domain.iso_time import instant
from earshot.domain.statement import Statement
from earshot.domain.unicode_text import normal_pairs, normal_text


@dataclass(frozen=True, slots=True)
class Submission:
    """A statement about the response `id` of `survey`, as it came in.

    `first_received` is the earliest receipt among the statements folded into this one (Unix milliseconds);
    `responded_at` is what a key's holder gave as the time of the response: a day, or an instant with its offset.
    `import_id` is the import it belongs to, if it belongs to one. One that `updates` corrects the properties of a
    response that is known.
    """

    survey: str
    id: str
    statement: Statement
    first_received: int
    responded_at: str | None = None
    correlation: str = ""
    import_id: str | None = None
    updates: bool = False

    def fold(self, other: "Submission") -> "Submission":
        """Join two submissions about the same id as sent: the greater statement, the earlier receipt."""
        greater, lesser = (self, other) if self.statement.order >= other.statement.order else (other, self)
        return replace(
            greater,
            first_received=min(self.first_received, other.first_received),
            responded_at=greater.responded_at or lesser.responded_at,
            import_id=greater.import_id or lesser.import_id,
            updates=greater.updates or lesser.updates,
        )

    def normalised(self) -> "Submission":
        """Return the submission with its words and properties in Unicode's normal form."""
        statement = self.statement
        properties = normal_pairs(statement.properties)
        comment = normal_text(statement.comment or "") or None
        if (properties, comment) == (statement.properties, statement.comment):
            return self
        return replace(self, statement=replace(statement, properties=properties, comment=comment))

    def time_in(self, zone: ZoneInfo) -> tuple[int, bool]:
        """Return the time of the response, and whether the id's own time agrees with it."""
        claimed, received = ids.milliseconds(self.id), self.first_received
        if self.responded_at is not None:
            responded_at = read_responded_at(self.responded_at, received, zone)
            return responded_at, claimed is not None and abs(claimed - responded_at) <= ids.FAR_FUTURE
        is_ours = claimed is not None and ids.is_server_made(self.id) and claimed <= received + ids.FAR_FUTURE
        if claimed is not None and (is_ours or ids.is_plausible(claimed, received)):
            return min(claimed, received), True
        return received, False


def read_responded_at(responded_at: str, received: int, zone: ZoneInfo) -> int:
    """Return when a response was given that states its time (Unix milliseconds): never after its receipt."""
    return min(instant(responded_at, zone), received)
