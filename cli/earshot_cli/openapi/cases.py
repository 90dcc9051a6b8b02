"""The calls on cases."""

from dataclasses import replace
from datetime import date

from earshot.api.case_measures import case_measures_view
from earshot.api.cases import case_view, listed_cases_view
from earshot.domain.alerts import Alert
from earshot.domain.business_time import business_time
from earshot.domain.case_facts import CaseChange, FactKind, changed, opened_fact
from earshot.domain.case_measures import GroupBy, MeasuredPeriod, measure, measure_by
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import CaseOutcome, CaseState, OwnedBy, RootCause, SubjectKind, figures_of
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.cases.measure_cases import MeasuredCases
from earshot.services.cases.read_cases import WholeCase
from earshot_cli.openapi.alerts import RULE_ID
from earshot_cli.openapi.examples import HOUR, KEY_ID, NOON, RESPONSE, RESPONSE_ID, SURVEY
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "Cases"
_ACTOR = f"key:{KEY_ID}"
_CASE = opened_by(
    Alert("shop", RULE_ID, RESPONSE_ID, NOON),
    SubjectKind.PERSON,
    RESPONSE.person,
    Opening(2, Priority.HIGH, "mia", OwnedBy.TURN, targets=Targets(8, 40)),
)
CASE_ID = _CASE.id
_LISTED = figures_of(opened_by(Alert("shop", RULE_ID, RESPONSE_ID, NOON), SubjectKind.PERSON, RESPONSE.person))
_REACHED = CaseChange(FactKind.CONTACTED, "Called; the parcel is still in Leipzig.")
_DONE = CaseChange(
    FactKind.RESOLVED,
    "Sent again, and the postage is on us.",
    outcome=CaseOutcome.COMPENSATED,
    root_cause=RootCause.DELIVERY,
)
_CONTACTED, _FIRST = changed(_CASE, _REACHED, NOON + 2 * HOUR, _ACTOR)
_CLOSED, _SECOND = changed(_CONTACTED, _DONE, NOON + 20 * HOUR, _ACTOR)
_NOW = NOON + 21 * HOUR
_BY_HAND = replace(_CASE, rule=None, alert=None, response=None, responses=0, score=None)
_OPENED = replace(opened_fact(_CASE), actor=_ACTOR, revision=1, response=None, note="He rang twice.", owner="mia")


def _shown(found: WholeCase) -> object:
    return case_view(found, _NOW, with_person=True, with_words=True)


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
        summary="List cases: those that are open, or others.",
        description="Without `state` those that are not closed, by owner and by which clock runs out first; `owner=-` "
        "lists those that nobody owns, `overdue=true` those whose next due time is over. Closed ones are listed by "
        "`survey` and `state`, those opened last first. `person` needs `people:read` too. A page may have few or none "
        "where others lie between; follow `cursor` until it is null.",
        replies={200: Reply("A page of cases.", listed_cases_view([figures_of(_CASE)], None, NOON))},
        problems=(403,),
    ),
    Operation(
        name="open_case",
        tag=TAG,
        summary="Open a case by hand.",
        again="A subject has one open case in a survey: the second call is a 409 with it as `current`.",
        description="Of a person or of an account, one of them. 409 with the case as `current` if one is open.",
        body=Body(
            {
                "person": {"survey": "shop", "person": RESPONSE.person, "note": _OPENED.note, "owner": "mia"},
                "account": {"survey": "shop", "account": "Acme Ltd", "priority": "high"},
            }
        ),
        replies={201: Reply("The case.", _shown(WholeCase(_BY_HAND, [], [_OPENED])))},
        problems=(409,),
    ),
    Operation(
        name="read_case",
        tag=TAG,
        summary="Read a case with its facts, and with its responses as they are now.",
        description="`person` is there for a key that has `people:read` too, comments and notes for one with "
        "`responses:read`.",
        replies={
            200: Reply("The case.", _shown(WholeCase(_CONTACTED, [RESPONSE], [opened_fact(_CASE), _FIRST]))),
        },
        problems=(409,),
    ),
    Operation(
        name="note_case_fact",
        tag=TAG,
        summary="Change a case: note what happened.",
        again="Each fact rests on a `revision`: the second call is a 409 with the case as `current`.",
        description="`contacted`, `note`, `waiting` for the customer, `resumed`, `assigned` to an `owner`, `resolved`, "
        "`unreachable` and `no_action`, which close it and need `outcome` and `root_cause`, and `reopened`. `revision` "
        "is that of the case as it was read; if somebody was faster, 409 with the case as `current`. "
        "After 500 changes a case takes no more notes (409).",
        body=Body(
            {
                "contacted": {"revision": 1, "kind": "contacted", "note": _REACHED.note},
                "assigned": {"revision": 2, "kind": "assigned", "owner": "bo", "note": "He knows the carrier."},
                "resolved": {
                    "revision": 2,
                    "kind": "resolved",
                    "outcome": "compensated",
                    "root_cause": "delivery",
                    "note": _DONE.note,
                },
            }
        ),
        replies={
            201: Reply("The case.", _shown(WholeCase(_CLOSED, [RESPONSE], [opened_fact(_CASE), _FIRST, _SECOND])))
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
