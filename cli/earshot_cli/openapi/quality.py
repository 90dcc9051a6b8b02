"""The call that tells how far the answers of a survey can be trusted."""

from earshot.api.quality_views import quality_view
from earshot_cli.openapi.examples import QUALITY
from earshot_cli.openapi.operations import Operation, ResponseSpec, ref

TAG = "Results"

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
