"""Judgements in DynamoDB: a day of a survey is one item, or a few where very many series changed at once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.conditional import transacted
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.alerts import Alert, DailyEvaluation, EmittedTargetStatus, TargetStatus
from earshot.domain.score import Histogram

# 200 alerts take at most 300 KB, whatever their series are called; an item may have 400.
ALERTS_AN_ITEM = 200


class DynamoDBDailyEvaluations:
    """The `Judgements` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def latest(self, survey: str) -> DailyEvaluation | None:
        """Read the item that comes last; if its day has several, those before it hold further alerts."""
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": table_keys.judgements(survey)}},
                ScanIndexForward=False,
                Limit=1,
            )
        return read_judgement(answer["Items"][0]) if answer["Items"] else None

    def between(self, survey: str, first: str, end: str) -> list[DailyEvaluation]:
        """List judgements, each with all of its alerts."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": table_keys.judgements(survey)},
                ":first": {"S": first},
                ":end": {"S": end},
            },
        )
        with translated("the table"):
            parts = [read_judgement(item) for page in pages for item in page["Items"] if item["sk"]["S"] < end]
        return [_joined(list(days)) for _, days in groupby(parts, key=lambda part: part.day)]

    def put(self, judgement: DailyEvaluation) -> bool:
        """Write all items of a judgement in one transaction, if none of them is there."""
        condition = "attribute_not_exists(pk)"
        puts = [
            {"TableName": self._table, "Item": item, "ConditionExpression": condition}
            for item in judgement_items(judgement)
        ]
        return transacted(self._client, *({"Put": put} for put in puts))


def judgement_items(judgement: DailyEvaluation) -> list[dict[str, Any]]:
    """Write a judgement: the first item bears the day, what does not fit follows under numbers."""
    alerts = judgement.alerts
    parts = [alerts[at : at + ALERTS_AN_ITEM] for at in range(0, max(len(alerts), 1), ALERTS_AN_ITEM)]
    return [_item(replace(judgement, alerts=part), number) for number, part in enumerate(parts)]


def read_judgement(item: Mapping[str, Any]) -> DailyEvaluation:
    """Read an item back; KeyError or ValueError if it is no judgement."""
    told = json.loads(item["told"]["S"]) if "told" in item else None
    return DailyEvaluation(
        survey=item["survey"]["S"],
        day=item["day"]["S"],
        rules=AlertSettings(**json.loads(item["rules"]["S"])),
        alerts=tuple(
            Alert(series, Histogram(tuple(previous)), Histogram(tuple(current)))
            for series, previous, current in json.loads(item["alerts"]["S"])
        ),
        told=_read_told(told) if told else None,
    )


def _item(judgement: DailyEvaluation, number: int) -> dict[str, Any]:
    alerts = [[alert.series, alert.previous.counts, alert.current.counts] for alert in judgement.alerts]
    item = {
        "pk": {"S": table_keys.judgements(judgement.survey)},
        "sk": {"S": table_keys.judgement(judgement.day, number)},
        "type": {"S": "judgement"},
        "survey": {"S": judgement.survey},
        "day": {"S": judgement.day},
        "correlation": {"S": judgement.correlation},
        "rules": {"S": _json(asdict(judgement.rules))},
        "alerts": {"S": _json(alerts)},
    }
    if told := judgement.told:
        kept = [told.day, asdict(told.target), told.standing.value, told.histogram.counts]
        item["told"] = {"S": _json(kept)}
    return item


def _read_told(kept: Sequence[Any]) -> EmittedTargetStatus:
    day, target, standing, counts = kept
    return EmittedTargetStatus(day, ScoreTarget(**target), TargetStatus(standing), Histogram(tuple(counts)))


def _joined(parts: Sequence[DailyEvaluation]) -> DailyEvaluation:
    return replace(parts[0], alerts=tuple(alert for part in parts for alert in part.alerts))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
