"""Writes the demo company's people and responses into the table, before its survey can be read."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.bootstrap import now, pause
from earshot.domain.person import FIELDS, Person, PersonDraft
from earshot.domain.segment_values import Source
from earshot.domain.survey import Survey
from earshot.ports.people import HashKey
from earshot.services.people.manage_people import save
from earshot_cli.local.demo_company.customers import customers
from earshot_cli.local.demo_company.recording import Item, items, recorded
from earshot_cli.local.demo_company.year import submissions_of_a_year

SEED = "kiosk & corner"
# A transaction of a hundred costs the engine half of what four batches of twenty-five do.
WORKERS, AT_ONCE = 2, 100


def customers_of(today: date) -> list[Person]:
    """Return the people of the company as it is on a day."""
    return customers(Random(f"{SEED} {today} customers"))  # noqa: S311 - nothing secret


def write_customers(client: Any, table: str, hash_key: HashKey, people: Sequence[Person]) -> None:
    """Keep the people of the company, as `POST /v1/people` would; done again it changes nothing."""
    drafts = [PersonDraft(person.id, {name: getattr(person, name) for name in FIELDS}) for person in people]
    save(
        drafts,
        now(),
        people=DynamoDBPeople(client, table),
        accounts=DynamoDBAccounts(client, table),
        suppressions=DynamoDBSuppressions(client, table, hash_key),
        hash_key=hash_key,
        pause=pause,
    )


def write_responses(client: Any, table: str, survey: Survey, today: date) -> int:
    """Write the responses of the year before `today` and their counts; return how many.

    The same day makes the same items, so a run that was interrupted is repeated without harm as long as no visitor
    responds meanwhile: the survey is made when this is done.
    """
    rng = Random(f"{SEED} {today} answers")  # noqa: S311 - nothing secret
    submissions = submissions_of_a_year(survey.id, customers_of(today), today, rng)
    survey = survey_with_values(survey, (submission.statement.properties for submission in submissions))
    surveys = DynamoDBSurveys(client, table)
    for segment, values in survey.values.items():
        surveys.admit(survey.id, segment, sorted(values), Source.OWNER)
    _put_all(client, table, items(recorded(survey, submissions)))
    return len(submissions)


def survey_with_values(survey: Survey, submission: Iterable[Mapping[str, str]]) -> Survey:
    """Return the survey with every value of its segments that responses have."""
    for properties in submission:
        for segment in survey.segments:
            if (value := properties.get(segment)) and not survey.knows(segment, value):
                survey = survey.with_value(segment, value)
    return survey


def day_of_the_demo(kept: Path, now: int) -> date:
    """Return the day before which the year ends: today, or the day on which writing it was begun already."""
    try:
        return date.fromisoformat(kept.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        today = datetime.fromtimestamp(now / 1000, UTC).date()
        kept.write_text(f"{today}\n", encoding="utf-8")
        return today


def _put_all(client: Any, table: str, everything: Sequence[Item]) -> None:
    batches = [everything[at : at + AT_ONCE] for at in range(0, len(everything), AT_ONCE)]
    with ThreadPoolExecutor(WORKERS) as workers:
        for done in [workers.submit(_put, client, table, batch) for batch in batches]:
            done.result()


def _put(client: Any, table: str, some: Sequence[Item]) -> None:
    client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item}} for item in some])
