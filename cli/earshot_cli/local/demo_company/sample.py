"""The whole sample as the items of the table: people and team, a year of responses, campaigns, cases, evaluations.

All of it is made in memory, by the product's own services, and lies before the day on which it is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from earshot.adapters.dynamodb.accounts import DynamoDBAccounts, account_item
from earshot.adapters.dynamodb.daily_evaluations import evaluation_items
from earshot.adapters.dynamodb.members import member_item
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.eligibility import Rules
from earshot.domain.events import iso
from earshot.domain.person import FIELDS, Person, PersonDraft
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.ports.people import HashKey
from earshot.services.people.manage_people import save
from earshot_cli.local.demo_company.campaigns import Asking, run_campaigns
from earshot_cli.local.demo_company.case_work import SETTINGS, work_on_cases
from earshot_cli.local.demo_company.customers import SEGMENTS, accounts, customers
from earshot_cli.local.demo_company.daily_scores import evaluations_of
from earshot_cli.local.demo_company.recording import keep, recorded
from earshot_cli.local.demo_company.table_in_memory import NAME, Item, TableInMemory
from earshot_cli.local.demo_company.team import members
from earshot_cli.local.demo_company.year import DAYS, midnight_of, submissions_of_a_year

SEED = "kiosk & corner"
DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The items of the sample, and the survey with the values of its segments."""

    items: list[Item]
    survey: Survey
    responses: int


def survey_of_a_year(name: str, company: str, rules: Rules, today: date) -> Survey:
    """Return the survey as it was made a year before a day, with responses since."""
    made_at = iso(midnight_of(today) - DAYS * DAY)
    return Survey(
        name,
        company,
        segments=SEGMENTS,
        rules=rules,
        cases=SETTINGS,
        created_at=made_at,
        updated_at=made_at,
        zone_is_fixed=True,
    )


def customers_of(today: date) -> list[Person]:
    """Return the people of the company as it is on a day."""
    return customers(_random(today, "customers"))


def sample_of(survey: Survey, hash_key: HashKey, today: date) -> Sample:
    """Return the sample of the year before a day; the same day and key make the same items."""
    table, midnight, people = TableInMemory(), midnight_of(today), customers_of(today)
    _keep_company(table, people, hash_key, midnight - DAYS * DAY)
    visits = submissions_of_a_year(survey.id, people, today, _random(today, "answers"))
    asking = Asking(
        table=table,
        hash_key=hash_key,
        survey=survey,
        people=people,
        visits=_times(visits),
        today=midnight,
        rng=_random(today, "campaigns"),
    )
    submissions = [*visits, *run_campaigns(asking)]
    survey = survey_with_values(survey, (submission.statement.properties for submission in submissions))
    responses = recorded(survey, submissions)
    keep(table, responses)
    work_on_cases(table, survey, responses, midnight, _random(today, "cases"))
    for evaluation in evaluations_of(survey, responses, today):
        table.put_all(map(marshalled, evaluation_items(evaluation)))
    return Sample(table.items, survey, len(responses))


def survey_with_values(survey: Survey, submission: Iterable[Mapping[str, str]]) -> Survey:
    """Return the survey with every value of its segments that responses have."""
    for properties in submission:
        for segment in survey.segments:
            if (value := properties.get(segment)) and not survey.knows(segment, value):
                survey = survey.with_value(segment, value)
    return survey


def _keep_company(table: TableInMemory, people: Iterable[Person], hash_key: HashKey, made_at: int) -> None:
    """Put the team, the accounts and the people into the table, the people as `POST /v1/people` would."""
    table.put_all(marshalled(member_item(member)) for member in members(made_at).values())
    table.put_all(marshalled(account_item(account)) for account in accounts(made_at))
    save(
        [PersonDraft(person.id, {name: getattr(person, name) for name in FIELDS}) for person in people],
        made_at,
        people=DynamoDBPeople(table, NAME),
        accounts=DynamoDBAccounts(table, NAME),
        suppressions=DynamoDBSuppressions(table, NAME, hash_key),
        hash_key=hash_key,
        pause=_no_pause,
    )


def _times(submissions: Iterable[Submission]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for submission in submissions:
        if submission.statement.person is not None:
            found.setdefault(submission.statement.person, []).append(submission.first_received)
    return found


def _random(today: date, part: str) -> Random:
    return Random(f"{SEED} {today} {part}")  # noqa: S311 - nothing secret


def _no_pause(_attempt: int) -> None:
    """Wait for nobody: there is no other writer."""
