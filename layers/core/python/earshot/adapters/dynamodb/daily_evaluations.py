"""Judgements in DynamoDB: a day of a survey is one item, or a few where very many series changed at once."""

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
from earshot.domain.alerts import Alert, DailyEvaluation, EmittedTargetStatus, TargetStatus
from earshot.domain.score import Histogram

# 200 alerts take at most 300 KB, whatever their series are called; an item may have 400.
ALERTS_AN_ITEM = 200


class DynamoDBDailyEvaluations(TableAdapter):
    """The `DailyEvaluations` port over the table."""

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the item that comes last; if its day has several, those before it hold further alerts."""
        latest = Query(partition=table_keys.judgements(survey), consistent=True, backwards=True, limit=1)
        items, _ = self._table.page(latest)
        return read_judgement(items[0]) if items else None

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """List judgements, each with all of its alerts."""
        items = self._table.query(Query(partition=table_keys.judgements(survey), low=first, high=end))
        parts = [read_judgement(item) for item in items if item["sk"] < end]
        return [_joined(list(days)) for _, days in groupby(parts, key=lambda part: part.day)]

    def put(self, judgement: DailyEvaluation) -> bool:
        """Write all items of a judgement in one transaction, if none of them is there."""
        return self._table.transact(*(put(item, ABSENT) for item in judgement_items(judgement)))


def judgement_items(judgement: DailyEvaluation) -> list[dict[str, Any]]:
    """Write a judgement: the first item bears the day, what does not fit follows under numbers."""
    alerts = judgement.alerts
    parts = [alerts[at : at + ALERTS_AN_ITEM] for at in range(0, max(len(alerts), 1), ALERTS_AN_ITEM)]
    return [_item(replace(judgement, alerts=part), number) for number, part in enumerate(parts)]


def read_judgement(item: Item) -> DailyEvaluation:
    """Read an item back; KeyError or ValueError if it is no judgement."""
    told = json.loads(item["told"]) if "told" in item else None
    return DailyEvaluation(
        survey=item["survey"],
        day=item["day"],
        rules=read_settings(json.loads(item["rules"])),
        alerts=tuple(
            Alert(series, Histogram(tuple(previous)), Histogram(tuple(current)))
            for series, previous, current in json.loads(item["alerts"])
        ),
        emitted_status=_read_told(told) if told else None,
    )


def _item(judgement: DailyEvaluation, number: int) -> dict[str, Any]:
    alerts = [[alert.series, alert.previous.counts, alert.current.counts] for alert in judgement.alerts]
    return {
        **table_keys.judgement_key(judgement.survey, judgement.day, number),
        "type": "judgement",
        "survey": judgement.survey,
        "day": judgement.day,
        "correlation": judgement.correlation,
        "rules": _json(written_settings(judgement.rules)),
        "alerts": _json(alerts),
        "told": _json(_written_told(judgement.emitted_status)) if judgement.emitted_status else None,
    }


def _written_told(told: EmittedTargetStatus) -> list[Any]:
    return [told.day, written_target(told.target), told.status.value, told.histogram.counts]


def _read_told(kept: Sequence[Any]) -> EmittedTargetStatus:
    day, target, status, counts = kept
    return EmittedTargetStatus(day, read_target(target), TargetStatus(status), Histogram(tuple(counts)))


def _joined(parts: Sequence[DailyEvaluation]) -> DailyEvaluation:
    return replace(parts[0], alerts=tuple(alert for part in parts for alert in part.alerts))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
