"""The call that tells how far the answers of a survey can be trusted."""

from earshot.api.quality_views import quality_view
from earshot_cli.openapi.examples import QUALITY
from earshot_cli.openapi.operations import Operation, ResponseSpec, array, object_schema, or_null, ref
from earshot_cli.openapi.schemas import COUNT, FLAG, FROM_0_TO_1, NPS, NUMBER, RATE, SCORE_EXACT, SPAN, TEXT

TAG = "Results"

SCHEMAS = {
    "Share": object_schema(
        "How many of how many, with Wilson's interval.",
        count=COUNT,
        of=COUNT,
        share=or_null(FROM_0_TO_1),
        interval=or_null(ref("Interval")),
    ),
    "Quality": object_schema(
        "How far the responses of a window can be trusted.",
        survey=TEXT,
        window=object_schema(days=COUNT, **SPAN, timezone=TEXT),
        nps=NPS,
        score_exact=SCORE_EXACT,
        responses=COUNT,
        previous=object_schema(nps=NPS, score_exact=SCORE_EXACT, responses=COUNT),
        speeders=ref("Share"),
        repeats=ref("Share"),
        quarantined=ref("Share"),
        excluded=ref("Share"),
        cleaned=ref("Share"),
        clicked=ref("Share"),
        response_rate=object_schema(
            "The first mails of these UTC days that are old enough to have a response.",
            **SPAN,
            settled_days=COUNT,
            **RATE,
            previous=or_null(ref("ResponseRate")),
            change=or_null(object_schema(difference=NUMBER, low=NUMBER, high=NUMBER, significant=FLAG)),
        ),
        retention_days=or_null(COUNT, "Responses older than this are anonymised; null: none are."),
        people_retention_days=or_null(COUNT, "People without contact for so many days are deleted; null: never."),
        warnings=array(TEXT, description="Warnings, in words."),
    ),
}

OPERATIONS = (
    Operation(
        name="read_quality",
        tag=TAG,
        summary="Read how far the responses of a window can be trusted, and whether the response rate fell.",
        answers={
            200: ResponseSpec("The shares, the response rate, and warnings.", ref("Quality"), quality_view(QUALITY))
        },
        problems=(409,),
    ),
)
