"""When widgets asked signed persons: one small item a survey and person, which expires."""

from collections.abc import Iterable
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.domain.widget import Question, Showing, Shown


class DynamoDBShowings:
    """The `Showings` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, survey: str, person: str) -> Shown:
        """Return what is kept of a person: one read unit."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(survey, person), ConsistentRead=True)
        item = answer.get("Item", {})
        latest = max((int(item[name]["N"]) for name in Showing if name in item), default=None)
        return Shown(latest, {name: int(time["N"]) for name, time in item.get("responses", {}).get("M", {}).items()})

    def note(self, survey: str, person: str, question: Question, kept: Shown, now: int, until: int) -> None:
        """Write what became of a question, and its response's id: one write unit."""
        said: dict[str, Any] = {"expires": {"N": str(until // 1000)}}
        if question.showing is not None:
            said[question.showing.value] = {"N": str(now)}
        if question.response is not None:
            responses = kept.with_response(question.response, now)
            said["responses"] = {"M": {name: {"N": str(time)} for name, time in responses.items()}}
        with translated("the table"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(survey, person),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in said),
                ExpressionAttributeNames={f"#{name}": name for name in said},
                ExpressionAttributeValues={f":{name}": value for name, value in said.items()},
            )

    def forget(self, person: str, surveys: Iterable[str]) -> None:
        """Delete what is kept of a person in these surveys: one write unit each."""
        for survey in surveys:
            with translated("the table"):
                self._client.delete_item(TableName=self._table, Key=_key(survey, person))


def _key(survey: str, person: str) -> dict[str, Any]:
    return {"pk": {"S": table_keys.showings(survey)}, "sk": {"S": table_keys.shown_to(person)}}
