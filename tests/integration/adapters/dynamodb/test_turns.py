"""The turns of roles, in memory and in the table."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.turns import DynamoDBTurns
from earshot.domain.access import Role
from tests.fakes.team import InMemoryTurns


@pytest.fixture(params=["fake", "dynamodb"])
def turns(request: pytest.FixtureRequest) -> Any:
    return InMemoryTurns() if request.param == "fake" else DynamoDBTurns(request.getfixturevalue("dynamodb"), "earshot")


def test_each_role_takes_turns_of_its_own(turns: Any) -> None:
    assert [turns.next(Role.FRONTLINE) for _ in range(3)] == [1, 2, 3]
    assert turns.next(Role.MANAGER) == 1
    assert turns.next(Role.FRONTLINE) == 4
