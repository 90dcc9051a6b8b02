"""The call on the quality of a survey's responses."""

from earshot.api.quality_views import quality_view
from earshot_cli.openapi.examples import QUALITY
from earshot_cli.openapi.operations import Operation, Reply

TAG = "Results"

OPERATIONS = (
    Operation(
        name="read_quality",
        tag=TAG,
        summary="Read how far the responses of a window can be trusted, and whether the response rate fell.",
        replies={200: Reply("The shares, the response rate, and warnings.", quality_view(QUALITY))},
        problems=(409,),
    ),
)
