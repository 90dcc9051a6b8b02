"""The digests' adapter and its fake keep the same contract."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
from earshot.adapters.dynamodb.digests import DynamoDBDigests
from earshot.domain.digests import Digest, DigestRole, Every, Period, Schedule
from tests.factories import NOON
from tests.fakes.digests import InMemoryDigests

BARE = Digest("daily", DigestRole.FRONTLINE, "demo", ("mia",), Schedule(Every.WORKDAY, 7), made_at=NOON, since=NOON)
FULL = Digest(
    id="weekly",
    role=DigestRole.DEPARTMENT,
    survey="demo",
    to=("mia", "ann@example.com", "to-0123456789ab"),
    schedule=Schedule(Every.WEEK, 0, weekday=3),
    segment=("plan", "prö=1"),
    timezone="Asia/Kathmandu",
    locale="pt-BR",
    made_at=NOON,
    since=NOON + 1,
    next_at=NOON + 2,
    revision=3,
)
PERIOD = Period(date(2026, 11, 23), date(2026, 11, 30))


@pytest.fixture(params=["fake", "dynamodb"])
def digests(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return InMemoryDigests()
    return DynamoDBDigests(request.getfixturevalue("dynamodb"), "earshot")


@pytest.mark.parametrize("digest", [BARE, FULL, replace(FULL, last_sent_at=NOON, skipped=("p", "why"))])
def test_a_digest_is_kept_as_it_is(digests: Any, digest: Digest) -> None:
    assert digests.get(digest.id) is None
    assert digests.put(digest, None)
    assert digests.get(digest.id) == digest


def test_digests_are_listed_by_id(digests: Any) -> None:
    for each in (FULL, BARE):
        assert digests.put(each, None)
    assert digests.list() == [BARE, FULL]


def test_of_two_writers_the_slower_changes_and_deletes_nothing(digests: Any) -> None:
    assert digests.put(FULL, None)
    assert not digests.put(FULL, None)
    newer = replace(FULL, segment=None, timezone=None, locale=None, schedule=Schedule(Every.MONTH, 9), revision=4)
    assert digests.put(newer, FULL)
    assert not digests.put(replace(FULL, to=("tom",)), FULL)
    assert digests.get("weekly") == newer
    assert not digests.delete(FULL)
    assert digests.delete(newer)
    assert digests.get("weekly") is None


def test_what_was_noted_stays_when_the_settings_change(digests: Any) -> None:
    digests.put(FULL, None)
    digests.note_sent("weekly", NOON + 5)
    digests.note_skipped("weekly", PERIOD, "why not")
    assert digests.put(replace(FULL, next_at=NOON + 9, revision=4), FULL)
    found = digests.get("weekly")
    assert (found.last_sent_at, found.skipped, found.next_at) == (NOON + 5, (PERIOD.name, "why not"), NOON + 9)


def test_it_is_planned_once_and_not_over_a_change(digests: Any) -> None:
    digests.put(FULL, None)
    assert digests.plan(FULL, NOON + 7)
    assert not digests.plan(FULL, NOON + 8)
    planned = digests.get("weekly")
    assert planned == replace(FULL, next_at=NOON + 7)
    assert digests.put(replace(planned, revision=4), planned)
    assert not digests.plan(planned, NOON + 8)


def test_a_digest_that_is_gone_is_noted_nowhere(digests: Any) -> None:
    digests.note_sent("weekly", NOON)
    digests.note_skipped("weekly", PERIOD, "why not")
    assert digests.list() == []
    assert not digests.plan(FULL, NOON + 7)


def test_the_planner_finds_a_digest_when_it_is_due_and_not_before(dynamodb: Any) -> None:
    digests, deliveries = DynamoDBDigests(dynamodb, "earshot"), DynamoDBDeliveries(dynamodb, "earshot")
    for each in (FULL, BARE):
        assert digests.put(each, None)
    assert deliveries.due(NOON + 1, 10).digests == []
    assert deliveries.due(NOON + 2, 10).digests == ["weekly"]
    assert digests.plan(FULL, NOON + 7)
    assert deliveries.due(NOON + 6, 10).digests == []
    assert deliveries.due(NOON + 7, 10).digests == ["weekly"]
