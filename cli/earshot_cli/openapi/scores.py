"""The calls that read results: the score, the counts, the funnel."""

from earshot.api.funnel_views import funnel_view
from earshot.api.score_views import breakdown_view, comparison_view, joint_score_view, score_view
from earshot.api.trend_views import joint_trend_view, trend_view
from earshot_cli.openapi.examples import (
    BREAKDOWN,
    COMPARISON,
    FUNNEL,
    JOINT_REPORT,
    JOINT_TREND,
    REPORT,
    TREND,
)
from earshot_cli.openapi.operations import Operation, Reply

TAG = "Results"
_COUNTS = {"survey": "shop", "segment": None, "days": [{"day": "2026-11-21", "histogram": [0] * 10 + [3]}]}

OPERATIONS = (
    Operation(
        name="read_score",
        tag=TAG,
        summary="Read the score of a window, with its size, its interval and its change.",
        replies={200: Reply("The score.", score_view(REPORT))},
        problems=(409,),
    ),
    Operation(
        name="read_joint_score",
        tag=TAG,
        summary="Read the score of several surveys together.",
        replies={200: Reply("The score.", joint_score_view(JOINT_REPORT))},
        problems=(404, 409),
    ),
    Operation(
        name="read_breakdown",
        tag=TAG,
        summary="Read the score of each value of a segment, the one with most responses first.",
        description="All values that have a series are listed, at most 200, those without a response in the window "
        "too, and the values that share `(other)`. On the basis `latest` a person counts in the value of their latest "
        "response.",
        replies={200: Reply("The scores.", breakdown_view(BREAKDOWN))},
        problems=(409,),
    ),
    Operation(
        name="compare_segments",
        tag=TAG,
        summary="Compare each value of a segment with all other responses, the surest difference first.",
        description="Also with the window before. Of values and rests with fewer than ten responses there is no "
        "difference. Somebody with access to one value sees that alone, without a difference.",
        replies={200: Reply("The values.", comparison_view(COMPARISON))},
        problems=(409,),
    ),
    Operation(
        name="read_trend",
        tag=TAG,
        summary="Read the trend of the score, a point a day.",
        replies={200: Reply("The trend.", trend_view(TREND))},
        problems=(409,),
    ),
    Operation(
        name="read_joint_trend",
        tag=TAG,
        summary="Read the trend of the score of several surveys together.",
        replies={200: Reply("The trend.", joint_trend_view(JOINT_TREND))},
        problems=(404, 409),
    ),
    Operation(
        name="read_counts",
        tag=TAG,
        summary="Read the counts of one series by day.",
        replies={200: Reply("The counts.", _COUNTS)},
        problems=(409,),
    ),
    Operation(
        name="read_funnel",
        tag=TAG,
        summary="Read how far the invitations came, and the response rate.",
        problems=(400, 409),
        replies={200: Reply("The funnel of all days.", funnel_view(FUNNEL))},
    ),
)
