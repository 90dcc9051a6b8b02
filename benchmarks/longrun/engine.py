"""The stores of a run over the real adapters: a table of the local engine, which no function listens to."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.in_process import TABLE, prepare
from benchmarks.longrun.ports import Made, Ports
from benchmarks.stack import running_stack
from earshot.adapters.dynamodb.budgets import DynamoDBBudgets
from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.people_directory import DynamoDBPeopleDirectory
from earshot.adapters.dynamodb.responses import DynamoDBResponses
from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses
from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.survey import Survey
from earshot.ports.responses import ResponseQuery
from earshot_cli.local.aws import leave_the_users_account_alone
from tests.fakes.keys import hash_key

PAGE = 100
LONG_AGO, FAR_AHEAD = "2000-01-01", "2100-01-01"


@contextmanager
def over_engine() -> Iterator[Made]:
    """Run the local stack for a while, and make stores in its engine."""
    leave_the_users_account_alone()
    with running_stack() as stack:
        client = prepare(stack.endpoint)
        yield lambda surveys: _made(client, surveys)


def _made(client: Any, surveys: Mapping[str, Survey]) -> Ports:
    kept = DynamoDBSurveys(client, TABLE)
    for survey in surveys.values():
        kept.put(survey, None)
    return Ports(
        surveys=kept,
        people=DynamoDBPeople(client, TABLE),
        suppressions=DynamoDBSuppressions(client, TABLE, hash_key),
        invitations=DynamoDBInvitations(client, TABLE),
        feedback=DynamoDBFeedback(client, TABLE),
        campaigns=DynamoDBCampaigns(client, TABLE),
        directory=DynamoDBPeopleDirectory(client, TABLE),
        budgets=DynamoDBBudgets(client, TABLE),
        pauses=DynamoDBSendingPauses(client, TABLE),
        ledger=DynamoDBLedger(client, TABLE),
        recount=lambda: all(_recounts(client, survey) for survey in surveys),
    )


def _recounts(client: Any, survey: str) -> bool:
    """Return whether the counts of a survey's days equal a recount of its responses."""
    responses, below, found = DynamoDBResponses(client, TABLE), None, Counter[tuple[str, int]]()
    while True:
        page, below = responses.page(survey, ResponseQuery(PAGE, below))
        found.update((each.day, each.score) for each in page if each.counts and each.score is not None)
        if below is None:
            break
    counted = DynamoDBCounts(client, TABLE).days(survey, "all", LONG_AGO, FAR_AHEAD)
    totals = {(day, score): n for day, each in counted.items() for score, n in enumerate(each.counts) if n}
    return totals == dict(found)
