"""Imports in DynamoDB: one item each, whose figures the recorder adds to."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_partition
from earshot.adapters.dynamodb.conditional import transacted
from earshot.domain.errors import BusyError
from earshot.domain.imports import Import

# Longer than a message can wait, and then be redriven from the dead letters.
PART_KEPT_SECONDS = 60 * 86_400
NUMBERS = ("started", "accepted", "refused", "undone", "finished")
SUMS = ("new", "known", "updated", "withdrawn")
TEXTS = ("by", "file", "below")

Item = dict[str, Any]


class DynamoDBImports:
    """The `Imports` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, survey: str, import_id: str) -> Import | None:
        """Read an import as it is now."""
        with translated("the table"):
            answer = self._client.get_item(
                TableName=self._table, Key=import_key(survey, import_id), ConsistentRead=True
            )
        return read_import(answer["Item"]) if "Item" in answer else None

    def of_survey(self, survey: str) -> list[Import]:
        """List a survey's imports, the newest first."""
        items = read_partition(self._client, self._table, table_keys.imports(survey), consistent=True)
        found = [read_import(item) for item in items]
        return sorted(found, key=lambda one: (one.started, one.id), reverse=True)

    def declare(self, said: Import) -> Import:
        """Keep what its maker says of an import; its start and its maker stay as first said."""
        first = {"started": {"N": str(said.started)}} | ({"by": {"S": said.by}} if said.by else {})
        told = {
            name: {"N": str(value)} for name in ("accepted", "refused") if (value := getattr(said, name)) is not None
        }
        told |= {"file": {"S": said.file}} if said.file else {}
        sets = [f"#{name} = if_not_exists(#{name}, :{name})" for name in first]
        sets += [f"#{name} = :{name}" for name in told]
        names, values = [*first, *told], {f":{name}": value for name, value in (first | told).items()}
        return self._update(said.survey, said.id, "SET " + ", ".join(sets), names, values)

    def begin_undo(self, survey: str, import_id: str, now: int) -> Import | None:
        """Stop the import from recording more; None if there is none."""
        try:
            return self._update(
                survey,
                import_id,
                "SET #undone = if_not_exists(#undone, :now)",
                ["undone"],
                {":now": {"N": str(now)}},
                ConditionExpression="attribute_exists(pk)",
            )
        except ClientError as exc:
            if code_of(exc) != "ConditionalCheckFailedException":
                raise
            return None

    def keep_place(self, survey: str, import_id: str, below: str) -> Import:
        """Note how far the undoing came."""
        return self._update(survey, import_id, "SET #below = :below", ["below"], {":below": {"S": below}})

    def finish_undo(self, survey: str, import_id: str, now: int) -> Import:
        """Note that nothing of the import is left to be withdrawn."""
        change = "SET #finished = if_not_exists(#finished, :now) REMOVE #below"
        return self._update(survey, import_id, change, ["finished", "below"], {":now": {"N": str(now)}})

    def note_known(self, survey: str, import_id: str, part: str, known: int, now: int) -> None:
        """Add the known rows of a part of the import, once however often the part comes."""
        note = {
            "pk": {"S": table_keys.import_parts(survey, import_id)},
            "sk": {"S": part},
            "expires": {"N": str(now // 1000 + PART_KEPT_SECONDS)},
        }
        put = {"TableName": self._table, "Item": note, "ConditionExpression": "attribute_not_exists(pk)"}
        add = {
            "TableName": self._table,
            "Key": import_key(survey, import_id),
            "UpdateExpression": "ADD #known :known",
            "ExpressionAttributeNames": {"#known": "known"},
            "ExpressionAttributeValues": {":known": {"N": str(known)}},
        }
        if not transacted(self._client, {"Put": put}, {"Update": add}):
            self._must_be_noted(note)

    def _must_be_noted(self, note: Item) -> None:
        """Distinguish a part noted before from a conflict with another writer, which is tried again (BusyError)."""
        with translated("the table"):
            key = {name: note[name] for name in ("pk", "sk")}
            if "Item" not in self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True):
                raise BusyError("the import is being counted by someone else; try again")

    def _update(
        self, survey: str, import_id: str, change: str, names: list[str], values: Mapping[str, Any], **condition: Any
    ) -> Import:
        with translated("the table"):
            answer = self._client.update_item(
                TableName=self._table,
                Key=import_key(survey, import_id),
                UpdateExpression=change,
                ExpressionAttributeNames={f"#{name}": name for name in names},
                ExpressionAttributeValues=dict(values),
                ReturnValues="ALL_NEW",
                **condition,
            )
        return read_import(answer["Attributes"])


def import_key(survey: str, import_id: str) -> Item:
    """Return the primary key of an import."""
    return {"pk": {"S": table_keys.imports(survey)}, "sk": {"S": import_id}}


def read_import(item: Mapping[str, Any]) -> Import:
    """Read an import back."""
    numbers: dict[str, Any] = {name: int(item[name]["N"]) for name in NUMBERS if name in item}
    sums: dict[str, Any] = {name: int(item[name]["N"]) if name in item else 0 for name in SUMS}
    texts: dict[str, Any] = {name: item[name]["S"] for name in TEXTS if name in item}
    survey = item["pk"]["S"].removeprefix(table_keys.imports(""))
    return Import(survey=survey, id=item["sk"]["S"], **numbers, **sums, **texts)
