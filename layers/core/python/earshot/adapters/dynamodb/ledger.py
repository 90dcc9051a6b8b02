"""The ledger in DynamoDB: responses and their counts in one transaction, conditions instead of locks."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import (
    alias_item,
    is_alias,
    pointer_items,
    read_either,
    read_response,
    response_item,
)
from earshot.adapters.dynamodb.stored_responses import DynamoDBStoredResponses
from earshot.adapters.dynamodb.table import (
    ABSENT,
    EXISTS,
    Reason,
    Write,
    adding,
    delete,
    key_of,
    put,
    returning,
    update,
)
from earshot.domain.counting import Cell
from earshot.domain.response import Key
from earshot.domain.score import SCORES
from earshot.ports.ledger import OWN, Change, InvalidChunkError, Refusal, Verdict, import_sums, own_of

CHECK_FAILED = "ConditionalCheckFailed"
INVALID_REASONS = frozenset({"ValidationError", "ItemCollectionSizeLimitExceeded"})


class DynamoDBLedger(DynamoDBStoredResponses):
    """The `Ledger` port over the table."""

    def commit(self, changes: Sequence[Change]) -> list[Refusal] | None:
        """Write all changes and their counts in one transaction, see `Ledger.commit`."""
        own = [_own_writes(change) for change in changes]
        imports = import_sums(changes)
        writes = [write for group in own for write in group] + _count_writes(changes)
        writes += [_add_to_import(key, sums) for key, sums in imports.items()]
        try:
            reasons = self._table.transact_with_reasons(writes)
        except ClientError as exc:
            raise InvalidChunkError(str(exc)) from exc
        return None if reasons is None else _refusals(reasons, changes, own, list(imports))


def _own_writes(change: Change) -> list[Write]:
    """Build what this change alone writes; the response itself comes first, its alias second."""
    item, old = response_item(change.new), change.old
    writes = [returning(put(item, ABSENT) if old is None else put(item, "v = :v", v=old.revision))]
    if change.alias:
        writes.append(returning(put(alias_item(change.alias), ABSENT)))
    before, after = pointer_items(old), pointer_items(change.new)
    kept = [key_of(pointer) for pointer in after.values()]
    writes += [put(pointer) for name, pointer in after.items() if before.get(name) != pointer]
    writes += [delete(key) for key in map(key_of, before.values()) if key not in kept]
    return writes


def _count_writes(changes: Sequence[Change]) -> list[Write]:
    """Build one ADD a count item, with what all changes of the chunk together add to it."""
    sums: dict[tuple[str, Cell], dict[str, int]] = {}
    for change in changes:
        for cell, scores in change.movement.scores.items():
            _add_up(sums.setdefault((change.new.survey, cell), {}), _named(scores))
        for cell, counters in change.movement.counters.items():
            _add_up(sums.setdefault((change.new.survey, cell), {}), counters)
    return [_add(survey, cell, numbers) for (survey, cell), numbers in sums.items() if any(numbers.values())]


def _add(survey: str, cell: Cell, numbers: Mapping[str, int]) -> Write:
    # All eleven scores of a day, even the zeros, so that reading it costs the same at any volume.
    zeros = {} if cell.superseded_on else _named(dict.fromkeys(SCORES, 0))
    counts: dict[str, Any] = {**zeros, **numbers}
    key = table_keys.key(table_keys.counts(survey, cell.series), table_keys.count(cell.day, cell.superseded_on))
    return update(key, "ADD " + ", ".join(f"{name} :{name}" for name in counts), **counts)


def _add_to_import(key: Key, sums: Mapping[str, int]) -> Write:
    """Build the ADD to an import's figures; one that is undone records nothing more."""
    condition = f"{EXISTS} AND attribute_not_exists(undone_at)" if any(name in sums for name in OWN) else ""
    values: dict[str, Any] = dict(sums)
    return update(table_keys.import_key(*key), adding(*sums), condition, **values)


def _refusals(
    reasons: Sequence[Reason], changes: Sequence[Change], own: Sequence[Sequence[Write]], imports: Sequence[Key]
) -> list[Refusal]:
    """Translate the reasons of a refused transaction, which come one a write, into one a change."""
    if not reasons:
        return [Refusal(Verdict.BUSY) for _ in own]
    if invalid := INVALID_REASONS & {reason.code for reason in reasons}:
        raise InvalidChunkError(", ".join(sorted(invalid)))
    refusals = _by_change(reasons, own)
    of_imports = zip(imports, reasons[len(reasons) - len(imports) :], strict=True)
    undone = {key for key, reason in of_imports if reason.code == CHECK_FAILED}
    return [
        Refusal(Verdict.UNDONE) if refusal.verdict is not Verdict.STALE and own_of(change) in undone else refusal
        for change, refusal in zip(changes, refusals, strict=True)
    ]


def _by_change(reasons: Sequence[Reason], own: Sequence[Sequence[Write]]) -> list[Refusal]:
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


def _refusal(reasons: Sequence[Reason]) -> Refusal:
    """Return the refusal of one change by the reasons of its writes: a found item outranks a conflict."""
    items = [reason.item for reason in reasons if reason.code == CHECK_FAILED and reason.item is not None]
    responses = [read_response(item) for item in items if not is_alias(item)]
    if responses or items:
        return Refusal(Verdict.STALE, responses[0] if responses else read_either(items[0]))
    busy = any(_is_busy(reason) for reason in reasons)
    return Refusal(Verdict.BUSY if busy else Verdict.UNHARMED)


def _is_busy(reason: Reason) -> bool:
    return reason.code not in (None, CHECK_FAILED)
