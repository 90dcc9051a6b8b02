"""The calls on cases, made by the functions of the product over cases in memory."""

from collections.abc import Callable, Iterator
from typing import Any

from earshot.api.case_measures import case_measures_view, read_measured
from earshot.api.cases import case_view, listed_cases_view, read_cases
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseChange, changed
from earshot.domain.cases import Case, CaseFigures, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.cases.measure_cases import measure_cases
from earshot.services.cases.read_cases import find_case, list_cases
from tests.factories import NOON, make_survey
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.surveys import InMemorySurveys

DAY = 86_400_000


class CasesWithFigures(InMemoryCases):
    """Cases whose figures a test may make differ from what they are."""

    def __init__(self) -> None:
        super().__init__(InMemoryAlerts())
        self.differing: Callable[[CaseFigures], CaseFigures | None] = lambda figures: figures

    def figures(self, survey: str, month: str) -> Iterator[CaseFigures]:
        for figures in super().figures(survey, month):
            if (found := self.differing(figures)) is not None:
                yield found


class FakeCases:
    """The cases of the survey `demo`, and the calls that show them; two days after NOON."""

    def __init__(self) -> None:
        self.cases = CasesWithFigures()
        self.now = NOON + 2 * DAY
        self.before_measures: Callable[[], None] = lambda: None
        self._surveys = InMemorySurveys(make_survey(created_at="2026-01-01T00:00:00.000Z"))

    def open(self, name: str, at: int = NOON, score: int = 2, owner: str | None = None) -> Case:
        """Open somebody's case."""
        alert = Alert("demo", "own", f"response of {name}", at)
        case = opened_by(alert, SubjectKind.PERSON, name, Opening(score=score, owner=owner))
        assert self.cases.open(alert, case).is_made
        return case

    def change(self, case: Case, change: CaseChange, at: int) -> Case:
        """Note a fact on a case."""
        new, fact = changed(case, change, at, "key:k")
        assert self.cases.change(case, new, fact)
        return new

    def reply(self, parts: list[str], query: dict[str, str]) -> dict[str, Any]:
        """Reply to a call: the list, a case, or the measures."""
        if parts == ["measures"]:
            self.before_measures()
            survey = make_survey()
            days, by = read_measured(query, self.now, survey)
            calendars = InMemoryCalendars()
            found = measure_cases(survey, days, by, self.now, cases=self.cases, calendars=calendars)
            return dict(case_measures_view(found))
        if not parts:
            asked = read_cases(query)
            return dict(
                listed_cases_view(*list_cases(asked, self.now, cases=self.cases, surveys=self._surveys), now=self.now)
            )
        case = find_case(parts[0], cases=self.cases, ledger=InMemoryLedger(), surveys=self._surveys)
        return dict(case_view(case, self.now, with_person=False, with_words=False))
