"""The campaigns' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.campaign import Campaign, CampaignState, Plan, Wait
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_person
from tests.fakes.campaigns import InMemoryCampaigns

BARE = Campaign("spring", "demo", Plan(None, None, 500), NOON, "2026-11-21", NOON)


FULL = Campaign(
    id="autumn",
    survey="demo",
    plan=Plan("Größe=💬=x", 90, 7),
    started_at=NOON + 1,
    started_on="2026-11-21",
    due_at=NOON + 5,
    wait=Wait.DAILY_BUDGET,
    place=2049,
    after="pro-1",
    skipped=3,
    day="2026-11-22",
    asked_that_day=7,
    seen=100,
    matched=20,
    asked=11,
    declined={"quiet-period": 8, "not-sampled": 1},
    note="a note",
    correlation="request",
    revision=9,
)


@pytest.fixture(params=["fake", "dynamodb"])
def campaigns(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryCampaigns()
    return DynamoDBCampaigns(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("campaign", [BARE, FULL, FULL.over(CampaignState.FINISHED, NOON + 9, None)])
def test_a_campaign_is_kept_as_it_is(campaigns: Any, campaign: Campaign) -> None:
    assert campaigns.get("demo", campaign.id) is None
    assert campaigns.put(campaign, None)
    assert campaigns.get("demo", campaign.id) == campaign
    assert campaigns.get("other", campaign.id) is None


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(campaigns: Any) -> None:
    assert campaigns.put(BARE, None)
    assert not campaigns.put(BARE, None)
    newer = replace(BARE, place=5, revision=2)
    assert campaigns.put(newer, BARE)
    assert not campaigns.put(replace(BARE, place=6, revision=2), BARE)
    assert campaigns.get("demo", "spring") == newer


def test_a_surveys_campaigns_are_listed_by_their_beginning(campaigns: Any) -> None:
    for campaign in (FULL, BARE, replace(BARE, survey="demo-2")):
        assert campaigns.put(campaign, None)
    assert campaigns.of_survey("demo") == [BARE, FULL]
    assert campaigns.of_survey("nowhere") == []


def test_what_is_due_comes_page_by_page_and_only_while_it_runs(campaigns: Any) -> None:
    made = [replace(BARE, id=f"c{number}", due_at=NOON + number) for number in range(10)]
    for campaign in made:
        campaigns.put(campaign, None)
    campaigns.put(replace(made[3].over(CampaignState.STOPPED, NOON, "why"), revision=2), made[3])
    found, more = campaigns.due(NOON + 8, 2)
    while more is not None:
        page, more = campaigns.due(NOON + 8, 2, more)
        found += page
    assert found == [("demo", f"c{number}") for number in range(9) if number != 3]
    assert campaigns.due(NOON - 1, 2) == ([], None)
    # The next page is asked for by a container whose clock is behind.
    assert campaigns.due(NOON - 1, 2, f"{NOON:014d}#a") == ([], None)


def test_neither_people_nor_campaigns_are_due_invitations(dynamodb: Any) -> None:
    DynamoDBPeople(dynamodb, "earshot").put([PersonChange(None, make_person())])
    DynamoDBCampaigns(dynamodb, "earshot").put(BARE, None)
    invitations = DynamoDBInvitations(dynamodb, "earshot")
    assert [invitations.due(shard, NOON * 2, 10) for shard in range(8)] == [([], None)] * 8
