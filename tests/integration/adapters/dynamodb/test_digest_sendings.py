"""The adapter of sendings of digests and its fake keep the same contract."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from earshot.adapters.dynamodb.digest_sendings import DynamoDBDigestSendings
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Period
from tests.factories import NOON
from tests.fakes.digests import InMemoryDigestSendings

WEEK = Period(date(2026, 11, 16), date(2026, 11, 23))
SENDING = DigestSending("weekly", "mia", WEEK, SendingState.UNKNOWN, NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def sendings(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryDigestSendings()
    return DynamoDBDigestSendings(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("state", list(SendingState))
def test_a_sending_is_kept_as_it_is(sendings: Any, state: SendingState) -> None:
    full = DigestSending("weekly", "@9f8e", WEEK, state, NOON, "why not", NOON + 1, "a delivery", 3)
    for each in (full, replace(SENDING, state=state)):
        assert sendings.find("weekly", WEEK, each.recipient) is None
        assert sendings.put(each, None)
        assert sendings.find("weekly", WEEK, each.recipient) == each


def test_a_sending_is_claimed_once(sendings: Any) -> None:
    assert sendings.put(SENDING, None)
    assert not sendings.put(SENDING, None)
    sent = SENDING.ended(SendingState.SENT, NOON + 1)
    assert sendings.put(sent, SENDING)
    assert not sendings.put(SENDING.unclear("no reply"), SENDING)
    assert sendings.find("weekly", WEEK, "mia") == sent


def test_the_newest_periods_come_first_from_a_last_day_on(sendings: Any) -> None:
    months = Period(date(2026, 10, 1), date(2026, 11, 1))
    found = [
        replace(SENDING, period=Period(WEEK.end, date(2026, 11, 30))),
        replace(SENDING, recipient="tom"),
        SENDING,
        replace(SENDING, period=months),
    ]
    for each in reversed(found):
        assert sendings.put(each, None)
    assert sendings.put(replace(SENDING, digest="weekly-2"), None)
    sendings.unsubscribe("weekly", "mia", NOON)
    assert list(sendings.since("weekly", date(2026, 10, 31))) == found
    assert list(sendings.since("weekly", date(2026, 11, 22))) == found[:3]
    assert list(sendings.since("weekly", date(2026, 11, 23))) == found[:1]
    assert list(sendings.since("daily", date(2026, 1, 1))) == []


def test_who_unsubscribed_is_known_until_they_take_it_back(sendings: Any) -> None:
    assert not sendings.is_unsubscribed("weekly", "mia")
    sendings.unsubscribe("weekly", "mia", NOON)
    sendings.unsubscribe("weekly", "mia", NOON + 1)
    assert sendings.is_unsubscribed("weekly", "mia")
    assert not sendings.is_unsubscribed("weekly", "tom")
    assert not sendings.is_unsubscribed("daily", "mia")
    sendings.subscribe_again("weekly", "mia")
    sendings.subscribe_again("weekly", "mia")
    assert not sendings.is_unsubscribed("weekly", "mia")
