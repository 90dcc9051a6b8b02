"""The alert rules' adapter and its fake keep the same contract."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.alert_rules import DynamoDBAlertRules
from earshot.domain.alert_rules import AlertRule, CaseBy, When, Where, default_rule
from tests.factories import NOON
from tests.fakes.alerts import InMemoryAlertRules

FULL = AlertRule(
    id="refunds",
    survey="demo",
    when=When.COMMENT,
    destinations=("owner", "to-1"),
    name="Rückgaben",
    at_most=8,
    words=("refund", "返金"),
    where=Where({"Größe": ("L", "XL")}, key_account=True),
    opens_case=True,
    case_by=CaseBy.ACCOUNT,
    muted_until=NOON + 1,
    most_per_hour=5,
    made_at=NOON,
    revision=3,
)


@pytest.fixture(params=["fake", "dynamodb"])
def rules(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryAlertRules()
    return DynamoDBAlertRules(request.getfixturevalue("dynamodb"), "earshot")


OF_THE_ACCOUNT = AlertRule("calls", "demo", When.PROMOTER, ("owner",), case_by=CaseBy.ACCOUNT)


@pytest.mark.parametrize("rule", [default_rule("demo"), FULL, OF_THE_ACCOUNT])
def test_a_rule_is_kept_as_it_is(rules: Any, rule: AlertRule) -> None:
    assert rules.get("demo", rule.id) is None
    assert rules.put(rule, None)
    assert rules.get("demo", rule.id) == rule
    assert rules.of_survey("demo") == [rule]
    assert rules.of_survey("other") == []


def test_of_two_writers_the_slower_gets_a_conflict_and_writes_nothing(rules: Any) -> None:
    assert rules.put(FULL, None)
    assert not rules.put(FULL, None)
    newer = replace(FULL, words=("cancel*",), revision=4)
    assert rules.put(newer, FULL)
    assert not rules.put(newer, FULL)
    assert not rules.delete(FULL)
    assert rules.get("demo", "refunds") == newer
    assert rules.delete(newer)
    assert rules.of_survey("demo") == []
