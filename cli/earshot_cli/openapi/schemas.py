"""How everything in an answer looks that several calls share: texts, times, scores, surveys, responses, problems."""

from earshot.api.problems import MOST_FAULTS, STATUSES
from earshot.api.schema import Schema
from earshot.domain.bands import SCALES
from earshot.domain.statement import StatementKind
from earshot.domain.survey import KINDS, STATES
from earshot.domain.widget import PLACEMENTS
from earshot_cli.openapi.operations import array, object_schema, or_null, ref

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
RATE: dict[str, Schema] = {
    "asked": COUNT,
    "answered": COUNT,
    "rate": or_null(FROM_0_TO_1),
    "interval": or_null(ref("Interval")),
}
HISTOGRAM = array(COUNT, minItems=11, maxItems=11, description="The counts of the scores 0 to 10.")


def words(*allowed: str) -> Schema:
    """Describe one of a few words."""
    return {"type": "string", "enum": list(allowed)}


LINK = object_schema(label=TEXT, url={"type": "string", "format": "uri"})
SPAN = {"from": DAY, "to": {**DAY, "description": "Exclusive."}}
NUMBERS: dict[str, Schema] = {
    "nps": NPS,
    "score_exact": SCORE_EXACT,
    "promoters": COUNT,
    "passives": COUNT,
    "detractors": COUNT,
    "responses": COUNT,
    "histogram": HISTOGRAM,
    "interval": or_null(ref("Interval")),
}

