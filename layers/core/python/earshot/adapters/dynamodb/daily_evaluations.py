"""Evaluations in DynamoDB: a day of a survey is one item, or a few where very many series changed at once."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alert_settings_items import (
    read_settings,
    read_target,
    written_settings,
    written_target,
)
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, put
from earshot.domain.daily_evaluation import DailyEvaluation, EmittedTargetStatus, ScoreChange, TargetStatus
from earshot.domain.score import Histogram

# 200 changes take at most 300 KB, however long the names of their series; an item may have 400.
CHANGES_AN_ITEM = 200


class DynamoDBDailyEvaluations(TableAdapter):
    """The `DailyEvaluations` port over the table."""

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the item that comes last; if its day has several, those before it hold further changes."""
        latest = Query(partition=table_keys.evaluations(survey), consistent=True, backwards=True, limit=1)
        items, _ = self._table.page(latest)
        return read_evaluation(items[0]) if items else None

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """List evaluations, each with all of its changes."""
        items = self._table.query(Query(partition=table_keys.evaluations(survey), low=first, high=end))
        parts = [read_evaluation(item) for item in items if item["sk"] < end]
        return [_joined(list(days)) for _, days in groupby(parts, key=lambda part: part.day)]

    def put(self, evaluation: DailyEvaluation) -> bool:
        """Write all items of an evaluation in one transaction, if none of them is there."""
        return self._table.transact(*(put(item, ABSENT) for item in evaluation_items(evaluation)))


def evaluation_items(evaluation: DailyEvaluation) -> list[dict[str, Any]]:
    """Write an evaluation: the first item has the day as its key, further ones a number behind it."""
    changes = evaluation.changes
    parts = [changes[at : at + CHANGES_AN_ITEM] for at in range(0, max(len(changes), 1), CHANGES_AN_ITEM)]
    return [_item(replace(evaluation, changes=part), number) for number, part in enumerate(parts)]


def read_evaluation(item: Item) -> DailyEvaluation:
    """Read an item back; KeyError or ValueError if it is no evaluation."""
    emitted = json.loads(item["emitted"]) if "emitted" in item else None
    return DailyEvaluation(
        survey=item["survey"],
        day=item["day"],
        rules=read_settings(json.loads(item["rules"])),
        changes=tuple(
            ScoreChange(series, Histogram(tuple(previous)), Histogram(tuple(current)))
            for series, previous, current in json.loads(item["changes"])
        ),
        emitted_status=_read_status(emitted) if emitted else None,
    )


def _item(evaluation: DailyEvaluation, number: int) -> dict[str, Any]:
    changes = [[one.series, one.previous.counts, one.current.counts] for one in evaluation.changes]
    return {
        **table_keys.evaluation_key(evaluation.survey, evaluation.day, number),
        "type": "evaluation",
        "survey": evaluation.survey,
        "day": evaluation.day,
        "correlation": evaluation.correlation,
        "rules": _json(written_settings(evaluation.rules)),
        "changes": _json(changes),
        "emitted": _json(_written_status(evaluation.emitted_status)) if evaluation.emitted_status else None,
    }


def _written_status(emitted: EmittedTargetStatus) -> list[Any]:
    return [emitted.day, written_target(emitted.target), emitted.status.value, emitted.histogram.counts]


def _read_status(kept: Sequence[Any]) -> EmittedTargetStatus:
    day, target, status, counts = kept
    return EmittedTargetStatus(day, read_target(target), TargetStatus(status), Histogram(tuple(counts)))


def _joined(parts: Sequence[DailyEvaluation]) -> DailyEvaluation:
    return replace(parts[0], changes=tuple(one for part in parts for one in part.changes))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
