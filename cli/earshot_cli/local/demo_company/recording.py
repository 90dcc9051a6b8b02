"""What the recorder would have left in the table had it recorded the year: the same items, without a call each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.domain.response import Response, first_response
from earshot.domain.submission import Submission
from earshot.domain.supersession import superseded_by, with_repeat_flag
from earshot.domain.survey import Survey
from earshot.ports.ledger import Change
from earshot_cli.local.demo_company.table_in_memory import NAME, TableInMemory


def recorded(survey: Survey, submissions: Iterable[Submission]) -> list[Response]:
    """Return the responses as they stand in the end; the survey knows the values of all its segments."""
    responses = [_first(survey, submission) for submission in submissions]
    by_id = {response.id: response for response in responses}
    for mine in _by_person(responses):
        for earlier, later in pairwise(mine):
            linked_response = superseded_by(by_id[earlier.id], later)
            by_id[earlier.id] = replace(linked_response, revision=linked_response.revision + 1)
            repeat = with_repeat_flag(earlier, by_id[later.id])
            if repeat is not by_id[later.id]:
                by_id[later.id] = replace(repeat, revision=repeat.revision + 1)
    return list(by_id.values())


def _first(survey: Survey, submission: Submission) -> Response:
    return first_response(submission, survey.zone, survey.placement(submission.statement.properties))


def _by_person(responses: Iterable[Response]) -> Iterable[Sequence[Response]]:
    known: dict[str, list[Response]] = {}
    for response in sorted(responses, key=lambda response: (response.responded_at, response.id)):
        if response.person is not None and response.counts:
            known.setdefault(response.person, []).append(response)
    return known.values()


def keep(table: TableInMemory, responses: Iterable[Response]) -> None:
    """Put responses and their counts into the table, as the ledger writes them."""
    DynamoDBLedger(table, NAME).commit([Change(None, response) for response in responses])
