"""Daily budgets: the fake and the real ones alike."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.budgets import DynamoDBBudgets
from tests.fakes.mailing import InMemoryBudgets


@pytest.fixture(params=["fake", "dynamodb"])
def budgets(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryBudgets()
    return DynamoDBBudgets(request.getfixturevalue("dynamodb"), "earshot")


def test_a_budget_is_spent_mail_by_mail_and_starts_again_each_day(budgets: Any) -> None:
    assert [budgets.spend("demo", "2026-11-21", 2) for _ in range(4)] == [True, True, False, False]
    assert budgets.spend("demo", "2026-11-21", 3)
    assert budgets.spend("demo", "2026-11-22", 1)
    assert budgets.spend("other", "2026-11-21", 1)
