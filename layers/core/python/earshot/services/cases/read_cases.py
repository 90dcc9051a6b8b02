"""Read cases: the open ones as a list, and one with its responses as they are now."""

from dataclasses import dataclass

from earshot.domain.cases import BoardFilter, Case, CaseFigures
from earshot.domain.errors import NotFoundError
from earshot.domain.response import Response
from earshot.ports.cases import Cases
from earshot.ports.ledger import Ledger
from earshot.ports.surveys import Surveys
from earshot.services.surveys.find_survey import check_readable

# How many responses of a case are shown, and how many cases a page has; a call looks at so many pages.
MOST_SHOWN, PAGE, MOST_PAGES = 50, 50, 20


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with those of its responses that have a score, the newest first."""

    case: Case
    responses: list[Response]


def list_cases(which: BoardFilter, after: str, cases: Cases) -> tuple[list[CaseFigures], str | None]:
    """List open cases by owner and by when they are due, and behind what the next page begins.

    Where others lie between those that are asked for, a page may have few or none, and another one follows.
    """
    place: str | None = after
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
    check_readable(case.survey, [surveys.get(case.survey)])
    ids = [*([case.response] if case.response is not None else []), *cases.joined(case.id, MOST_SHOWN - 1)]
    found = ledger.find_many([(case.survey, each) for each in ids]) if ids else {}
    shown = [response for response in found.values() if response.score is not None]
    return WholeCase(case, sorted(shown, key=lambda response: (response.responded_at, response.id), reverse=True))
