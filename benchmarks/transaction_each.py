"""What most would write: a transaction for each response, which puts it and adds one to each of its series.

It keeps the same series under the same conditions as the real recorder, with the same items, byte for byte.
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import person_item, read_response, response_item
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.table import marshalled, unmarshalled
from earshot.adapters.sqs_submissions import unpack
from earshot.api.sqs_batch import failures, read_submissions
from earshot.domain.counting import difference
from earshot.domain.merge import merge
from earshot.domain.response import Response, first_response
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey


class TransactionEach:
    """A handler for the same queue events."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._surveys = DynamoDBSurveys(client, table)

    def __call__(self, event: dict[str, Any], _: object) -> dict[str, Any]:
        """Record each submission of a batch by itself."""
        submissions = read_submissions(event["Records"], bootstrap.queue_contracts(), unpack).submissions
        surveys = {survey: self._survey(survey) for survey in {each.survey for each in submissions}}
        for submission in submissions:
            survey = surveys[submission.survey]
            series = survey.series_of(submission.statement.properties)
            self._record(submission, series, first_response(submission, survey.zone))
        return failures(())

    def _survey(self, survey_id: str) -> Survey:
        survey = self._surveys.get(survey_id)
        if survey is None:
            raise KeyError(survey_id)
        return self._surveys.with_values(survey)

    def _record(self, submission: Submission, series: tuple[str, ...], first: Response) -> None:
        old: Response | None = None
        new = replace(first, series=series)
        while True:
            try:
                self._client.transact_write_items(TransactItems=self._actions(old, new))
            except ClientError as exc:
                found = exc.response.get("CancellationReasons", [{}])[0].get("Item")
                if found is None:
                    raise
                old = read_response(unmarshalled(found))
                new = merge(old, submission.statement, submission.correlation)
                if new is not old:
                    continue
            return

    def _actions(self, old: Response | None, new: Response) -> list[dict[str, Any]]:
        put = {
            "TableName": self._table,
            "Item": marshalled(response_item(new)),
            "ConditionExpression": "v = :v" if old else "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if old:
            put["ExpressionAttributeValues"] = {":v": {"N": str(old.revision)}}
        actions: list[dict[str, Any]] = [{"Put": put}]
        if new.person:
            actions.append({"Put": {"TableName": self._table, "Item": marshalled(person_item(new))}})
        return actions + [
            self._add(new.survey, cell.series, cell.day, scores) for cell, scores in difference(old, new).items()
        ]

    def _add(self, survey: str, series: str, day: str, scores: dict[int, int]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": table_keys.counts(survey, series)}, "sk": {"S": day}},
                "UpdateExpression": "ADD " + ", ".join(f"h{score} :h{score}" for score in scores),
                "ExpressionAttributeValues": {f":h{score}": {"N": str(n)} for score, n in scores.items()},
            }
        }
