"""When widgets asked signed persons: one small item a survey and person, which expires with the quiet period."""

from collections.abc import Iterable
from typing import Any

from earshot.adapters import keys
from earshot.adapters.faults import translated
from earshot.domain.widget import Showing


class DynamoDBShowings:
    """The `Showings` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def latest(self, survey: str, person: str) -> int | None:
        """Return the moment (Unix ms) of the latest showing or closing; None if there is none. One read unit."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(survey, person), ConsistentRead=True)
        item = answer.get("Item", {})
        return max((int(item[name]["N"]) for name in Showing if name in item), default=None)

    def note(self, survey: str, person: str, showing: Showing, now: int, until: int) -> None:
        """Write that a question was shown or closed: one write unit."""
        with translated("the table"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(survey, person),
                UpdateExpression="SET #showing = :now, expires = :expires",
                ExpressionAttributeNames={"#showing": showing.value},
                ExpressionAttributeValues={":now": {"N": str(now)}, ":expires": {"N": str(until // 1000)}},
            )

    def forget(self, person: str, surveys: Iterable[str]) -> None:
        """Delete what is kept of a person in these surveys: one write unit each."""
        for survey in surveys:
            with translated("the table"):
                self._client.delete_item(TableName=self._table, Key=_key(survey, person))


def _key(survey: str, person: str) -> dict[str, Any]:
    return {"pk": {"S": keys.showings(survey)}, "sk": {"S": keys.shown_to(person)}}
