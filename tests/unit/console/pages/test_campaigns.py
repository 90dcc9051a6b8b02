"""The page of campaigns and the funnel: what was sent, what came of it, and who was not asked."""

import csv
import io

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.campaign import Campaign, CampaignState, Plan, Wait
from earshot.domain.funnel import Funnel, Row
from tests.factories import NOON
from tests.unit.console.world import Console, words_of


@pytest.fixture
def asked(console: Console, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console whose survey invited 200 people, and reminded some."""
    rows = {
        Row("demo", "email", 1): {
            "sent": 200,
            "delivered": 195,
            "opened": 90,
            "opened-by-machine": 60,
            "responded": 40,
        },
        Row("demo", "email", 2): {"sent": 100, "responded": 10},
    }
    monkeypatch.setattr(console.funnels, "read", lambda survey: Funnel(rows if survey == "demo" else {}))
    console.campaigns.kept["demo", "spring"] = Campaign(
        "spring", "demo", Plan("plan=pro", None, 50), NOON, "2026-11-21", NOON + 3_600_000,
        wait=Wait.DAILY_BUDGET, matched=300, asked=200, declined={"quiet-period": 30, "new-reason": 70},
    )  # fmt: skip
    return console


def test_the_response_rate_comes_with_its_interval(asked: Console) -> None:
    text = words_of(asked.page("/app/s/demo/campaigns"))
    assert "25.0% of those invited responded (95% interval 19.5% to 31.4%): 50 of 200" in text


def test_what_machines_did_stands_apart(asked: Console) -> None:
    text = words_of(asked.page("/app/s/demo/campaigns"))
    assert text.index("Response rate") < text.index("Opened by a machine 60 0")
    assert "Opened 90 0" in text


def test_a_campaign_says_what_it_waits_for_and_who_was_not_asked(asked: Console) -> None:
    text = words_of(asked.page("/app/s/demo/campaigns"))
    assert "spring running plan=pro · once · 50 a day 200 asked of 300 in the segment" in text
    assert "The budget of the day is used up; it goes on 13:00." in text
    assert text.index("new-reason: 70") < text.index("Asked too recently: 30")


def test_the_file_has_every_wave(asked: Console) -> None:
    rows = list(csv.DictReader(io.StringIO(asked.page("/app/s/demo/campaigns.csv"))))
    assert [(row["wave"], row["sent"], row["responded"]) for row in rows] == [("1", "200", "40"), ("2", "100", "10")]
    assert asked.data("/app/s/demo/campaigns.json")["campaigns"][0]["state"] == CampaignState.RUNNING.value


def test_nothing_yet_says_how_to_begin(console: Console) -> None:
    html = console.page("/app/s/demo/campaigns")
    assert "earshot campaign start demo" in html
    assert "No campaign was started yet." in html


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ANALYST])
def test_who_may_not_know_people_sees_the_funnel_alone(asked: Console, role: Role) -> None:
    html = asked.page("/app/s/demo/campaigns", asked.visitor(role))
    assert "50 of 200" in html
    assert "spring" not in html


def test_the_funnel_is_of_a_whole_survey_only(asked: Console) -> None:
    html = asked.page("/app/s/demo/campaigns", asked.visitor(access=Access(segment=("plan", "pro"))), 403)
    assert "limited to plan=pro" in html
    assert "200" not in words_of(html)
