"""The submission policy of a survey, read without the rest of its settings."""

import json
from collections.abc import Mapping
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.domain.identity_claims import LONGEST_HOURS, TokenRules
from earshot.domain.submission_policy import DEFAULT_HOURLY_CAP, DEFAULT_RATE, SubmissionPolicy

GENERATION, FORMER_UNTIL = "identity_generation", "identity_former_until"


class DynamoDBSubmissionPolicies:
    """The `SubmissionPolicies` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def submission_policy(self, survey_id: str) -> SubmissionPolicy | None:
        """Return the submission policy of a survey; None if there is no such survey."""
        with translated("the table"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=meta_key(survey_id),
                ConsistentRead=True,
                ProjectionExpression=f"#state, #segments, #timezone, widget, {GENERATION}, {FORMER_UNTIL}",
                ExpressionAttributeNames={"#state": "state", "#segments": "segments", "#timezone": "timezone"},
            )
        if "Item" not in answer:
            return None
        item = answer["Item"]
        widget = json.loads(item.get("widget", {}).get("S", "{}"))
        return SubmissionPolicy(
            item["state"]["S"] == "open",
            tuple(widget.get("origins", ())),
            widget.get("rate", DEFAULT_RATE),
            widget.get("hourly_cap", DEFAULT_HOURLY_CAP),
            tuple(name["S"] for name in item.get("segments", {}).get("L", ())),
            item["timezone"]["S"],
            read_tokens(item, widget.get("longest_token_hours", LONGEST_HOURS)),
        )

    def is_open(self, survey_id: str) -> bool | None:
        """Return whether a survey takes responses; None if there is no such survey."""
        found = self.submission_policy(survey_id)
        return found.is_open if found else None


def read_tokens(item: Mapping[str, Any], longest: int = LONGEST_HOURS) -> TokenRules:
    """Return which tokens are good, as the item of a survey says; it says nothing while the first secret is current."""
    if GENERATION not in item:
        return TokenRules(longest=longest)
    return TokenRules(int(item[GENERATION]["N"]), int(item[FORMER_UNTIL]["N"]), longest)


def meta_key(survey_id: str) -> dict[str, Any]:
    """Return the primary key of a survey."""
    return {"pk": {"S": table_keys.survey(survey_id)}, "sk": {"S": table_keys.META}}
