"""The latest refusal of SES, in the fake and in DynamoDB."""

from typing import Any

import pytest

from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses
from earshot.domain.sending_quota import SendingPause
from tests.factories import NOON
from tests.fakes.mailing import InMemorySendingPauses


@pytest.fixture(params=["fake", "dynamodb"])
def pauses(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemorySendingPauses()
    return DynamoDBSendingPauses(request.getfixturevalue("dynamodb"), "earshot")


def test_the_latest_refusal_replaces_the_one_before(pauses: Any) -> None:
    assert pauses.latest() is None
    for pause in (SendingPause("not verified", NOON), SendingPause("no such configuration set", NOON + 1)):
        pauses.record(pause)
        assert pauses.latest() == pause
