"""The page of alerts: the rules, the changes that were found, and what became of each sending."""

from dataclasses import replace

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.alert_rules import AlertRule, When, Where
from earshot.domain.alert_settings import AlertSettings
from earshot.domain.daily_evaluation import DailyEvaluation, ScoreChange
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.score import Histogram
from tests.factories import NOON
from tests.unit.console.world import Console, words_of

HOOK = Destination("to-1", "webhook", "Our hook", {"url": "https://hooks.example.com"})


def delivery(**more: object) -> Delivery:
    made = Delivery("d-1", "to-1", "a-1", "angry", "demo", "r-1", "response.detractor", NOON)
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_survey_without_rules_shows_the_one_that_holds(console: Console) -> None:
    text = words_of(console.page("/app/s/demo/alerts"))
    assert "default A detractor responds Sent to owner · opens a case" in text
    assert "Nothing was sent yet." in text
    assert "No score really changed." in text


def test_a_rule_is_shown_in_words(console: Console) -> None:
    console.destinations.put(HOOK, None)
    rule = AlertRule(
        "angry", "demo", When.SCORE, ("to-1",), "Angry pros", 3, where=Where({"plan": ("pro", "scale")}),
        muted_until=NOON + 3_600_000,
    )  # fmt: skip
    console.alert_rules.put(rule, None)
    text = words_of(console.page("/app/s/demo/alerts"))
    assert "Angry pros A score · up to 3 · plan=pro / scale Sent to Our hook Muted until 13:00" in text


def test_a_change_of_the_score_says_how_sure_it_is(console: Console) -> None:
    change = ScoreChange("plan=pro", Histogram.of([10] * 60), Histogram.of([0] * 60))
    console.evaluations.put(DailyEvaluation("demo", "2026-11-20", AlertSettings(), (change,)))
    text = words_of(console.page("/app/s/demo/alerts"))
    assert "20 Nov 2026, plan=pro : A real fall of −200.0 points" in text


@pytest.mark.parametrize(
    ("state", "words"), [(DeliveryState.PARKED, "given up"), (DeliveryState.DELIVERED, "delivered")]
)
def test_a_sending_leads_to_its_case_or_response(console: Console, state: DeliveryState, words: str) -> None:
    console.destinations.put(HOOK, None)
    console.deliveries.put(delivery(state=state, number=3, case="c-1"), None)
    console.deliveries.put(delivery(id="d-2", survey="other"), None)
    html = console.page("/app/s/demo/alerts")
    assert '<a href="/app/cases/c-1">12:00</a>' in html
    assert f"Our hook angry {words} 3" in words_of(html)
    assert html.count('<td class="number">') == 1
    assert [each["delivery"] for each in console.data("/app/s/demo/alerts.json")["deliveries"]] == ["d-1"]
    assert "d-1,to-1,angry" in console.page("/app/s/demo/alerts.csv")


def test_a_broken_destination_comes_first(console: Console) -> None:
    console.destinations.put(replace(HOOK, state=DestinationState.BROKEN), None)
    assert "The destination Our hook refuses its credentials." in words_of(console.page("/app/s/demo/alerts"))


def test_alerts_are_for_roles_that_read_them_and_for_whole_surveys(console: Console) -> None:
    assert console.reply("/app/s/demo/alerts", console.visitor(Role.FRONTLINE)).status == 403
    limited = console.visitor(Role.MANAGER, Access(segment=("plan", "pro")))
    assert console.reply("/app/s/demo/alerts", limited).status == 403
