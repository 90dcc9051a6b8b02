"""A day is a day in the survey's zone, and begins at its midnight there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import Stack
from tests.e2e.sample_by_hand import Row, compare
from tests.e2e.survey_client import Survey, now, server_id, until


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/St_Johns", "Europe/Berlin", "Pacific/Kiritimati"])
def test_days_begin_at_midnight_in_the_zone_of_the_survey_also_when_clocks_change(stack: Stack, zone: str) -> None:
    survey = Survey(stack, timezone=zone)
    local = ZoneInfo(zone)
    rows = []
    for day in (
        date(2025, 9, 28),
        date(2025, 4, 6),
        date(2025, 3, 30),
        date(2025, 11, 2),
        date(2024, 2, 29),
        date(2025, 1, 1),
    ):
        midnight = datetime(day.year, day.month, day.day, tzinfo=local).astimezone(UTC)
        for seconds, score in ((-1, 1), (0, 2), (3 * 3600, 3), (23 * 3600 - 1, 4), (23 * 3600 + 1, 5), (25 * 3600, 6)):
            moment = midnight + timedelta(seconds=seconds)
            rows.append((moment.astimezone(local).date(), score, moment.isoformat()))
        rows.append((day, 10, day.isoformat()))
        rows.append((day, 9, f"{day}T23:59:59"))
    survey.batch(*({"score": score, "responded_at": time} for _, score, time in rows))
    survey.counted(len(rows))
    own = [Row(day, score, {}) for day, score, _ in rows]
    for day in sorted({day for day, _, _ in rows}):
        compare(survey.nps(window="1d", as_of=day.isoformat()), own, 1, day)
        compare(survey.nps(window="2d", as_of=day.isoformat()), own, 2, day)


def test_responses_of_another_day_are_listed_on_it_whatever_their_ids_encode(stack: Stack) -> None:
    survey = Survey(stack, timezone="America/Sao_Paulo")
    rows = [
        {"score": 3, "responded_at": "2020-03-29T00:30"},
        {"score": 9, "responded_at": "2020-03-29", "id": server_id(now())},
    ]
    survey.batch(*rows, {"score": 5, "responded_at": "2020-03-30"})
    survey.post_with_key(score=7, responded_at="2020-03-29T23:59:59")
    until(lambda: survey.nps(window="all")["responses"], lambda seen: seen == 4)
    listed = list(survey.responses(**{"from": "2020-03-29", "to": "2020-03-30"}))
    assert sorted(row["score"] for row in listed) == [3, 7, 9]
    assert survey.nps(window="1d", as_of="2020-03-29")["responses"] == 3
