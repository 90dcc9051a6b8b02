"""The demo company's year: always the same for a day, believable, and counted as the recorder counts."""

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from earshot.api.people import read_person
from earshot.domain.person import FIELDS
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot_cli.local.demo_company.comments import FAIR, GOOD, LATE, POOR
from earshot_cli.local.demo_company.customers import ACCOUNTS, LANGUAGES, PEOPLE, SEGMENTS
from earshot_cli.local.demo_company.recording import recorded
from earshot_cli.local.demo_company.sample import customers_of, survey_with_values
from earshot_cli.local.demo_company.writing import day_of_the_demo
from earshot_cli.local.demo_company.year import DAYS, submissions_of_a_year

# An ordinary day, a leap day and the day after a change of the clocks.
TODAYS = [date(2026, 11, 29), date(2028, 2, 29), date(2026, 10, 26)]


@cache
def year(today: date) -> tuple[Survey, list[Response]]:
    submissions = submissions_of_a_year("demo", customers_of(today), today, Random(str(today)))
    survey = survey_with_values(
        Survey("demo", "Demo", segments=SEGMENTS), [one.statement.properties for one in submissions]
    )
    return survey, recorded(survey, submissions)


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_the_same_day_makes_the_same_responses(today: date) -> None:
    assert year.__wrapped__(today) == year(today)
    assert customers_of(today) == customers_of(today)


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_all_of_it_lies_in_the_year_that_ended_yesterday(today: date) -> None:
    days = {one.day for one in year(today)[1]}
    assert (today - timedelta(DAYS)).isoformat() <= min(days)
    assert (today - timedelta(4)).isoformat() <= max(days) < today.isoformat()


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_all_but_the_latest_response_of_a_person_know_the_next(today: date) -> None:
    by_person: dict[str, list[Response]] = {}
    for one in sorted(year(today)[1], key=lambda one: one.responded_at):
        if one.person:
            by_person.setdefault(one.person, []).append(one)
    for mine in by_person.values():
        assert [one.superseded_on for one in mine] == [*(one.day for one in mine[1:]), None]
    assert any(len(mine) > 2 for mine in by_person.values())


def test_weekends_and_august_are_quiet_and_the_better_plan_is_happier() -> None:
    _, responses = year(TODAYS[0])
    weekdays = Counter(date.fromisoformat(one.day).weekday() for one in responses)
    assert max(weekdays[5], weekdays[6]) < min(weekdays[day] for day in range(5))
    months = Counter(date.fromisoformat(one.day).month for one in responses)
    assert months[8] < min(months[6], months[9])
    scores = {
        plan: [one.score or 0 for one in responses if one.statement.properties["plan"] == plan]
        for plan in ("basic", "pro")
    }
    assert sum(scores["basic"]) / len(scores["basic"]) < sum(scores["pro"]) / len(scores["pro"])


def test_there_are_comments_in_four_languages() -> None:
    assert set(GOOD) == set(FAIR) == set(POOR) == set(LATE) == set(LANGUAGES)
    rows = [one.statement.comment for one in year(TODAYS[0])[1] if one.statement.comment]
    for language in LANGUAGES:
        assert any(text.startswith(GOOD[language][0]) for text in rows)
        assert any(text.startswith(LATE[language]) for text in rows)


def test_people_work_for_accounts_and_live_at_addresses_that_reach_nobody() -> None:
    people = customers_of(TODAYS[0])
    assert len({person.email for person in people}) == len({person.id for person in people}) == PEOPLE
    assert len({person.account for person in people}) == ACCOUNTS
    assert all(str(person.email).endswith(".example.com") for person in people)
    assert {name for person in people for name in person.properties} == set(SEGMENTS)


def test_a_run_that_was_interrupted_goes_on_with_its_day(tmp_path: Path) -> None:
    kept, day = tmp_path / "demo-day", 86_400_000
    assert day_of_the_demo(kept, 20_000 * day) == day_of_the_demo(kept, 20_003 * day)
    kept.write_text("half a da")
    assert day_of_the_demo(kept, 20_003 * day) == date.fromisoformat("2024-10-07")


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_the_customers_are_kept_as_the_api_would_and_once(today: date) -> None:
    people = customers_of(today)
    found = {
        one.id: read_person({"id": one.id, **{name: getattr(one, name) for name in FIELDS}}, one.id).fields
        for one in people
    }
    assert found == {one.id: {name: getattr(one, name) for name in FIELDS} for one in people}
