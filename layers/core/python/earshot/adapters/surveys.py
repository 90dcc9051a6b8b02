"""Surveys in DynamoDB: one item each, the values of their segments apart, and a directory to list them by."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters import keys
from earshot.adapters.conditional import transacted
from earshot.adapters.door import DynamoDBDoor, meta_key
from earshot.adapters.faults import code_of, translated
from earshot.adapters.many_items import read_partition
from earshot.domain.alerting import Alerts, Target
from earshot.domain.brand import Brand
from earshot.domain.eligibility import Rules
from earshot.domain.errors import BusyError
from earshot.domain.survey import VALUES_PER_SEGMENT, Survey
from earshot.domain.widget import Link, Widget

ATTEMPTS = 8
TEXTS = ("id", "name", "question", "timezone", "state", "kind", "created", "updated")
LISTS = ("segments", "incomplete")


class DynamoDBSurveys(DynamoDBDoor):
    """The `Surveys` port over the table."""

    def get(self, survey_id: str) -> Survey | None:
        """Read a survey's settings as they are now; that costs the same however many values there are."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=meta_key(survey_id), ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    def with_values(self, survey: Survey) -> Survey:
        """Return the survey with the values of its segments as they are now."""
        items = self._query(keys.values(survey.id))
        return replace(survey, values={item["sk"]["S"]: frozenset(item["vals"]["SS"]) for item in items})

    def list(self) -> list[Survey]:
        """List all surveys by id, without their values."""
        return [_read(item) for item in self._query(keys.SURVEYS)]

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        """Write a survey and its place in the directory, if it still is what it replaces."""
        item = _item(survey)
        directory = {**item, "pk": {"S": keys.SURVEYS}, "sk": {"S": survey.id}}
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if replaces is not None:
            expected = {":v": {"N": str(replaces.revision)}}
            condition = {"ConditionExpression": "v = :v", "ExpressionAttributeValues": expected}
        puts = [
            {"TableName": self._table, "Item": item, **condition},
            {"TableName": self._table, "Item": directory},
        ]
        return transacted(self._client, *({"Put": put} for put in puts))

    def delete(self, survey: Survey) -> bool:
        """Delete a survey and its place in the directory, if it still is as given and was never answered."""
        condition = {
            "ConditionExpression": "v = :v AND zone_is_fixed = :no",
            "ExpressionAttributeValues": {":v": {"N": str(survey.revision)}, ":no": {"BOOL": False}},
        }
        directory = {"pk": {"S": keys.SURVEYS}, "sk": {"S": survey.id}}
        deletes = [
            {"TableName": self._table, "Key": meta_key(survey.id), **condition},
            {"TableName": self._table, "Key": directory},
        ]
        return transacted(self._client, *({"Delete": delete} for delete in deletes))

    def fix_zone(self, survey_id: str) -> Survey:
        """Make the survey's zone final, and return the survey with it."""
        return self._revise(survey_id, lambda survey: replace(survey, zone_is_fixed=True))

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        """Note that the older responses of these segments are counted; False if the survey is of another revision."""
        old = self.get(survey_id)
        if old is None or old.revision != revision:
            return False
        left = tuple(name for name in old.incomplete if name not in frozenset(segments))
        return self.put(replace(old, incomplete=left, revision=revision + 1), old)

    def add_value(self, survey_id: str, segment: str, value: str) -> bool:
        """Note a value of a segment; False if the segment has as many as it may."""
        try:
            with translated("the table"):
                self._client.update_item(
                    TableName=self._table,
                    Key={"pk": {"S": keys.values(survey_id)}, "sk": {"S": segment}},
                    UpdateExpression="ADD vals :value",
                    ConditionExpression="attribute_not_exists(vals) OR contains(vals, :one) OR size(vals) < :most",
                    ExpressionAttributeValues={
                        ":value": {"SS": [value]},
                        ":one": {"S": value},
                        ":most": {"N": str(VALUES_PER_SEGMENT)},
                    },
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _revise(self, survey_id: str, change: Callable[[Survey], Survey]) -> Survey:
        for _ in range(ATTEMPTS):
            old = self.get(survey_id)
            if old is None:
                raise BusyError(f"the survey {survey_id!r} is not there yet")
            changed = change(old)
            if changed == old:
                return old
            new = replace(changed, revision=old.revision + 1)
            if self.put(new, old):
                return new
        raise BusyError("the survey is being changed by someone else; try again")

    def _query(self, partition: str) -> Iterator[Mapping[str, Any]]:
        return read_partition(self._client, self._table, partition, consistent=True)


def _item(survey: Survey) -> dict[str, Any]:
    return {
        **meta_key(survey.id),
        **{name: {"S": getattr(survey, name)} for name in TEXTS},
        **{name: {"L": [{"S": text} for text in getattr(survey, name)]} for name in LISTS},
        "v": {"N": str(survey.revision)},
        "rules": {"S": json.dumps(asdict(survey.rules))},
        "brand": {"S": json.dumps(asdict(survey.brand))},
        "alerting": {"S": json.dumps(_alerting(survey))},
        "widget": {"S": json.dumps(asdict(survey.widget))},
        "zone_is_fixed": {"BOOL": survey.zone_is_fixed},
        **({} if survey.retention_days is None else {"retention_days": {"N": str(survey.retention_days)}}),
    }


def _read(item: Mapping[str, Any]) -> Survey:
    lists: dict[str, Any] = {name: tuple(text["S"] for text in item[name]["L"]) for name in LISTS}
    return Survey(
        **{name: item[name]["S"] for name in TEXTS},
        **lists,
        revision=int(item["v"]["N"]),
        rules=_rules(item["rules"]["S"]),
        brand=Brand(**json.loads(item["brand"]["S"])),
        widget=_widget(item["widget"]["S"]) if "widget" in item else Widget(),
        zone_is_fixed=item["zone_is_fixed"]["BOOL"],
        retention_days=int(item["retention_days"]["N"]) if "retention_days" in item else None,
        **_read_alerting(item),
    )


def _rules(kept: str) -> Rules:
    """Read the rules; JSON has no tuples."""
    said = json.loads(kept)
    return Rules(**said | {"reminders": tuple(said["reminders"])})


def _alerting(survey: Survey) -> dict[str, Any]:
    target = survey.target
    return {"alerts": asdict(survey.alerts), "target": asdict(target) if target else None, "bands": survey.bands}


def _read_alerting(item: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is told of the scores; a survey kept before there were alerts has the defaults."""
    if "alerting" not in item:
        return {}
    kept = json.loads(item["alerting"]["S"])
    bands = kept["bands"]
    return {
        "alerts": Alerts(**kept["alerts"]),
        "target": Target(**kept["target"]) if kept["target"] else None,
        "bands": tuple((begin, label) for begin, label in bands) if isinstance(bands, list) else bands,
    }


def _widget(kept: str) -> Widget:
    """Read a widget; JSON knows neither tuples nor links."""
    said = json.loads(kept)
    lists = {name: tuple(said[name]) for name in ("origins", "urls")}
    return Widget(**said | lists | {"link": Link(**said["link"]) if said["link"] else None})