_SURVEY: dict[str, Schema] = {
    "id": TEXT,
    "name": TEXT,
    "question": TEXT,
    "timezone": TEXT,
    "segments": array(
        {"anyOf": [TEXT, object_schema(name=TEXT, open=FLAG)]},
        description="Names; an object where values of unsigned responses get a series, too.",
    ),
    "state": words(*STATES),
    "kind": words(*KINDS),
    "rules": object_schema(
        quiet_days=COUNT,
        sample={"type": "number", "minimum": 0, "maximum": 1},
        daily_budget=or_null(COUNT),
        sending_hours=array(COUNT, minItems=2, maxItems=2),
        reminders=array(COUNT),
        clicked_scores=FLAG,
    ),
    "brand": object_schema(name=TEXT, color=or_null(TEXT), logo=or_null(TEXT)),
    "widget": object_schema(
        origins=array(TEXT),
        placement=words(*PLACEMENTS),
        urls=array(TEXT),
        delay=COUNT,
        scroll=COUNT,
        sample={"type": "number", "minimum": 0, "maximum": 1},
        quiet_days=COUNT,
        partials=FLAG,
        longest_token_hours=COUNT,
        rate=or_null(COUNT),
        hourly_cap=or_null(COUNT),
        follow_ups=TEXTS,
        thanks=TEXTS,
        link=or_null(LINK),
    ),
    "alerts": object_schema(window=TEXT, level=NUMBER, minimum=COUNT),
    "target": or_null(object_schema(score=POINTS, baseline=or_null(POINTS), window=TEXT)),
    "bands": {"anyOf": [{"enum": [*SCALES, None]}, array(object_schema(**{"from": POINTS, "label": TEXT}))]},
    "retention_days": or_null(COUNT, "Responses older than this are anonymised; null: none are."),
    "created_at": TIME,
    "updated_at": TIME,
}
SCHEMAS: dict[str, Schema] = {
    "Problem": object_schema(
        "A refusal (RFC 9457).",
        type={"type": "string", "format": "uri", "enum": [f"urn:earshot:problem:{s}" for _, s, _ in STATUSES.values()]},
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail={**TEXT, "description": "What is wrong, in one sentence."},
        instance={"type": "string", "format": "uri-reference", "description": "The request, as the log knows it."},
    ),
    "Erasing": object_schema(
        "How far the erasing of many responses is.",
        count={**COUNT, "description": "How many fit, and were confirmed."},
        erased={**COUNT, "description": "How many are done, with the calls before."},
        remaining={**COUNT, "description": "At most so many are left; 0 when it is done."},
    ),
    "Interval": object_schema(
        "A range at a confidence level, in the unit of what it belongs to.", level=NUMBER, low=NUMBER, high=NUMBER
    ),
    "Change": object_schema(
        "The difference to the window before, in points, and what the two-sample test makes of it.",
        points=NUMBER,
        low=NUMBER,
        high=NUMBER,
        p_value={"type": "number", "minimum": 0, "maximum": 1},
        significant=FLAG,
    ),
    "Import": object_schema(
        "An import: what its maker said of it, and what became of its rows.",
        id=TEXT,
        survey=TEXT,
        state=words("recording", "recorded", "undoing", "undone"),
        file=or_null(TEXT),
        started=TIME,
        by=or_null(TEXT, "The id of the key."),
        accepted=or_null(COUNT, "The rows that were accepted; null until its maker says it."),
        refused=or_null(COUNT),
        new={**COUNT, "description": "The responses that it first recorded."},
        known={**COUNT, "description": "The rows whose response was there before."},
        updated={**COUNT, "description": "The known ones whose properties it corrected."},
        withdrawn=COUNT,
        undone=or_null(TIME, "When it was first undone."),
        remaining={**COUNT, "description": "The responses that are still to be withdrawn, at most."},
    ),
    "Counts": object_schema(
        "The counts of one series by day; days without responses are left out.",
        survey=TEXT,
        segment=or_null(TEXT),
        days=array(object_schema(day=DAY, histogram=HISTOGRAM)),
    ),
    "Response": object_schema(
        "A response.",
        id=TEXT,
        survey=TEXT,
        state=words(*dict.fromkeys([*(kind.state for kind in StatementKind), "excluded"])),
        revision={"type": "integer", "minimum": 1},
        score=or_null(SCORE),
        category=or_null(words("promoter", "passive", "detractor")),
        comment=or_null(TEXT),
        comment_score=or_null(SCORE, "The score the comment was written with, where that was changed since."),
        properties=TEXTS,
        person=or_null(TEXT),
        unverified_email=or_null(TEXT, "An address that a page gave without a signature: a label, and no person."),
        channel=or_null(TEXT),
        responded_at=TIME,
        day=DAY,
        series=array(TEXT, description="The series it counts in."),
        sent_id=or_null(TEXT, "The id as sent, where its clock was so wrong that the response got another."),
        excluded={**FLAG, "description": "Whether it is kept out of every score."},
        exclusion_reason=or_null(TEXT, "Why; null too once its person was erased."),
    ),
    "ListedSurvey": object_schema("A survey as a list shows it.", **_SURVEY),
    "Survey": object_schema(
        "A survey, with the values of its segments that have a series.",
        **_SURVEY,
        values={"type": "object", "additionalProperties": array(TEXT)},
        incomplete=array(TEXT, description="The segments whose responses are still being moved to their series."),
    ),
}
SCHEMAS["WholeResponse"] = object_schema(
    "A response and its history.",
    **SCHEMAS["Response"]["properties"],
    **{
        "received": TIME,
        "rank": {**words("anonymous", "signed", "keyed"), "description": "How well its sender is known."},
        "seconds": or_null(NUMBER, "How long the question had been shown."),
        "is_repeat": {**FLAG, "description": "It says what its person had said within a day before."},
        "cleaned": {**FLAG, "description": "Something of it did not fit, and was cut, converted or left out."},
        "superseded_on": or_null(DAY, "The day of the same person's next response."),
        "import": or_null(TEXT, "The import that first recorded it."),
    },
    history=array(
        object_schema(
            action=words("revised", "excluded", "included", "withdrawn", "anonymised", "erased"),
            time=TIME,
            by=or_null(TEXT, "The id of the key, `respondent`, `person-erased`, or `retention`."),
            changed=array(words("score", "comment", "properties", "excluded", "exclusion_reason")),
            scores=or_null(array(or_null(SCORE), minItems=2, maxItems=2), "The old and the new one, if they differ."),
            reason=or_null(TEXT),
        ),
        maxItems=50,
        description="The newest correction first.",
    ),
    history_left_out={**COUNT, "description": "How many older corrections there were."},
)
# What is there only sometimes.
SCHEMAS["Problem"]["properties"]["count"] = {
    **COUNT,
    "description": "How many responses fit, where a confirmed count does not.",
}
SCHEMAS["Problem"]["properties"]["errors"] = array(
    object_schema(field=TEXT, reason=TEXT), maxItems=MOST_FAULTS, description="Each fault of an invalid request."
)
SCHEMAS["Counts"]["properties"]["counted_as"] = SERIES
