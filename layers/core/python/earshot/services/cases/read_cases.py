"""Read cases: the open ones as a list, those closed or of a subject, and one with its responses as they are now."""

from dataclasses import dataclass

from earshot.domain.case_facts import CaseFact, FactKind, opened_fact
from earshot.domain.cases import Case, CaseFigures, CaseState, OpenCaseFilter, figures_of, month_of
from earshot.domain.errors import NotFoundError
from earshot.domain.response import Response
from earshot.ports.cases import Cases
from earshot.ports.ledger import Ledger
from earshot.ports.surveys import Surveys
from earshot.services.surveys.find_survey import check_readable

# How many responses of a case are shown, and facts of it, and how many cases a page has; a call looks at so many pages.
MOST_SHOWN, MOST_FACTS, PAGE, MOST_PAGES = 50, 200, 50, 20
# How many cases of one person or account are looked at.
MOST_OF_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases are listed: of a person, of an account, or of all; without a state the open ones.

    `owner` is a member, or `-` for nobody; `is_overdue` asks for those whose next due time is over. `after` is where
    the page begins.
    """

    survey: str | None = None
    state: CaseState | None = None
    owner: str | None = None
    is_overdue: bool = False
    person: str | None = None
    account: str | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with its facts, the oldest first, and those of its responses that have a score, the newest first."""

    case: Case
    responses: list[Response]
    facts: list[CaseFact]


def list_cases(query: CaseQuery, now: int, *, cases: Cases, surveys: Surveys) -> tuple[list[CaseFigures], str | None]:
    """List cases, and behind what the next page begins: open ones by owner and due time, others the newest first.

    Where others lie between those that are asked for, a page may have few or none, and another one follows.
    """
    if query.person is not None or query.account is not None:
        return _of_subject(query, now, cases), None
    if query.state is not None and query.state.is_closed:
        return _closed(query, query.state, now, cases, surveys)
    which = OpenCaseFilter(query.survey, query.owner, query.state, now if query.is_overdue else None)
    place: str | None = query.after
    for _ in range(MOST_PAGES):
        found, place = cases.listed(which, PAGE, place or "")
        if found or place is None:
            return found, place
    return [], place


def find_case(case_id: str, *, cases: Cases, ledger: Ledger, surveys: Surveys) -> WholeCase:
    """Read a case; NotFoundError if there is none, EmployeeSurveyError if its responses may not be read."""
    case = cases.get(case_id)
    if case is None:
        raise NotFoundError(f"there is no case {case_id}")
    return whole(case, cases=cases, ledger=ledger, surveys=surveys)


def whole(case: Case, *, cases: Cases, ledger: Ledger, surveys: Surveys) -> WholeCase:
    """Read the facts and the responses of a case; EmployeeSurveyError if its responses may not be read.

    A fact that was noted after the case was read is left out: the two would contradict each other.
    """
    check_readable(case.survey, [surveys.get(case.survey)])
    joined = cases.joined(case.id, MOST_SHOWN - 1)
    ids = [each for each in (case.response, *(fact.response for fact in joined)) if each is not None]
    found = ledger.find_many([(case.survey, each) for each in ids]) if ids else {}
    shown = [response for response in found.values() if response.score is not None]
    opened = [] if case.is_by_hand else [opened_fact(case)]
    noted = [fact for fact in cases.facts(case.id, MOST_FACTS) if (fact.revision or 0) <= case.revision]
    facts = [*opened, *joined, *noted]
    return WholeCase(
        case,
        sorted(shown, key=lambda response: (response.responded_at, response.id), reverse=True),
        sorted(facts, key=lambda fact: (fact.kind is not FactKind.OPENED, fact.at, fact.revision or 0)),
    )


def _of_subject(query: CaseQuery, now: int, cases: Cases) -> list[CaseFigures]:
    """List the cases of a person or an account, those opened last first."""
    if query.person is not None:
        ids = cases.cases_of_person(query.person, query.survey)
    else:
        ids = cases.cases_of_account(query.account or "", query.survey)
    found = [figures_of(case) for case in cases.get_many(ids[:MOST_OF_SUBJECT])]
    asked = [each for each in found if _is_asked(each, query, now)]
    return sorted(asked, key=lambda each: (each.opened_at, each.id), reverse=True)


def _is_asked(figures: CaseFigures, query: CaseQuery, now: int) -> bool:
    is_in_state = figures.state is query.state if query.state else not figures.state.is_closed
    is_owned = query.owner is None or (figures.owner or "-") == query.owner
    return is_in_state and is_owned and (not query.is_overdue or figures.due_at < now)


def _closed(
    query: CaseQuery, state: CaseState, now: int, cases: Cases, surveys: Surveys
) -> tuple[list[CaseFigures], str | None]:
    """List cases of a survey that are closed in a state, those opened last first, and where to go on."""
    survey = surveys.get(query.survey or "")
    if survey is None:
        return [], None
    month, _, before = query.after.partition("#")
    for _ in range(MOST_PAGES):
        month = month or month_of(now)
        found, place = cases.closed(survey.id, month, state, PAGE, before)
        shown = [each for each in found if _is_asked(each, query, now)]
        if place is None and month <= survey.created_at[:7]:
            return shown, None
        month, before = (month, place) if place else (_month_before(month), "")
        if shown:
            break
    return shown, f"{month}#{before}"


def _month_before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
