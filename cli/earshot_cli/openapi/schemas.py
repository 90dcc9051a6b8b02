"""How everything in an answer looks that several calls share: texts, times, scores, surveys, responses, problems."""

from earshot.api.problems import MOST_FAULTS, STATUSES
from earshot.api.schema import Schema
from earshot_cli.openapi.operations import array, object_schema, or_null

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
DAY: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time", "description": "A time in UTC."}
SCORE: Schema = {"type": "integer", "minimum": 0, "maximum": 10}
POINTS: Schema = {"type": "integer", "minimum": -100, "maximum": 100}
NPS: Schema = {"type": ["integer", "null"], "minimum": -100, "maximum": 100, "description": "Null without responses."}
SCORE_EXACT: Schema = {
    "type": ["number", "null"],
    "minimum": -100,
    "maximum": 100,
    "description": "The score before it is rounded; `interval` always holds it.",
}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
CURSOR = or_null(TEXT, "Where the next page begins, for `cursor`; null on the last page.")
SERIES: Schema = {**TEXT, "description": "The series that counts the value, if it has none of its own."}
COMPLETE: Schema = {**FLAG, "description": "False while the segment's older responses are still being counted."}
FROM_0_TO_1: Schema = {"type": "number", "minimum": 0, "maximum": 1}
HISTOGRAM = array(COUNT, minItems=11, maxItems=11, description="The counts of the scores 0 to 10.")


def words(*allowed: str) -> Schema:
    """Describe one of a few words."""
    return {"type": "string", "enum": list(allowed)}


LINK = object_schema(label=TEXT, url={"type": "string", "format": "uri"})
SPAN = {"from": DAY, "to": {**DAY, "description": "Exclusive."}}

SCHEMAS: dict[str, Schema] = {
    "Problem": object_schema(
        "A refusal (RFC 9457).",
        type={"type": "string", "format": "uri", "enum": [f"urn:earshot:problem:{s}" for _, s, _ in STATUSES.values()]},
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail={**TEXT, "description": "What is wrong, in one sentence."},
        instance={"type": "string", "format": "uri-reference", "description": "The request, as the log knows it."},
    ),
}
# What is there only sometimes.
SCHEMAS["Problem"]["properties"]["count"] = {
    **COUNT,
    "description": "How many responses fit, where a confirmed count does not.",
}
SCHEMAS["Problem"]["properties"]["errors"] = array(
    object_schema(field=TEXT, reason=TEXT), maxItems=MOST_FAULTS, description="Each fault of an invalid request."
)
