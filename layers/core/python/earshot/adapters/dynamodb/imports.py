"""Imports in DynamoDB: one item each, whose figures the recorder adds to."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import (
    ABSENT,
    EXISTS,
    Item,
    Query,
    TableAdapter,
    Write,
    filled,
    put,
    update,
)
from earshot.domain.errors import BusyError
from earshot.domain.imports import Import

# Longer than a message can wait before and after it is redriven from the dead letters.
PART_KEPT_SECONDS = 60 * 86_400
# What the recorder adds up.
SUMS = ("new", "known", "updated", "withdrawn")


class DynamoDBImports(TableAdapter):
    """The `Imports` port over the table."""

    def get(self, survey: str, import_id: str) -> Import | None:
        """Read an import as it is now."""
        item = self._table.get(table_keys.import_key(survey, import_id))
        return _read(item) if item else None

    def of_survey(self, survey: str) -> list[Import]:
        """List a survey's imports, the newest first."""
        items = self._table.query(Query(partition=table_keys.imports(survey), consistent=True))
        return sorted(map(_read, items), key=lambda one: (one.started_at, one.id), reverse=True)

    def declare(self, declared: Import) -> Import:
        """Store what a caller declares of an import; its start and who declared it stay as they were first."""
        first = filled({"started_at": declared.started_at, "by": declared.by or None})
        latest = filled({"accepted": declared.accepted, "refused": declared.refused, "file": declared.file or None})
        sets = [f"#{name} = if_not_exists(#{name}, :{name})" for name in first]
        sets += [f"#{name} = :{name}" for name in latest]
        key = table_keys.import_key(declared.survey, declared.id)
        return self._updated(update(key, "SET " + ", ".join(sets), **first, **latest))

    def begin_undo(self, survey: str, import_id: str, now: int) -> Import | None:
        """Stop the import from recording more; None if there is none."""
        change = "SET #undone_at = if_not_exists(#undone_at, :now)"
        item = self._table.written(update(table_keys.import_key(survey, import_id), change, EXISTS, now=now))
        return _read(item) if item else None

    def keep_place(self, survey: str, import_id: str, below: str) -> Import:
        """Store how far the undoing came."""
        return self._updated(update(table_keys.import_key(survey, import_id), "SET #below = :below", below=below))

    def finish_undo(self, survey: str, import_id: str, now: int) -> Import:
        """Store that nothing of the import is left to be withdrawn."""
        change = "SET #finished_at = if_not_exists(#finished_at, :now) REMOVE #below"
        return self._updated(update(table_keys.import_key(survey, import_id), change, now=now))

    def note_known(self, survey: str, import_id: str, part: str, known: int, now: int) -> None:
        """Add the known rows of a part of the import, once however often the part comes."""
        key = table_keys.import_part_key(survey, import_id, part)
        noted = put({**key, "expires": now // 1000 + PART_KEPT_SECONDS}, ABSENT)
        added = update(table_keys.import_key(survey, import_id), "ADD #known :known", known=known)
        # The part was counted before, unless another writer was in the way: then it is tried again.
        if not self._table.transact(noted, added) and self._table.get(key) is None:
            raise BusyError("the import is being updated by another request; try again")

    def _updated(self, change: Write) -> Import:
        return _read(self._table.written(change) or {})


def _read(item: Item) -> Import:
    return Import(
        survey=table_keys.survey_of_imports(item["pk"]),
        id=item["sk"],
        started_at=item["started_at"],
        by=item.get("by"),
        file=item.get("file"),
        accepted=item.get("accepted"),
        refused=item.get("refused"),
        new=item.get("new", 0),
        known=item.get("known", 0),
        updated=item.get("updated", 0),
        withdrawn=item.get("withdrawn", 0),
        undone_at=item.get("undone_at"),
        finished_at=item.get("finished_at"),
        below=item.get("below"),
    )
