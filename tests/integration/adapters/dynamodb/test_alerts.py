"""The adapters of alerts and of their limits, and their fakes, keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.alerts import DynamoDBAlertLimits, DynamoDBAlerts
from earshot.domain.alert_rules import MOST_PER_HOUR
from earshot.domain.alerts import Alert, AlertState
from earshot.ports.alerts import Limited
from tests.factories import NOON
from tests.fakes.alerts import InMemoryAlertLimits, InMemoryAlerts

BARE = Alert("demo", "default", "r1", NOON, revision=1, event="e1", detail_type="ResponseRecorded")
FULL = replace(
    BARE, rule="own", destinations=("owner", "hook"), state=AlertState.MUTED, case="c1", correlation="x", sends="x.y"
)
SCORE = replace(
    BARE, subject="e9", event="e9", detail_type="ScoreChanged", revision=0, data={"survey": "demo", "p": 0.01}
)


@pytest.fixture(params=["fake", "dynamodb"])
def alerts(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryAlerts()
    return DynamoDBAlerts(request.getfixturevalue("dynamodb"), "earshot")


@pytest.fixture(params=["fake", "dynamodb"])
def limits(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryAlertLimits()
    return DynamoDBAlertLimits(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("alert", [BARE, FULL, SCORE])
def test_an_alert_is_raised_once_and_kept_as_it_is(alerts: Any, alert: Alert) -> None:
    assert alerts.get("demo", alert.subject, alert.rule) is None
    assert alerts.raise_once(alert) is None
    assert alerts.get("demo", alert.subject, alert.rule) == alert
    later = replace(alert, raised_at=NOON + 5, revision=7, destinations=("other",))
    assert alerts.raise_once(later) == alert


def test_the_alerts_on_a_response_are_listed_and_deleted_together(alerts: Any) -> None:
    other = replace(BARE, subject="r2")
    for alert in (BARE, FULL, SCORE, other):
        assert alerts.raise_once(alert) is None
    assert alerts.of_response("demo", "r1") == [BARE, FULL]
    assert alerts.of_event("demo", "e9") == [SCORE]
    assert alerts.of_event("demo", "e") == []
    alerts.delete_of_response("demo", "r1")
    assert alerts.of_response("demo", "r1") == []
    assert alerts.of_response("demo", "r2") == [other]


def test_each_alert_of_an_hour_is_counted_once_for_each_destination(limits: Any) -> None:
    of = Limited("demo", "default", "owner", 7)
    assert limits.taken(of) == 0
    assert [limits.take(of, delivery) for delivery in ("d-1", "d-2", "d-1", "d-3", "d-2")] == [1, 2, 1, 3, 2]
    assert (limits.taken(of), limits.taken(of._replace(hour=8))) == (3, 0)
    for other in (of._replace(rule="other"), of._replace(destination="mail")):
        assert limits.take(other, "d-1") == 1


def test_the_first_alerts_of_an_hour_are_known_again_and_all_are_counted(limits: Any) -> None:
    of = Limited("demo", "default", "owner", 7)
    taken = [limits.take(of, f"{number:08x}-0") for number in range(MOST_PER_HOUR + 3)]
    assert taken == list(range(1, MOST_PER_HOUR + 4))
    assert limits.take(of, f"{MOST_PER_HOUR - 1:08x}-0") == MOST_PER_HOUR
    assert limits.taken(of) == MOST_PER_HOUR + 3
