"""Read the cases that stand in a digest: a member's open ones with their first words, and the figures of a survey."""

from collections.abc import Iterator

from earshot.domain.cases import NEVER, BoardFilter, CaseFigures, month_of
from earshot.domain.digest_contents import CaseLine, CaseSummary, Due, cut
from earshot.domain.digests import Period
from earshot.domain.iso_time import instant
from earshot.domain.proportions import Proportion
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot.ports.cases import Cases
from earshot.ports.responses import StoredResponses

# A page of the board, and how many are looked at; of so many cases of a list the words are read.
PAGE, MOST_PAGES, MOST_WORDS = 100, 20, 15
LONGEST_WORDS = 120
# A case that is closed in a period may have been opened so many months before it.
LOOKED_BACK_MONTHS = 12


class DigestCases:
    """The `CasesForDigests` port over cases and responses."""

    def __init__(self, cases: Cases, responses: StoredResponses) -> None:
        self._cases, self._responses = cases, responses

    def lines(self, survey: str, member: str | None, span: tuple[int, int], today: tuple[int, int]) -> list[CaseLine]:
        """List the open cases of a member (None: of everybody) that are overdue, due today, or opened within the span.

        The first ones of each kind come with the first words of their response, if it is not erased or excluded.
        """
        found: dict[Due, list[CaseFigures]] = {due: [] for due in Due}
        for case in self._open(survey, member):
            due = _due(case, span, today)
            if due is not None:
                found[due].append(case)
        sorted_cases = {due: sorted(cases, key=lambda case: (case.due_at, case.id)) for due, cases in found.items()}
        words = self._words([case.id for cases in sorted_cases.values() for case in cases[:MOST_WORDS]])
        return [_line(case, due, words.get(case.id)) for due, cases in sorted_cases.items() for case in cases]

    def summary(self, survey: Survey, period: Period, now: int) -> CaseSummary:
        """Count the cases that are open now, and those opened and closed in the period, in the days of the survey."""
        board = list(self._open(survey.id, None))
        begin, end = (instant(day.isoformat(), survey.zone) for day in period)
        kept = [case for month in _months(begin, end) for case in self._cases.figures(survey.id, month)]
        return CaseSummary(
            open=len(board),
            overdue=sum(case.due_at <= now for case in board),
            unowned=sum(case.owner is None for case in board),
            oldest_at=min((case.opened_at for case in board), default=None),
            opened=sum(begin <= case.opened_at < end for case in kept),
            closed=sum(case.closed_at is not None and begin <= case.closed_at < end for case in kept),
            contact=Proportion(0, 0),
        )

    def _open(self, survey: str, member: str | None) -> Iterator[CaseFigures]:
        """Yield the open cases of a survey, of a member or of everybody; the first two thousand of the board."""
        after: str | None = ""
        for _ in range(MOST_PAGES):
            if member is None:
                found, after = self._cases.listed(BoardFilter(survey=survey), PAGE, after or "")
            else:
                found, after = self._cases.rows_of(member, PAGE, after or "")
            yield from (case for case in found if case.survey == survey)
            if after is None:
                return

    def _words(self, cases: list[str]) -> dict[str, str]:
        """Return the first words of the response that opened each case, as it is now."""
        opened = {case.id: (case.survey, case.response) for case in self._cases.get_many(cases) if case.response}
        responses = self._responses.find_many({(survey, each) for survey, each in opened.values()})
        words = {name: _first_words(responses.get(key)) for name, key in opened.items()}
        return {name: found for name, found in words.items() if found is not None}


def _due(case: CaseFigures, span: tuple[int, int], today: tuple[int, int]) -> Due | None:
    now, end_of_day = today
    if case.due_at <= now:
        return Due.OVERDUE
    if case.due_at < end_of_day:
        return Due.TODAY
    return Due.NEW if span[0] <= case.opened_at < span[1] else None


def _line(case: CaseFigures, due: Due, words: str | None) -> CaseLine:
    due_at = None if case.due_at == NEVER else case.due_at
    return CaseLine(case.id, due, due_at, case.score, case.account, words)


def _first_words(response: Response | None) -> str | None:
    if response is None or not response.counts or response.kind.is_anonymized or not response.statement.comment:
        return None
    return cut(response.statement.comment, LONGEST_WORDS)


def _months(begin: int, end: int) -> list[str]:
    """Return the months (UTC) in which a case may have been opened that is opened or closed between two moments."""
    last, first = month_of(end - 1), month_of(begin)
    year, month = int(first[:4]), int(first[5:]) - LOOKED_BACK_MONTHS
    found: list[str] = []
    while not found or found[-1] < last:
        years, months = divmod(year * 12 + month - 1 + len(found), 12)
        found.append(f"{years:04}-{months + 1:02}")
    return found
