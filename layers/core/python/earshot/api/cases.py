"""Cases as they are asked for, and as they are shown."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.alert_rules import DESTINATION_ID
from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.schema import NO_SUCH_PARAMETER, Checked, NoOthers, Object, OneOf, Optional
from earshot.domain.cases import CaseFigures, CaseState
from earshot.domain.events import iso
from earshot.domain.response import Response
from earshot.services.cases.read_cases import WholeCase

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, ScoreValue, Time, bounds, words
    from earshot.domain.cases import SubjectKind
    from earshot.services.cases.read_cases import MOST_SHOWN

    class ListedCaseView(TypedDict):
        """A case as one of many, without person and words."""

        id: str
        survey: str
        subject: Annotated[
            str,
            words(*(kind.value for kind in SubjectKind)),
            "Whose it is; a `collective` one is of anonymous responses, beyond a hundred open cases of such.",
        ]
        account: str | None
        state: Annotated[str, words(*(state.value for state in CaseState))]
        opened_at: Time
        rule: str | None

    class _CaseResponseView(TypedDict):
        id: str
        score: ScoreValue
        responded_at: Time
        comment: NotRequired[Annotated[str | None, "Only for a key with `responses:read`."]]

    class CaseView(ListedCaseView):
        """A case with its responses as they are now."""

        person: NotRequired[
            Annotated[
                str | None, "Only for a key with `people:read`; null in another's case, and once they were erased."
            ]
        ]
        alert: Annotated[str | None, "The alert that opened it; null if somebody did by hand."]
        response_count: Annotated[Count, "How many responses it is about, those erased since included."]
        responses: Annotated[
            Annotated[list[_CaseResponseView], bounds(maxItems=MOST_SHOWN)],
            "The newest first, without those erased since.",
        ]

    class CaseList(TypedDict):
        """A page of open cases, the oldest first."""

        cases: list[ListedCaseView]
        cursor: Annotated[str | None, "Where the next page begins, for `cursor`; null on the last page."]


REFUSED = "it is not a cursor of this list: take it unchanged from the page before, with the same filters"
_PLACE = re.compile(r"[a-z0-9-]{1,63}#\d{14}#[a-z0-9-]{1,80}")


def read_cases(query: Mapping[str, str]) -> dict[str, Any]:
    """Read what cases are filtered by, and where their page begins."""
    return CASES.read(query)


def listed_cases_view(cases: list[CaseFigures], place: str | None) -> "CaseList":
    """Show a page of cases."""
    cursor = None if place is None else write_cursor(place)
    return {"cases": [listed_case_view(each) for each in cases], "cursor": cursor}


def listed_case_view(case: CaseFigures) -> "ListedCaseView":
    """Show a case as one of many."""
    return {
        "id": case.id,
        "survey": case.survey,
        "subject": case.subject.value,
        "account": case.account,
        "state": case.state.value,
        "opened_at": iso(case.opened_at),
        "rule": case.rule,
    }


def case_view(found: WholeCase, *, with_person: bool, with_words: bool) -> "CaseView":
    """Show a case; its person and the words of its responses only to who may read them."""
    case = found.case
    view: CaseView = {
        "id": case.id,
        "survey": case.survey,
        "subject": case.subject.value,
        "account": case.account,
        "state": case.state.value,
        "opened_at": iso(case.opened_at),
        "rule": case.rule,
        "alert": case.alert,
        "response_count": case.responses,
        "responses": [_response_view(each, with_words=with_words) for each in found.responses],
    }
    if with_person:
        view["person"] = case.person
    return view


def _response_view(response: Response, *, with_words: bool) -> "_CaseResponseView":
    view: _CaseResponseView = {
        "id": response.id,
        "score": response.score or 0,
        "responded_at": iso(response.responded_at),
    }
    if with_words:
        view["comment"] = response.statement.comment
    return view


def _read_place(value: Any) -> str:
    place = read_cursor(value, REFUSED)
    if not _PLACE.fullmatch(place):
        raise ValueError(REFUSED)
    return place


CASES = Object(
    Optional("survey", DESTINATION_ID),
    Optional("state", OneOf(*(state.value for state in CaseState))),
    Optional("cursor", Checked(_read_place, type="string"), default=""),
    NoOthers(NO_SUCH_PARAMETER),
)
