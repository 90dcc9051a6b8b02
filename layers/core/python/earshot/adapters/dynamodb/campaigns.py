"""Campaigns in DynamoDB: beside their survey's others, and in the sparse index while they run."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_partition
from earshot.adapters.dynamodb.conditional import written
from earshot.adapters.dynamodb.invitations import DUE_INDEX
from earshot.domain.campaign import Campaign, CampaignState, Plan, Wait

DUE_SHARD = "DUE#CAMPAIGNS"
NUMBERS = ("started", "due", "place", "skipped", "asked_that_day", "seen", "matched", "asked", "ended")
TEXTS = ("survey", "start_day", "after", "day", "note", "correlation")


class DynamoDBCampaigns:
    """The `Campaigns` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, survey: str, campaign: str) -> Campaign | None:
        """Read a campaign as it is now."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(survey, campaign), ConsistentRead=True)
        return read_campaign(answer["Item"]) if "Item" in answer else None

    def of_survey(self, survey: str) -> list[Campaign]:
        """List a survey's campaigns, those that began first first."""
        items = read_partition(self._client, self._table, table_keys.campaigns(survey), consistent=True)
        found = [read_campaign(item) for item in items]
        return sorted(found, key=lambda campaign: (campaign.started, campaign.id))

    def put(self, campaign: Campaign, replaces: Campaign | None) -> bool:
        """Write a campaign if it still is what it `replaces`; False if someone was faster."""
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if replaces is not None:
            old = {":old": {"N": str(replaces.revision)}}
            condition = {"ConditionExpression": "v = :old", "ExpressionAttributeValues": old}
        return written(self._client.put_item, TableName=self._table, Item=campaign_item(campaign), **condition)

    def due(self, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Give survey and id of the running campaigns that are due, and after what the next page begins."""
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due_order BETWEEN :from AND :to",
                ExpressionAttributeValues={
                    ":shard": {"S": DUE_SHARD},
                    # "~" comes after whatever an id is made of.
                    ":from": {"S": f"{after}~" if after else "0"},
                    ":to": {"S": f"{now:014d}~"},
                },
                Limit=limit,
            )
        found = [(item["pk"]["S"].removeprefix(table_keys.campaigns("")), item["sk"]["S"]) for item in answer["Items"]]
        return found, answer["Items"][-1]["due_order"]["S"] if "LastEvaluatedKey" in answer else None


def campaign_item(campaign: Campaign) -> dict[str, Any]:
    """Write a campaign; what it lacks takes no room."""
    item = {
        **_key(campaign.survey, campaign.id),
        "type": {"S": "campaign"},
        "state": {"S": campaign.state.value},
        "v": {"N": str(campaign.revision)},
        "declined": {"M": {reason: {"N": str(number)} for reason, number in campaign.declined.items()}},
        **_plan_item(campaign.plan),
    }
    item |= {name: {"N": str(value)} for name in NUMBERS if (value := getattr(campaign, name)) is not None}
    item |= {name: {"S": value} for name in TEXTS if (value := getattr(campaign, name))}
    item |= {"wait": {"S": campaign.wait.value}} if campaign.wait else {}
    return item | (_due_keys(campaign) if campaign.is_at_work else {})


def read_campaign(item: Mapping[str, Any]) -> Campaign:
    """Read a campaign back; KeyError, TypeError or ValueError if the item is none."""
    known: dict[str, Any] = {name: item[name]["S"] for name in TEXTS if name in item}
    return Campaign(
        **known | {name: int(item[name]["N"]) for name in NUMBERS if name in item},
        id=item["sk"]["S"],
        plan=_read_plan(item),
        state=CampaignState(item["state"]["S"]),
        wait=Wait(item["wait"]["S"]) if "wait" in item else None,
        declined={reason: int(number["N"]) for reason, number in item["declined"]["M"].items()},
        revision=int(item["v"]["N"]),
    )


def _key(survey: str, campaign: str) -> dict[str, Any]:
    return {"pk": {"S": table_keys.campaigns(survey)}, "sk": {"S": campaign}}


def _due_keys(campaign: Campaign) -> dict[str, Any]:
    order = f"{campaign.due:014d}#{campaign.survey}#{campaign.id}"
    return {"due_shard": {"S": DUE_SHARD}, "due_order": {"S": order}}


def _plan_item(plan: Plan) -> dict[str, Any]:
    numbers = {"every_days": plan.every_days, "daily_budget": plan.daily_budget}
    segment = {"segment": {"S": plan.segment}} if plan.segment is not None else {}
    return segment | {name: {"N": str(number)} for name, number in numbers.items() if number is not None}


def _read_plan(item: Mapping[str, Any]) -> Plan:
    numbers = {name: int(item[name]["N"]) for name in ("every_days", "daily_budget") if name in item}
    return Plan(item["segment"]["S"] if "segment" in item else None, **numbers)
