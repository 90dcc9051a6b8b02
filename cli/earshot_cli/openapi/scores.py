"""The calls that read results: the score, the counts, the funnel."""

from earshot.api.funnel_views import funnel_view
from earshot.api.schema import Schema
from earshot.api.score_queries import MOST_SURVEYS
from earshot.api.survey_settings import SURVEY_ID
from earshot.api.trend_views import trend_view
from earshot.api.views import breakdown_view, report_view
from earshot.domain.alerts import TargetStatus
from earshot.domain.funnel import STAGES
from earshot.domain.segment_values import VALUES_PER_SEGMENT
from earshot_cli.openapi.examples import (
    BREAKDOWN,
    FUNNEL,
    JOINT_REPORT,
    JOINT_TREND,
    REPORT,
    TREND,
)
from earshot_cli.openapi.operations import Operation, ResponseSpec, array, object_schema, or_null, ref
from earshot_cli.openapi.schemas import (
    COMPLETE,
    COUNT,
    DAY,
    FLAG,
    NPS,
    NUMBERS,
    POINTS,
    RATE,
    SCORE_EXACT,
    SERIES,
    SPAN,
    TEXT,
    TEXTS,
    words,
)

TAG = "Results"
_SURVEYS: dict[str, Schema] = {
    "surveys": {
        "type": "array",
        "items": SURVEY_ID.schema(),
        "minItems": 2,
        "maxItems": MOST_SURVEYS,
        "uniqueItems": True,
        "description": "The ids of the surveys that are added up, with commas between them.",
    }
}
_STAGES = {stage.replace("-", "_"): COUNT for stage in STAGES}


def _of(several: bool, description: str, **fields: Schema) -> Schema:
    """Describe what is told of one survey, or of several together."""
    whose: dict[str, Schema] = {"surveys": array(TEXT)} if several else {"survey": TEXT}
    latest = f"latest per person{' and survey' if several else ''} in the window"
    basis: dict[str, Schema] = {"segment": or_null(TEXT), "basis": words("all responses", latest)}
    told = object_schema(description, **whose, **basis, **fields, complete=COMPLETE)
    told["properties"]["counted_as"] = SERIES if not several else {**TEXTS, "description": SERIES["description"]}
    return told


def _zones(several: bool) -> dict[str, Schema]:
    return {"timezones": TEXTS} if several else {"timezone": TEXT}


def _score(several: bool) -> Schema:
    window = object_schema(length=TEXT, days=or_null(COUNT, "Null for `all`."), **SPAN, **_zones(several))
    before = or_null(object_schema("The window before.", **SPAN, **NUMBERS))
    band = or_null(
        object_schema(
            "What the score is called, and by which scale; null unless the whole interval is.", label=TEXT, scale=TEXT
        )
    )
    told = {"window": window, **NUMBERS, "band": band, "target": or_null(ref("TargetStatus")), "previous": before}
    told["change"] = or_null(ref("Change"))
    return _of(several, "The score of one series in one window.", **told)


def _breakdown() -> Schema:
    other = {**FLAG, "description": "Whether it is all values together that have no series of their own."}
    return object_schema(
        "The score of each value of a segment in one window, the one with most responses first.",
        survey=TEXT,
        by={**TEXT, "description": "The name of the segment."},
        basis=words("all responses", "latest per person in the window"),
        window=object_schema(length=TEXT, days=or_null(COUNT, "Null for `all`."), **SPAN, timezone=TEXT),
        total=object_schema("All responses, those without a value among them.", **NUMBERS),
        rows=array(object_schema(value=TEXT, other=other, **NUMBERS), maxItems=VALUES_PER_SEGMENT + 1),
        complete=COMPLETE,
    )


def _trend(several: bool) -> Schema:
    point = {"day": DAY, **SPAN, **{name: schema for name, schema in NUMBERS.items() if name != "histogram"}}
    data_from = or_null(DAY, "The first day with a response among those the windows hold.")
    told = {"window": TEXT, **SPAN, **_zones(several), "points": array(object_schema(**point)), "data_from": data_from}
    return _of(
        several, "The course of a score: a point for each day, the score of the window that ends with it.", **told
    )


SCHEMAS = {
    "TargetStatus": object_schema(
        "How the score compares with the survey's target, by its interval.",
        score=POINTS,
        baseline=or_null(POINTS),
        current=NPS,
        status=or_null(words(*(status.value for status in TargetStatus)), "Null without responses."),
    ),
    "Score": _score(several=False),
    "JointScore": _score(several=True),
    "Breakdown": _breakdown(),
    "Trend": _trend(several=False),
    "JointTrend": _trend(several=True),
    "ResponseRate": object_schema(
        "Responses through mails over invitations sent, with Wilson's interval.",
        **RATE,
    ),
    "Funnel": object_schema(
        "How far the invitations came; each counts at most once a stage and wave.",
        survey=TEXT,
        waves=array(
            object_schema(
                channel=TEXT,
                wave={"type": "integer", "minimum": 1, "description": "1 is the invitation, 2 and 3 its reminders."},
                **_STAGES,
                response_rate=ref("ResponseRate"),
            )
        ),
        total=object_schema(**_STAGES),
        response_rate=ref("ResponseRate"),
        score=object_schema(nps=NPS, score_exact=SCORE_EXACT, responses=COUNT, interval=or_null(ref("Interval"))),
    ),
}
_COUNTS = {"survey": "shop", "segment": None, "days": [{"day": "2026-11-21", "histogram": [0] * 10 + [3]}]}

OPERATIONS = (
    Operation(
        name="read_score",
        tag=TAG,
        summary="Read the score of a window, with its size, its interval and its change.",
        answers={200: ResponseSpec("The score.", ref("Score"), report_view(REPORT))},
        problems=(409,),
    ),
    Operation(
        name="read_joint_score",
        tag=TAG,
        summary="Read the score of several surveys together.",
        more_query=_SURVEYS,
        needs=("surveys",),
        answers={200: ResponseSpec("The score.", ref("JointScore"), report_view(JOINT_REPORT))},
        problems=(404, 409),
    ),
    Operation(
        name="read_breakdown",
        tag=TAG,
        summary="Read the score of each value of a segment, the one with most responses first.",
        description="All values that have a series are listed, at most 200, those without a response in the window "
        "too, and the values that share `(other)`. On the basis `latest` a person counts in the value of their latest "
        "response.",
        answers={200: ResponseSpec("The scores.", ref("Breakdown"), breakdown_view(BREAKDOWN))},
        problems=(409,),
    ),
    Operation(
        name="read_trend",
        tag=TAG,
        summary="Read the course of the score, a point a day.",
        answers={200: ResponseSpec("The course.", ref("Trend"), trend_view(TREND))},
        problems=(409,),
    ),
    Operation(
        name="read_joint_trend",
        tag=TAG,
        summary="Read the course of the score of several surveys together.",
        more_query=_SURVEYS,
        needs=("surveys",),
        answers={200: ResponseSpec("The course.", ref("JointTrend"), trend_view(JOINT_TREND))},
        problems=(404, 409),
    ),
    Operation(
        name="read_counts",
        tag=TAG,
        summary="Read the counts of one series by day.",
        answers={200: ResponseSpec("The counts.", ref("Counts"), _COUNTS)},
        problems=(409,),
    ),
    Operation(
        name="read_funnel",
        tag=TAG,
        summary="Read how far the invitations came, and the response rate.",
        problems=(400, 409),
        answers={200: ResponseSpec("The funnel of all days.", ref("Funnel"), funnel_view(FUNNEL))},
    ),
)
