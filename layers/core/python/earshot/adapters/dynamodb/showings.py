"""When widgets asked signed persons: one small item a survey and person, which expires."""

from collections.abc import Iterable
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter, delete, setting, update
from earshot.domain.widget import Question, Showing, Shown


class DynamoDBShowings(TableAdapter):
    """The `Showings` port over the table."""

    def read(self, survey: str, person: str) -> Shown:
        """Return a person's showings: one read unit."""
        item = self._table.get(table_keys.showing_key(survey, person)) or {}
        latest = max((item[one.value] for one in Showing if one.value in item), default=None)
        return Shown(latest, item.get("responses", {}))

    def note(self, survey: str, person: str, question: Question, kept: Shown, now: int, until: int) -> None:
        """Write what became of a question, and its response's id: one write unit."""
        attributes: dict[str, Any] = {"expires": until // 1000}
        if question.showing is not None:
            attributes[question.showing.value] = now
        if question.response is not None:
            attributes["responses"] = dict(kept.with_response(question.response, now))
        self._table.write(update(table_keys.showing_key(survey, person), setting(*attributes), **attributes))

    def delete(self, person: str, surveys: Iterable[str]) -> None:
        """Delete a person's showings in these surveys: one write unit each."""
        for survey in surveys:
            self._table.write(delete(table_keys.showing_key(survey, person)))
