"""The calls on cases."""

from dataclasses import replace
from datetime import date

from earshot.api.case_measures import case_measures_view
from earshot.api.cases import case_view, listed_cases_view
from earshot.domain.alerts import Alert
from earshot.domain.business_time import business_time
from earshot.domain.case_measures import GroupBy, MeasuredPeriod, measure, measure_by
from earshot.domain.cases import CaseOutcome, CaseState, RootCause, SubjectKind, figures_of
from earshot.domain.opened_cases import opened_by
from earshot.services.cases.measure_cases import MeasuredCases
from earshot.services.cases.read_cases import WholeCase
from earshot_cli.openapi.alerts import RULE_ID
from earshot_cli.openapi.examples import HOUR, NOON, RESPONSE, RESPONSE_ID, SURVEY
from earshot_cli.openapi.operations import Operation, Reply

TAG = "Cases"
_CASE = opened_by(Alert("shop", RULE_ID, RESPONSE_ID, NOON), SubjectKind.PERSON, RESPONSE.person)
CASE_ID = _CASE.id
_LISTED = figures_of(_CASE)


def _measured() -> MeasuredCases:
    """Measure a month with one case that helped, one that was late, and one that nobody has touched."""
    now = NOON + 48 * HOUR
    period = MeasuredPeriod(NOON - 28 * 24 * HOUR, NOON + 36 * HOUR, now)
    open_case = replace(_LISTED, score=3, owner="mia")
    late = replace(open_case, state=CaseState.CONTACTED, contacted_at=now - HOUR, breached_contact=True)
    helped = replace(
        open_case,
        state=CaseState.RESOLVED,
        contacted_at=NOON + 3 * HOUR,
        closed_at=NOON + 30 * HOUR,
        first_closed_at=NOON + 30 * HOUR,
        outcome=CaseOutcome.EXPLAINED,
        root_cause=RootCause.PRICE,
        responded_again_at=NOON + 40 * HOUR,
        responded_again_score=9,
    )
    cases = [replace(open_case, owner=None), late, helped]

    def around_the_clock(_calendar: str | None, start: int, end: int) -> int:
        return business_time(None, start, end)

    return MeasuredCases(
        SURVEY,
        date(2026, 10, 24),
        date(2026, 11, 23),
        now,
        GroupBy.OWNER,
        measure(cases, period, around_the_clock),
        measure_by(cases, GroupBy.OWNER, period, around_the_clock),
    )


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
    Operation(
        name="read_case_measures",
        tag=TAG,
        summary="Read how fast a survey's cases are contacted and closed, and how many people were won back.",
        description="Of the cases opened or closed from `from` to before `to`, days in the survey's time zone; what is "
        "open is of now. With `by` also of each owner, root cause or band. Of cases that were opened earlier it looks "
        "back twelve months.",
        replies={200: Reply("The measures.", case_measures_view(_measured()))},
        problems=(409,),
    ),
)
