"""Read the cases that stand in a digest: a member's open ones with their first words, and the figures of a survey."""

from collections.abc import Iterator

from earshot.domain.case_measures import CaseMeasures, GroupBy
from earshot.domain.cases import NEVER, CaseFigures, OpenCaseFilter
from earshot.domain.digest_contents import CaseLine, CaseSummary, Cause, Due, OwnerBreaches, RecoveredCases, cut
from earshot.domain.digests import Period
from earshot.domain.proportions import Proportion
from earshot.domain.response import Response
from earshot.domain.survey import Survey
from earshot.ports.calendars import Calendars
from earshot.ports.cases import Cases
from earshot.ports.responses import StoredResponses
from earshot.services.cases.measure_cases import measure_periods

# A page of the board; of so many cases of a list the words are read.
PAGE, MOST_WORDS = 1_000, 15
LONGEST_WORDS = 120


class DigestCases:
    """The `CasesForDigests` port over cases and responses."""

    def __init__(self, cases: Cases, responses: StoredResponses, calendars: Calendars) -> None:
        self._cases, self._responses, self._calendars = cases, responses, calendars

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

    def summary(
        self, survey: Survey, period: Period, before: Period, now: int, *, recovered: Period | None = None
    ) -> CaseSummary:
        """Measure the cases of a period in the days of the survey, next to root causes of the period before.

        With the days of `recovered` also whether people were better disposed after their cases were closed in them.
        All figures are read once.
        """
        days = [(period, GroupBy.OWNER), (before, None), *([(recovered, None)] if recovered else [])]
        measured, earlier_ones, *year = measure_periods(
            survey,
            [((each.first, each.end), by) for each, by in days],
            now,
            cases=self._cases,
            calendars=self._calendars,
        )
        found, earlier = measured.all, earlier_ones.all.root_causes
        causes = [Cause(name, number, earlier.get(name, 0)) for name, number in found.root_causes.items()]
        causes += [Cause(name, 0, number) for name, number in earlier.items() if name not in found.root_causes]
        return CaseSummary(
            open=found.backlog.open,
            overdue=found.backlog.overdue,
            unowned=found.backlog.unowned,
            oldest_at=None if found.backlog.oldest is None else now - found.backlog.oldest,
            opened=found.opened,
            closed=found.closed,
            contact=found.closed_loop.in_time,
            breaches=tuple(OwnerBreaches(owner, _breached(each)) for owner, each in measured.groups),
            causes=tuple(causes),
            recovered=RecoveredCases(recovered, year[0].all.recovery) if recovered else None,
        )

    def _open(self, survey: str, member: str | None) -> Iterator[CaseFigures]:
        """Yield the open cases of a survey, of a member or of everybody.

        The board is by owner, so what is due may stand on its last page.
        """
        after: str | None = ""
        while after is not None:
            if member is None:
                found, after = self._cases.listed(OpenCaseFilter(survey=survey), PAGE, after)
            else:
                found, after = self._cases.rows_of(member, PAGE, after)
            yield from (case for case in found if case.survey == survey)

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


def _breached(measures: CaseMeasures) -> Proportion:
    """Return how many clocks of some cases ran out, of both kinds."""
    contact, close = measures.contact_breaches, measures.close_breaches
    return Proportion(contact.hits + close.hits, contact.of + close.of)
