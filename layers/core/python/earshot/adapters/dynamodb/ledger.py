"""The ledger in DynamoDB: responses and their counts in one transaction, conditions instead of locks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many
from earshot.adapters.dynamodb.response_items import (
    Item,
    alias_item,
    is_alias,
    pointer_items,
    read_either,
    read_response,
    response_item,
    response_key,
)
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.counting import Cell, difference, listed_difference, quality_flags_difference
from earshot.domain.response import ALL, Alias, Key, Response
from earshot.domain.score import SCORES
from earshot.ports.responses import OWN, Change, InvalidChunkError, Refusal, Verdict, import_sums, own_of

INVALID_REASONS = frozenset({"ValidationError", "ItemCollectionSizeLimitExceeded"})


class DynamoDBLedger:
    """The `Ledger` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        """Write all changes and their counts in one transaction, see `Ledger.commit`."""
        own = [self._own_actions(change) for change in changes]
        imports = import_sums(changes)
        actions = [action for group in own for action in group] + self._count_actions(changes)
        actions += [self._add_to_import(key, sums) for key, sums in imports.items()]
        try:
            with translated("the table"):
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as exc:
            return self._refusals(exc, changes, own, list(imports))
        return None

    def find(self, survey: str, response_id: str) -> Response | None:
        """Read a response as it is now, following an alias."""
        found = self._get(survey, response_id)
        if isinstance(found, Alias):
            found = self._get(survey, found.target)
        return found if isinstance(found, Response) else None

    def find_many(self, wanted: Iterable[Key]) -> Mapping[Key, Response]:
        """Read distinct responses as they are now, a hundred a call, following aliases."""
        found = self._read(wanted)
        aliases = {key: (alias.survey, alias.target) for key, alias in found.items() if isinstance(alias, Alias)}
        targets = self._read(set(aliases.values()))
        found |= {key: targets[target] for key, target in aliases.items() if target in targets}
        return {key: response for key, response in found.items() if isinstance(response, Response)}

    def _read(self, wanted: Iterable[Key]) -> dict[Key, Response | Alias]:
        items = read_many(self._client, self._table, [response_key(*key) for key in wanted])
        return {(item["survey"]["S"], item["sk"]["S"]): read_either(item) for item in items}

    def _get(self, survey: str, response_id: str) -> Response | Alias | None:
        with translated("the table"):
            key = response_key(survey, response_id)
            reply = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return read_either(reply["Item"]) if "Item" in reply else None

    def _own_actions(self, change: Change) -> list[dict[str, Any]]:
        """Build what this change alone writes; the response itself comes first, its alias second."""
        actions = [self._put_response(change)]
        if change.alias:
            actions.append(self._put_new(alias_item(change.alias)))
        old, new = pointer_items(change.old), pointer_items(change.new)
        put = [item for name, item in new.items() if old.get(name) != item]
        gone = [{part: item[part] for part in ("pk", "sk")} for item in old.values()]
        there = [{part: item[part] for part in ("pk", "sk")} for item in new.values()]
        actions += [{"Put": {"TableName": self._table, "Item": item}} for item in put]
        actions += [{"Delete": {"TableName": self._table, "Key": key}} for key in gone if key not in there]
        return actions

    def _put_response(self, change: Change) -> dict[str, Any]:
        action = self._put_new(response_item(change.new))
        if change.old is not None:
            action["Put"]["ConditionExpression"] = "v = :v"
            action["Put"]["ExpressionAttributeValues"] = {":v": {"N": str(change.old.revision)}}
        return action

    def _put_new(self, item: Item) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }

    def _count_actions(self, changes: Sequence[Change]) -> list[dict[str, Any]]:
        """Build one ADD a count item, with what all changes of the chunk together add to it."""
        sums: dict[tuple[str, Cell], dict[str, int]] = {}
        for change in changes:
            for cell, scores in difference(change.old, change.new).items():
                _add_up(sums.setdefault((change.new.survey, cell), {}), _named(scores))
            for cell, listed in listed_difference(change.old, change.new).items():
                _add_up(sums.setdefault((change.new.survey, cell), {}), listed)
            if marks := quality_flags_difference(change.old, change.new):
                _add_up(sums.setdefault((change.new.survey, Cell(ALL, change.new.day)), {}), marks)
        return [self._add(survey, cell, numbers) for (survey, cell), numbers in sums.items() if any(numbers.values())]

    def _add(self, survey: str, cell: Cell, numbers: Mapping[str, int]) -> dict[str, Any]:
        # Of a day all eleven, the zeros too: it then costs the same to read whatever the volume.
        zeros = {} if cell.superseded_on else _named(dict.fromkeys(SCORES, 0))
        counts = {**zeros, **numbers}
        key = {
            "pk": {"S": table_keys.counts(survey, cell.series)},
            "sk": {"S": table_keys.count(cell.day, cell.superseded_on)},
        }
        return {
            "Update": {
                "TableName": self._table,
                "Key": key,
                "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in counts),
                "ExpressionAttributeValues": {f":{name}": {"N": str(count)} for name, count in counts.items()},
            }
        }

    def _add_to_import(self, key: Key, sums: Mapping[str, int]) -> dict[str, Any]:
        """Build the ADD to an import's figures; one that is undone records nothing more."""
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": marshalled(table_keys.import_key(*key)),
            "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in sums),
            "ExpressionAttributeNames": {f"#{name}": name for name in sums},
            "ExpressionAttributeValues": {f":{name}": {"N": str(number)} for name, number in sums.items()},
        }
        if any(name in sums for name in OWN):
            update["ConditionExpression"] = "attribute_exists(pk) AND attribute_not_exists(undone_at)"
        return {"Update": update}

    def _refusals(
        self, error: ClientError, changes: Sequence[Change], own: Sequence[Sequence[Any]], imports: Sequence[Key]
    ) -> list[Refusal]:
        """Translate the reasons of a cancelled transaction, which come one an action, into one a change."""
        if code_of(error) == "TransactionConflictException":
            return [Refusal(Verdict.BUSY) for _ in own]
        if code_of(error) != "TransactionCanceledException":
            raise InvalidChunkError(str(error)) from error
        reasons: list[dict[str, Any]] = error.response["CancellationReasons"]
        if any(reason.get("Code") in INVALID_REASONS for reason in reasons):
            raise InvalidChunkError(str(error)) from error
        refusals = self._by_change(reasons, own)
        of_imports = zip(imports, reasons[len(reasons) - len(imports) :], strict=True)
        undone = {key for key, reason in of_imports if reason.get("Code") == "ConditionalCheckFailed"}
        return [
            Refusal(Verdict.UNDONE) if refusal.verdict is not Verdict.STALE and own_of(change) in undone else refusal
            for change, refusal in zip(changes, refusals, strict=True)
        ]

    def _by_change(self, reasons: list[dict[str, Any]], own: Sequence[Sequence[Any]]) -> list[Refusal]:
        refusals, start = [], 0
        for group in own:
            refusals.append(_refusal(reasons[start : start + len(group)]))
            start += len(group)
        if any(_is_busy(reason) for reason in reasons[start:]):
            refusals = [Refusal(Verdict.BUSY) if r.verdict is Verdict.UNHARMED else r for r in refusals]
        return refusals


def _named(scores: Mapping[int, int]) -> dict[str, int]:
    return {f"h{score}": count for score, count in scores.items()}


def _add_up(into: dict[str, int], numbers: Mapping[str, int]) -> None:
    for name, number in numbers.items():
        into[name] = into.get(name, 0) + number


def _refusal(reasons: Sequence[dict[str, Any]]) -> Refusal:
    """Return the refusal of one change by the reasons of its actions: a found item outranks a conflict."""
    items = [
        reason["Item"] for reason in reasons if reason.get("Code") == "ConditionalCheckFailed" and "Item" in reason
    ]
    responses = [read_response(item) for item in items if not is_alias(item)]
    if responses or items:
        return Refusal(Verdict.STALE, responses[0] if responses else read_either(items[0]))
    busy = any(_is_busy(reason) for reason in reasons)
    return Refusal(Verdict.BUSY if busy else Verdict.UNHARMED)


def _is_busy(reason: Mapping[str, Any]) -> bool:
    return reason.get("Code") not in (None, "None", "ConditionalCheckFailed")
