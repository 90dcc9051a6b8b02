"""How far the suppression list was read: the fake and the real one alike."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.reconciliations import DynamoDBReconciliations
from tests.factories import DAY, NOON
from tests.fakes.feedback import InMemoryReconciliations


@pytest.fixture(params=["fake", "dynamodb"])
def reconciliations(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryReconciliations()
    return DynamoDBReconciliations(request.getfixturevalue("dynamodb"), "earshot")


def test_the_newest_whole_round_is_remembered(reconciliations: Any) -> None:
    assert reconciliations.last() is None
    for began in (NOON, NOON + DAY, NOON + DAY, NOON):
        reconciliations.note(began)
    assert reconciliations.last() == NOON + DAY
