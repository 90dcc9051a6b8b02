"""Alert rules as they are sent and shown."""

import unicodedata
from typing import Any

import pytest

from earshot.api.alert_rules import alert_rule_view, read_alert_rule, tried_view
from earshot.domain.access import Role
from earshot.domain.alert_rules import AlertRule, CaseBy, When, Where
from earshot.domain.errors import InvalidError
from earshot.services.alerts.manage_alert_rules import Tried
from tests.factories import NOON, make_response

DETRACTOR = {"when": "detractor"}


def test_a_rule_is_read_by_the_names_of_the_domain() -> None:
    given = {
        "when": "comment",
        "words": ["refund"],
        "where": {"key_account": False},
        "destinations": ["owner"],
        "case": True,
        "case_by": "account",
        "owner": "ann",
        "role": "frontline",
    }
    assert read_alert_rule(given) == {
        "when": When.COMMENT,
        "words": ("refund",),
        "where": Where(key_account=False),
        "destinations": ("owner",),
        "opens_case": True,
        "case_by": CaseBy.ACCOUNT,
        "owner": "ann",
        "role": Role.FRONTLINE,
    }


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", NOON - 12 * 3_600_000),
        ("2026-11-21T12:00:00Z", NOON),
        ("2026-11-21T13:00:00+01:00", NOON),
        ("2026-11-21T12:00:00.000Z", NOON),
    ],
)
def test_a_mute_ends_at_a_day_or_a_time(text: str, moment: int) -> None:
    assert read_alert_rule(DETRACTOR | {"muted_until": text})["muted_until"] == moment


def test_a_mute_is_ended_by_null() -> None:
    assert read_alert_rule({"muted_until": None}, partial=True) == {"muted_until": None}


def test_values_of_properties_are_read_in_their_one_spelling() -> None:
    written = unicodedata.normalize("NFD", "Größe")
    where = read_alert_rule(DETRACTOR | {"where": {"properties": {written: [written]}}})["where"]
    assert where.properties == {"Größe": ("Größe",)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"muted_until": "9999999-01-01"},
        {"muted_until": 5},
        {"words": ["x" * 101]},
        {"words": ["*"]},
        {"where": {"properties": []}},
        {"where": {"properties": {"plan": "pro"}}},
        {"where": {"properties": {f"p{number}": ["x"] for number in range(51)}}},
        {"destinations": ["Owner"]},
        {"destinations": [f"to-{number}" for number in range(21)]},
        {"at_most": 11},
        {"most_per_hour": 10_001},
        {"made_at": 0},
    ],
)
def test_what_is_no_rule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refused:
        read_alert_rule(DETRACTOR | wrong)
    assert len(refused.value.faults) == 1


def test_a_rule_that_was_read_is_shown_as_it_was_sent() -> None:
    given = {
        "name": "Refunds",
        "when": "comment",
        "at_most": 8,
        "words": ["refund", "cancel*"],
        "where": {"properties": {"plan": ["pro"]}, "key_account": True},
        "destinations": ["owner"],
        "case": True,
        "case_by": "account",
        "owner": "ann",
        "role": "manager",
        "muted_until": "2026-12-01T00:00:00.000Z",
        "most_per_hour": 5,
    }
    shown = alert_rule_view(AlertRule(id="rule-1", survey="demo", **read_alert_rule(given)))
    assert shown == given | {"id": "rule-1", "survey": "demo", "revision": 1}


def test_a_trial_shows_its_examples_without_who_gave_them() -> None:
    response = make_response(0, person="ann", comment="late")
    assert tried_view(Tried(90, 5, True, 1, (response,))) == {
        "days": 90,
        "looked_at": 5,
        "complete": True,
        "matched": 1,
        "examples": [{"response": response.id, "score": 0, "responded_at": "2026-11-21T12:00:00.000Z"}],
    }
