"""Cases as they are asked for, changed, and shown."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earshot.api.accounts import ACCOUNT_ID
from earshot.api.alert_rules import DESTINATION_ID, LATEST_REVISION
from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.fields import OWN_ID
from earshot.api.queries import PERSON_IN_URL
from earshot.api.schema import (
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    Checked,
    Found,
    Integer,
    NoOthers,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Text,
)
from earshot.api.team import MEMBER_ID
from earshot.domain.case_facts import MOST_NOTE, OF_PEOPLE, CaseChange, CaseFact, FactKind
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseFigures, CaseOutcome, CaseState, RootCause, figures_of
from earshot.domain.events import iso
from earshot.domain.names import NAME, is_name
from earshot.domain.response import Response
from earshot.services.cases.open_by_hand import CaseDraft
from earshot.services.cases.read_cases import CaseQuery, WholeCase

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, Positive, ScoreValue, Time, bounds, words
    from earshot.domain.cases import OwnedBy, SubjectKind
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
        rule: Annotated[str | None, "The alert rule that opened it; null if somebody did by hand."]
        state: Annotated[str, words(*(state.value for state in CaseState))]
        waiting: Annotated[bool, "Whether it waits for the customer, which pauses the closing clock."]
        owner: Annotated[str | None, "The member who owns it."]
        priority: Annotated[str, words(*(priority.value for priority in Priority))]
        score: Annotated[ScoreValue | None, "The lowest of its responses."]
        opened_at: Time
        contact_due_at: Time
        close_due_at: Time
        contacted_at: Time | None
        closed_at: Time | None
        breached: Annotated[bool, "Whether one of its clocks ran out."]
        outcome: Annotated[str, words(*(outcome.value for outcome in CaseOutcome))] | None
        root_cause: Annotated[str, words(*(cause.value for cause in RootCause))] | None
        round: Annotated[Positive, "It is one more each time that it is opened again."]

    class _CaseResponseView(TypedDict):
        id: str
        score: ScoreValue
        responded_at: Time
        comment: NotRequired[Annotated[str | None, "Only for a key with `responses:read`."]]

    class _RespondedAgain(TypedDict):
        at: Time
        score: ScoreValue

    class CaseFactView(TypedDict):
        """What happened to a case."""

        revision: Annotated[Positive | None, "The revision that the case has since; null of what an alert did."]
        kind: Annotated[str, words(*(kind.value for kind in FactKind))]
        at: Time
        by: Annotated[str, "`key:` and an API key's id, `member:`, `rule:`, `destination:`, or `earshot`."]
        from_state: Annotated[str, words(*(state.value for state in CaseState))] | None
        to_state: Annotated[str, words(*(state.value for state in CaseState))] | None
        note: NotRequired[
            Annotated[str | None, "Only for a key with `responses:read`; null once what it is about was erased."]
        ]
        owner: str | None
        outcome: str | None
        root_cause: str | None
        response: Annotated[str | None, "The one that opened it, joined or was changed; null once it was erased."]
        details: dict[str, Any]

    class CaseView(ListedCaseView):
        """A case with its responses as they are now, and what happened to it."""

        person: NotRequired[
            Annotated[
                str | None, "Only for a key with `people:read`; null in another's case, and once they were erased."
            ]
        ]
        owned_by: Annotated[str, words(*(each.value for each in OwnedBy)), "What chose the owner."] | None
        calendar: Annotated[str | None, "The calendar in whose hours its clocks run; null: around the clock."]
        breached_contact: Annotated[bool, "Whether the clock of the first contact had run out by the last change."]
        breached_close: bool
        first_closed_at: Annotated[Time | None, "It stays when the case is opened again."]
        reopened_at: Annotated[Time | None, "When it was opened again the first time."]
        responded_again: Annotated[
            _RespondedAgain | None,
            "The person's next response to the survey: after the closing, or after the opening without contact.",
        ]
        alert: Annotated[str | None, "The alert that opened it; null if somebody did by hand."]
        response_count: Annotated[Count, "How many responses it is about, those erased since included."]
        responses: Annotated[
            Annotated[list[_CaseResponseView], bounds(maxItems=MOST_SHOWN)],
            "The newest first, without those erased since.",
        ]
        revision: Annotated[Positive, "What a change rests on."]
        facts: Annotated[list[CaseFactView], "The oldest first: the last 200 changes, and the last 49 that joined."]

    class CaseList(TypedDict):
        """A page of cases."""

        cases: list[ListedCaseView]
        cursor: Annotated[str | None, "Where the next page begins, for `cursor`; null on the last page."]


REFUSED = "it is not a cursor of this list: take it unchanged from the page before, with the same filters"
NOBODY = "-"
_ID = "[a-z0-9-]{1,80}"
_PLACE = re.compile(rf"(-|{NAME})#\d{{14}}#{_ID}|\d{{4}}-\d\d#(\d{{14}}#{_ID})?")


def read_cases(query: Mapping[str, str]) -> CaseQuery:
    """Read which cases are asked for, and where their page begins."""
    given = CASES.read(query)
    return CaseQuery(
        survey=given.get("survey"),
        state=CaseState(given["state"]) if "state" in given else None,
        owner=given.get("owner"),
        is_overdue=given["overdue"] == "true",
        person=given.get("person"),
        account=given.get("account"),
        after=given["cursor"],
    )


def read_case_draft(body: Mapping[str, Any]) -> CaseDraft:
    """Read the case that is to be opened by hand."""
    return CaseDraft(**CASE.read(body))


def read_fact(body: Mapping[str, Any]) -> tuple[int, CaseChange]:
    """Read a fact, with the revision that it rests on."""
    given = FACT.read(body)
    change = CaseChange(
        FactKind(given["kind"]),
        note=given.get("note"),
        owner=given.get("owner"),
        outcome=CaseOutcome(given["outcome"]) if "outcome" in given else None,
        root_cause=RootCause(given["root_cause"]) if "root_cause" in given else None,
    )
    return given["revision"], change


def listed_cases_view(cases: list[CaseFigures], place: str | None, now: int) -> "CaseList":
    """Show a page of cases; `now` is in Unix milliseconds."""
    cursor = None if place is None else write_cursor(place)
    return {"cases": [listed_case_view(each, now) for each in cases], "cursor": cursor}


def listed_case_view(case: CaseFigures, now: int) -> "ListedCaseView":
    """Show a case as one of many."""
    return {
        "id": case.id,
        "survey": case.survey,
        "subject": case.subject.value,
        "account": case.account,
        "rule": case.rule,
        "state": case.state.value,
        "waiting": case.is_waiting,
        "owner": case.owner,
        "priority": case.priority.value,
        "score": case.score,
        "opened_at": iso(case.opened_at),
        "contact_due_at": iso(case.contact_due_at),
        "close_due_at": iso(case.close_due_at),
        "contacted_at": _time(case.contacted_at),
        "closed_at": _time(case.closed_at),
        "breached": case.is_breached(now),
        "outcome": case.outcome.value if case.outcome else None,
        "root_cause": case.root_cause.value if case.root_cause else None,
        "round": case.round,
    }


def case_view(found: WholeCase, now: int, *, with_person: bool, with_words: bool) -> "CaseView":
    """Show a case; its person, the words of its responses and the notes only to who may read them."""
    case = found.case
    view: CaseView = {
        **listed_case_view(figures_of(case), now),
        "person": case.person,
        "owned_by": case.owned_by.value if case.owned_by else None,
        "calendar": case.calendar,
        "breached_contact": case.breached_contact,
        "breached_close": case.breached_close,
        "first_closed_at": _time(case.first_closed_at),
        "reopened_at": _time(case.reopened_at),
        "responded_again": _responded_again(case),
        "alert": case.alert,
        "response_count": case.responses,
        "responses": [_response_view(each, with_words=with_words) for each in found.responses],
        "revision": case.revision,
        "facts": [_fact_view(each, with_words=with_words) for each in found.facts],
    }
    if not with_person:
        del view["person"]
    return view


def _fact_view(fact: CaseFact, *, with_words: bool) -> "CaseFactView":
    view: CaseFactView = {
        "revision": fact.revision,
        "kind": fact.kind.value,
        "at": iso(fact.at),
        "by": fact.actor,
        "from_state": fact.from_state.value if fact.from_state else None,
        "to_state": fact.to_state.value if fact.to_state else None,
        "owner": fact.owner,
        "outcome": fact.outcome.value if fact.outcome else None,
        "root_cause": fact.root_cause.value if fact.root_cause else None,
        "response": fact.response,
        "details": dict(fact.extra),
    }
    if with_words:
        view["note"] = fact.note
    return view


def _responded_again(case: Case) -> "_RespondedAgain | None":
    at, score = case.responded_again_at, case.responded_again_score
    return None if at is None or score is None else {"at": iso(at), "score": score}


def _response_view(response: Response, *, with_words: bool) -> "_CaseResponseView":
    view: _CaseResponseView = {
        "id": response.id,
        "score": response.score or 0,
        "responded_at": iso(response.responded_at),
    }
    if with_words:
        view["comment"] = response.statement.comment
    return view


def _time(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _read_place(value: Any) -> str:
    place = read_cursor(value, REFUSED)
    if not _PLACE.fullmatch(place):
        raise ValueError(REFUSED)
    return place


def _read_owner(value: Any) -> str:
    if value != NOBODY and not (isinstance(value, str) and is_name(value)):
        raise ValueError("it must be the id of a member, or '-' for the cases that nobody owns")
    return str(value)


def _check_state(found: Found) -> None:
    """Check what closed cases are asked for by, and that a cursor is one of the same list."""
    given = found.given
    is_closed = "state" in given and CaseState(given["state"]).is_closed
    is_of_subject = "person" in given or "account" in given
    if "person" in given and "account" in given:
        found.fault("account", "cases are of a person or of an account: give one of them")
    if is_closed and not is_of_subject and "survey" not in given:
        found.fault("survey", f"cases that are {given['state']} are listed by survey: give one")
    if is_closed and given.get("overdue") == "true":
        found.fault("overdue", "no clock of a closed case runs out: leave it out, or the state")
    place = given.get("cursor", "")
    if place and not is_of_subject:
        month = re.match(r"\d{4}-\d\d#", place) is not None
        begins = f"{given['owner']}#" if "owner" in given and not is_closed else ""
        if month is not is_closed or not place.startswith(begins):
            found.fault("cursor", REFUSED)
    elif place:
        found.fault("cursor", "the cases of a person or an account are all on one page")


def _check_subject(found: Found) -> None:
    if found.faults:
        return
    if ("person" in found.given) is ("account" in found.given):
        found.fault("person", "give 'person' or 'account': whose case it is")


_NOTE = Text(MOST_NOTE).described("Words about the case, which go with the person or the response that it is about.")
CASES = Object(
    Optional("survey", DESTINATION_ID),
    Optional("state", OneOf(*(state.value for state in CaseState))),
    Optional("owner", Checked(_read_owner, type="string", pattern=f"^(-|{NAME})$")),
    Optional("overdue", OneOf("true", "false"), "false"),
    Optional("person", PERSON_IN_URL),
    Optional("account", ACCOUNT_ID),
    Optional("cursor", Checked(_read_place, type="string"), default=""),
    NoOthers(NO_SUCH_PARAMETER),
    Rule(_check_state),
)
CASE = Object(
    Required("survey", DESTINATION_ID),
    Optional("person", OWN_ID),
    Optional("account", ACCOUNT_ID),
    Optional("note", _NOTE),
    Optional("owner", MEMBER_ID),
    Optional("priority", OneOf(*(priority.value for priority in Priority)).then(Priority)),
    NoOthers(NO_SUCH_FIELD),
    Rule(_check_subject, oneOf=[{"required": ["person"]}, {"required": ["account"]}]),
    name="CaseDraft",
)
FACT = Object(
    Required("revision", Integer(1, LATEST_REVISION)),
    Required("kind", OneOf(*(kind.value for kind in OF_PEOPLE))),
    Optional("note", _NOTE),
    Optional("owner", MEMBER_ID),
    Optional("outcome", OneOf(*(outcome.value for outcome in CaseOutcome))),
    Optional("root_cause", OneOf(*(cause.value for cause in RootCause))),
    NoOthers(NO_SUCH_FIELD),
    name="CaseFactDraft",
)
