"""Campaigns: spread evenly over their period, each bucket once a period, nobody left out after an outage."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from earshot.domain.campaign import LEASE, Campaign, CampaignState, Plan, Wait, begin, day_of, settled
from earshot.domain.eligibility import Rules
from earshot.domain.person_id import BUCKETS
from tests.factories import NOON

START = date(2026, 11, 21)
BERLIN = ZoneInfo("Europe/Berlin")
RULES = Rules()


def recurring(every_days: int = 90, daily_budget: int | None = None, **overrides: Any) -> Campaign:
    plan = Plan(None, every_days, daily_budget)
    return replace(Campaign("c", "demo", plan, NOON, START.isoformat(), NOON), **overrides)


def once(daily_budget: int = 2, segment: str | None = None) -> Campaign:
    return Campaign("c", "demo", Plan(segment, None, daily_budget), NOON, START.isoformat(), NOON)


def walk(campaign: Campaign, day: int) -> tuple[Campaign, list[int]]:
    """Walk all that a day, counted from the start, asks for; give the places met."""
    today = START + timedelta(day)
    campaign = campaign.on(today)
    met = list(range(campaign.place, campaign.goal(today)))
    return replace(campaign, place=campaign.place + len(met)), met


def moment(*parts: int, zone: ZoneInfo = BERLIN) -> int:
    return int(datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("every_days", range(1, 366))
def test_every_bucket_comes_once_a_period_and_the_days_are_even(every_days: int) -> None:
    campaign, places, sizes = recurring(every_days), [], []
    for day in range(2 * every_days):
        campaign, met = walk(campaign, day)
        places += met
        sizes.append(len(met))
    assert places == list(range(2 * BUCKETS))
    assert max(sizes) - min(sizes) <= 1
    assert campaign.goal(START + timedelta(2 * every_days - 1)) == 2 * BUCKETS


@pytest.mark.parametrize("outage", [1, 7, 29, 30, 31, 45, 60, 100, 365])
@pytest.mark.parametrize("before", [0, 1, 17, 30])
def test_after_an_outage_everyone_missed_is_met_once_and_nobody_twice(outage: int, before: int) -> None:
    campaign, usual = recurring(30), []
    for day in range(before):
        campaign, met = walk(campaign, day)
        usual += met
    campaign, caught_up = walk(campaign, before + outage)
    missed = (before + outage + 1) * BUCKETS // 30 - len(usual)
    assert caught_up == list(range(len(usual), len(usual) + min(BUCKETS, missed)))
    assert len({place % BUCKETS for place in caught_up}) == len(caught_up)
    campaign, later = walk(campaign, before + outage + 1)
    assert len(later) in (BUCKETS // 30, BUCKETS // 30 + 1)


def test_a_budget_too_small_for_the_period_slows_the_walk_and_leaves_nobody_out() -> None:
    campaign, met = recurring(30), Counter[int]()
    for day in range(400):
        campaign = campaign.on(START + timedelta(day))
        for _ in range(10):
            if campaign.place < campaign.goal(START + timedelta(day)):
                met[campaign.bucket] += 1
                campaign = campaign.next_bucket()
    assert set(met) == set(range(BUCKETS))
    assert max(met.values()) - min(met.values()) <= 1


def test_the_same_bucket_has_another_seed_in_the_next_period() -> None:
    assert recurring(place=5).seed == recurring(place=1023).seed != recurring(place=1024 + 5).seed
    assert recurring(place=1024 + 5).bucket == 5
    assert recurring().seed != replace(recurring(), id="other").seed


def test_a_clock_moved_backwards_asks_nobody_and_gives_no_budget_back() -> None:
    campaign, _ = walk(recurring(30, daily_budget=5), 10)
    campaign = replace(campaign, asked_that_day=5)
    assert walk(campaign, 3) == (campaign, [])
    assert walk(campaign, -5)[1] == []
    assert campaign.on(START + timedelta(3)).is_spent
    assert not campaign.on(START + timedelta(11)).is_spent


def test_a_campaign_that_runs_once_walks_all_buckets_on_any_day() -> None:
    assert once().goal(START) == once().goal(START + timedelta(99)) == BUCKETS
    assert walk(once(), 50)[0].skipped == 0


@pytest.mark.parametrize(
    ("segment", "properties", "is_in"),
    [
        (None, {}, True),
        ("plan=pro", {"plan": "pro"}, True),
        ("plan=pro", {"plan": "Pro"}, False),
        ("plan=pro", {}, False),
        ("plan=a=b", {"plan": "a=b"}, True),
    ],
)
def test_a_segment_is_a_property_and_its_value(segment: str | None, properties: dict[str, str], is_in: bool) -> None:
    assert once(segment=segment).includes(properties) is is_in


def test_decisions_are_counted_by_what_they_came_to() -> None:
    campaign = once().read("ann").counted(None).read("ben").counted("suppressed").read("cai").counted("suppressed")
    campaign = campaign.past("gone").read("dee")
    assert (campaign.seen, campaign.matched, campaign.asked, campaign.after) == (4, 3, 1, "dee")
    assert campaign.declined == {"suppressed": 2}
    assert not campaign.is_spent
    assert campaign.counted(None).is_spent


def test_it_begins_with_the_sending_hours_on_their_day() -> None:
    at_night = moment(2026, 11, 21, 23)
    begun = begin(once(), RULES, BERLIN, at_night)
    assert (begun.due_at, begun.started_on, begun.wait) == (
        moment(2026, 11, 22, 8),
        "2026-11-22",
        Wait.SENDING_HOURS,
    )
    begun = begin(once(), RULES, BERLIN, moment(2026, 11, 21, 9))
    assert (begun.due_at, begun.started_on, begun.wait) == (moment(2026, 11, 21, 9), "2026-11-21", None)


@pytest.mark.parametrize(
    ("today", "tomorrow"),
    [
        ((2027, 3, 27, 12), (2027, 3, 28, 8)),  # the night in which the clocks go forward
        ((2027, 10, 30, 12), (2027, 10, 31, 8)),  # and back
        ((2026, 12, 31, 19), (2027, 1, 1, 8)),
    ],
)
def test_it_sleeps_until_the_next_days_opening_also_when_the_clocks_change(
    today: tuple[int, ...], tomorrow: tuple[int, ...]
) -> None:
    now = moment(*today)
    campaign = replace(recurring(30), started_on=day_of(now, BERLIN).isoformat())
    campaign = replace(campaign, place=campaign.goal(day_of(now, BERLIN)))
    slept = settled(campaign, RULES, BERLIN, now)
    assert (slept.wait, slept.due_at) == (Wait.NEXT_DAY, moment(*tomorrow))
    blocked = settled(replace(campaign, place=0), RULES, BERLIN, now)
    assert (blocked.wait, blocked.due_at) == (Wait.DAILY_BUDGET, moment(*tomorrow))


def test_each_day_of_a_year_with_changing_clocks_is_one_day() -> None:
    noon, days = moment(2027, 1, 1, 12), []
    rules, campaign = Rules(opens=2, closes=4), replace(recurring(90), started_on="2027-01-01")
    for _ in range(365):
        campaign = replace(campaign, place=campaign.goal(day_of(noon, BERLIN)))
        campaign = settled(campaign, rules, BERLIN, noon)
        days.append(day_of(campaign.due_at, BERLIN))
        noon = campaign.due_at
    assert days == [date(2027, 1, 2) + timedelta(day) for day in range(365)]


def test_it_is_over_once_everyone_was_met_and_reports_if_there_was_nobody() -> None:
    met = replace(once(segment="plan=pro"), place=BUCKETS, matched=3)
    over = settled(met, RULES, BERLIN, NOON)
    assert (over.state, over.ended_at, over.note, over.is_running) == (CampaignState.FINISHED, NOON, None, False)
    assert once().read("ann").over(CampaignState.STOPPED, NOON, "why").after == ""
    assert settled(replace(met, matched=0), RULES, BERLIN, NOON).note == "nobody is in plan=pro"
    assert settled(replace(once(), place=BUCKETS), RULES, BERLIN, NOON).note == "nobody is known yet"


def test_at_work_it_is_looked_after_when_nothing_is_heard_of_it() -> None:
    working = once().waiting(Wait.NEXT_DAY, 1).at_work(NOON)
    assert (working.wait, working.due_at) == (None, NOON + LEASE)


def test_a_day_is_that_of_the_surveys_zone() -> None:
    assert day_of(int(datetime(2026, 11, 21, 23, 30, tzinfo=UTC).timestamp() * 1000), BERLIN) == date(2026, 11, 22)
