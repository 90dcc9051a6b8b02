"""The settings of surveys' cases in DynamoDB: one attribute, without all else that a survey is made of."""

import json

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alert_settings_items import read_cases
from earshot.adapters.dynamodb.table import TableAdapter
from earshot.domain.case_settings import CaseSettings


class DynamoDBSurveyCases(TableAdapter):
    """The `SurveyCases` port over the table."""

    def case_settings(self, survey: str) -> CaseSettings:
        """Read the settings of a survey's cases as they are now."""
        item = self._table.get(table_keys.survey_key(survey), "#cases")
        return read_cases(json.loads(item["cases"])) if item and "cases" in item else CaseSettings()
