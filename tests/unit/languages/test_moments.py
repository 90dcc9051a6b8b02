"""Moments are written in the reader's zone and language, as short as cannot be mistaken."""

from datetime import UTC, datetime, timedelta

import pytest

from earshot.languages.catalogue import LANGUAGES
from earshot.languages.moments import moment, moment_seen_from

NOON = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("UTC", "en", "Tue 24 Nov, 12:00"),
        ("Europe/Berlin", "de-AT", "Di, 24. Nov., 13:00"),
        ("Asia/Kathmandu", "ja", "11月24日(火) 17:45"),
        ("Pacific/Auckland", "fr", "mer. 25 nov., 01:00"),
        ("UTC", "xx", "Tue 24 Nov, 12:00"),
        ("No/Where", None, "Tue 24 Nov, 12:00"),
    ],
)
def test_a_moment_is_written_in_zone_and_language(zone: str, locale: str | None, words: str) -> None:
    assert moment(NOON, zone, locale) == words


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(hours=1), "13:00"),
        (timedelta(hours=13), "Wed 01:00"),
        (timedelta(days=6), "Mon 12:00"),
        (timedelta(days=7), "Tue 1 Dec, 12:00"),
        (timedelta(days=-1), "Mon 23 Nov, 12:00"),
    ],
)
def test_a_moment_nearby_is_written_short(later: timedelta, words: str) -> None:
    at = NOON + int(later.total_seconds() * 1000)
    assert moment_seen_from(at, NOON, "UTC", "en") == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_each_day_of_the_week_and_each_month(language: str) -> None:
    days = {moment(NOON + n * DAY, "UTC", language) for n in range(366)}
    assert len(days) == 366
