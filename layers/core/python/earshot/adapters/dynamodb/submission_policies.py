"""The submission policy of a survey, read without the rest of its settings."""

import json

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, TableAdapter
from earshot.domain.identity_claims import LONGEST_HOURS, TokenRules
from earshot.domain.submission_policy import DEFAULT_HOURLY_CAP, DEFAULT_RATE, SubmissionPolicy

# The function's role names these attributes alone.
ATTRIBUTES = "#state, #segments, #timezone, widget, identity_generation, identity_former_until"


class DynamoDBSubmissionPolicies(TableAdapter):
    """The `SubmissionPolicies` port over the table."""

    def submission_policy(self, survey_id: str) -> SubmissionPolicy | None:
        """Return the submission policy of a survey; None if there is no such survey."""
        item = self._table.get(table_keys.survey_key(survey_id), ATTRIBUTES)
        if item is None:
            return None
        widget = json.loads(item.get("widget", "{}"))
        return SubmissionPolicy(
            item["state"] == "open",
            tuple(widget.get("origins", ())),
            widget.get("rate", DEFAULT_RATE),
            widget.get("hourly_cap", DEFAULT_HOURLY_CAP),
            tuple(item.get("segments", ())),
            item["timezone"],
            read_tokens(item, widget.get("longest_token_hours", LONGEST_HOURS)),
        )

    def is_open(self, survey_id: str) -> bool | None:
        """Return whether a survey takes responses; None if there is no such survey."""
        found = self.submission_policy(survey_id)
        return found.is_open if found else None


def read_tokens(item: Item, longest: int = LONGEST_HOURS) -> TokenRules:
    """Return which tokens a survey accepts; its item has no number while the first secret is current."""
    if "identity_generation" not in item:
        return TokenRules(longest=longest)
    return TokenRules(item["identity_generation"], item["identity_former_until"], longest)
