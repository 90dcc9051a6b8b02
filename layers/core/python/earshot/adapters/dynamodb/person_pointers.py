"""Queries of the pointers from a person to their answers, which lie by survey and time."""

from typing import Any

from earshot.adapters.dynamodb import table_keys


def span(survey: str, since: int = 0) -> tuple[str, str]:
    """Name the pointers to a survey's answers from a moment on; "~" comes after every digit."""
    return table_keys.person_response(survey, since, ""), f"{table_keys.PERSON_RESPONSES}{survey}#~"


def between(partition: str, first: str, last: str) -> dict[str, Any]:
    """Ask for pointers as they are now, both ends included."""
    return {
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":pk": {"S": partition},
            ":first": {"S": first},
            ":last": {"S": last},
        },
        "ConsistentRead": True,
    }
