"""The calls on cases."""

from earshot.api.cases import case_view, listed_cases_view
from earshot.domain.alerts import Alert
from earshot.domain.cases import SubjectKind, figures_of
from earshot.domain.opened_cases import opened_by
from earshot.services.cases.read_cases import WholeCase
from earshot_cli.openapi.alerts import RULE_ID
from earshot_cli.openapi.examples import NOON, RESPONSE, RESPONSE_ID
from earshot_cli.openapi.operations import Operation, Reply

TAG = "Cases"
_CASE = opened_by(Alert("shop", RULE_ID, RESPONSE_ID, NOON), SubjectKind.PERSON, RESPONSE.person)
CASE_ID = _CASE.id
_LISTED = figures_of(_CASE)

OPERATIONS = (
    Operation(
        name="list_cases",
        tag=TAG,
        summary="List open cases, the oldest first.",
        description="With `survey`: those of this survey. A page may have few or none where cases of others lie "
        "between; follow `cursor` until it is null.",
        replies={200: Reply("A page of cases.", listed_cases_view([_LISTED], None))},
    ),
    Operation(
        name="read_case",
        tag=TAG,
        summary="Read a case with its responses as they are now.",
        description="`person` is there for a key that has `people:read` too, `comment` for one with `responses:read`.",
        replies={
            200: Reply("The case.", case_view(WholeCase(_CASE, [RESPONSE]), with_person=True, with_words=True)),
        },
        problems=(409,),
    ),
)
