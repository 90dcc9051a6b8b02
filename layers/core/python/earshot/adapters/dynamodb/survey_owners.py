"""Whether a survey has an owner: one attribute, without all else that a survey is made of."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import TableAdapter


class DynamoDBSurveyOwners(TableAdapter):
    """The `SurveyOwners` port over the table."""

    def has_owner(self, survey: str) -> bool:
        """Return whether a survey has an owner now."""
        return "owner" in (self._table.get(table_keys.survey_key(survey), "#owner") or {})
