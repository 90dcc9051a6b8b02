"""Campaigns in DynamoDB: in one partition a survey, and in the sparse index while they run."""

from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, put
from earshot.domain.campaign import Campaign, CampaignState, Plan, Wait


class DynamoDBCampaigns(TableAdapter):
    """The `Campaigns` port over the table."""

    def get(self, survey: str, campaign: str) -> Campaign | None:
        """Read a campaign as it is now."""
        item = self._table.get(table_keys.campaign_key(survey, campaign))
        return read_campaign(item) if item else None

    def of_survey(self, survey: str) -> list[Campaign]:
        """List a survey's campaigns, those that began first first."""
        items = self._table.query(Query(partition=table_keys.campaigns(survey), consistent=True))
        return sorted(map(read_campaign, items), key=lambda campaign: (campaign.started_at, campaign.id))

    def put(self, campaign: Campaign, replaces: Campaign | None) -> bool:
        """Write a campaign if it still is what it `replaces`; False if another writer was faster."""
        item = campaign_item(campaign)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.revision))

    def due(self, now: int, limit: int, after: str = "") -> tuple[list[tuple[str, str]], str | None]:
        """Return survey and id of the running campaigns that are due, and after what the next page begins."""
        low, high = table_keys.due_span(now, after)
        due = Query(partition=table_keys.DUE_CAMPAIGNS, index=table_keys.DUE_INDEX, low=low, high=high, limit=limit)
        items, more = self._table.page(due)
        found = [(table_keys.survey_of_campaigns(item["pk"]), item["sk"]) for item in items]
        return found, items[-1]["due_order"] if more else None


def campaign_item(campaign: Campaign) -> dict[str, Any]:
    """Write a campaign; what it lacks takes no room."""
    item = {
        **table_keys.campaign_key(campaign.survey, campaign.id),
        "type": "campaign",
        "survey": campaign.survey,
        "state": campaign.state.value,
        "v": campaign.revision,
        "segment": campaign.plan.segment,
        "every_days": campaign.plan.every_days,
        "daily_budget": campaign.plan.daily_budget,
        "started_at": campaign.started_at,
        "started_on": campaign.started_on or None,
        "due_at": campaign.due_at,
        "wait": campaign.wait.value if campaign.wait else None,
        "place": campaign.place,
        "after": campaign.after or None,
        "skipped": campaign.skipped,
        "day": campaign.day or None,
        "asked_that_day": campaign.asked_that_day,
        "seen": campaign.seen,
        "matched": campaign.matched,
        "asked": campaign.asked,
        "declined": dict(campaign.declined),
        "ended_at": campaign.ended_at,
        "note": campaign.note or None,
        "correlation": campaign.correlation or None,
    }
    is_due = campaign.is_at_work
    return item | (table_keys.due_campaign(campaign.due_at, campaign.survey, campaign.id) if is_due else {})


def read_campaign(item: Item) -> Campaign:
    """Read a campaign back; KeyError, TypeError or ValueError if the item is none."""
    return Campaign(
        id=item["sk"],
        survey=item["survey"],
        plan=Plan(item.get("segment"), item.get("every_days"), item.get("daily_budget")),
        started_at=item["started_at"],
        started_on=item["started_on"],
        due_at=item["due_at"],
        state=CampaignState(item["state"]),
        wait=Wait(item["wait"]) if "wait" in item else None,
        place=item.get("place", 0),
        after=item.get("after", ""),
        skipped=item.get("skipped", 0),
        day=item.get("day", ""),
        asked_that_day=item.get("asked_that_day", 0),
        seen=item.get("seen", 0),
        matched=item.get("matched", 0),
        asked=item.get("asked", 0),
        declined=dict(item["declined"]),
        ended_at=item.get("ended_at"),
        note=item.get("note"),
        correlation=item.get("correlation", ""),
        revision=item["v"],
    )
