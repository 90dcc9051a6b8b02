"""Cases in memory, next to the alerts that open them and to the people whose they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.cases import (
    MOST_ANONYMOUS,
    Case,
    CaseFigures,
    CaseState,
    OpenCaseFilter,
    SubjectKind,
    figures_of,
    month_of,
)
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Alias, Key, Response
from earshot.ports.alerts import Alerts
from earshot.ports.cases import OfAnonymous, OfPerson, Raised
from earshot.services.cases.leave_cases import LeaveCases
from tests.fakes.fake_time import no_pause


class InMemoryCases:
    """Cases in a dictionary, with what leads to the open one of each subject."""

    def __init__(
        self,
        alerts: Alerts,
        people: Mapping[str, Person | ErasedPerson] | None = None,
        responses: Mapping[Key, Response | Alias] | None = None,
    ) -> None:
        self._alerts, self._people = alerts, {} if people is None else people
        self._responses = {} if responses is None else responses
        self.kept: dict[str, Case] = {}
        self.kept_facts: dict[str, list[CaseFact]] = {}
        self.inside: dict[str, list[CaseFact]] = {}
        self.of_subjects: dict[tuple[SubjectKind, str, str], str] = {}
        self.of_names: dict[tuple[SubjectKind, str, str], set[str]] = {}
        self.alone: dict[str, int] = {}

    def of_person(self, survey: str, person: str) -> OfPerson:
        who = self._people.get(person)
        case = self.of_subjects.get((SubjectKind.PERSON, survey, person))
        if not isinstance(who, Person):
            return OfPerson(case, is_erased=isinstance(who, ErasedPerson))
        return OfPerson(case, who.account, is_known=True, properties=who.properties)

    def of_account(self, survey: str, account: str) -> str | None:
        return self.of_subjects.get((SubjectKind.ACCOUNT, survey, account))

    def of_anonymous(self, survey: str) -> OfAnonymous:
        return OfAnonymous(self.alone.get(survey, 0), self.of_subjects.get((SubjectKind.COLLECTIVE, survey, "")))

    def open(self, alert: Alert, case: Case) -> Raised:
        known = self._fired(alert, case.id)
        if known is not None:
            return known
        if case.id in self.kept or not self._may_open(case):
            return Raised(False)
        self._alerts.raise_once(replace(alert, case=case.id))
        self._keep(case)
        return Raised(True)

    def open_by_hand(self, case: Case, fact: CaseFact) -> bool:
        if case.id in self.kept or not self._may_open(case):
            return False
        self._keep(case)
        self.kept_facts[case.id] = [fact]
        return True

    def join(self, alert: Alert, worse: tuple[Case, Case] | None = None) -> Raised:
        case = alert.case or ""
        known = self._fired(alert, case)
        if known is not None:
            return known
        found = self.kept.get(case)
        if found is None or found.state.is_closed or (worse and worse[0].revision != found.revision):
            return Raised(False)
        self._alerts.raise_once(alert)
        fact = CaseFact(FactKind.JOINED, alert.raised_at, f"rule:{alert.rule}", response=alert.subject)
        self.inside.setdefault(case, []).append(fact)
        self.kept[case] = (
            worse[1] if worse else replace(found, responses=found.responses + 1, revision=found.revision + 1)
        )
        return Raised(True)

    def change(self, old: Case, new: Case, fact: CaseFact) -> bool:
        if self.kept[old.id].revision != old.revision:
            return False
        subject = _subject(new)
        if new.state.is_closed and not old.state.is_closed:
            self._leave_subject(new)
        elif old.state.is_closed and not new.state.is_closed:
            if new.subject is SubjectKind.RESPONSE:
                self.alone[new.survey] += 1
            elif self.of_subjects.setdefault(subject, new.id) != new.id:
                return False
        self.kept[new.id] = new
        self.kept_facts.setdefault(new.id, []).append(fact)
        return True

    def note_steps(self, old: Case, new: Case) -> bool:
        if self.kept[old.id].revision != old.revision:
            return False
        self.kept[new.id] = new
        return True

    def get(self, case: str) -> Case | None:
        return self.kept.get(case)

    def get_many(self, cases: Sequence[str]) -> list[Case]:
        return [self.kept[case] for case in dict.fromkeys(cases) if case in self.kept]

    def facts(self, case: str, limit: int | None = None) -> list[CaseFact]:
        found = self.kept_facts.get(case, [])
        return list(found) if limit is None else found[max(0, len(found) - limit) :]

    def joined(self, case: str, limit: int) -> list[CaseFact]:
        return sorted(self.inside.get(case, ()), key=lambda fact: fact.response or "", reverse=True)[:limit]

    def listed(self, which: OpenCaseFilter, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        owner = None if which.owner is None else f"{which.owner}#"
        page, more = self._page(owner, limit, after)
        return [row for row in page if _is_asked(row, which)], more

    def rows_of(self, owner: str | None, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        return self._page(f"{owner or '-'}#", limit, after)

    def of_people(self, survey: str, people: Sequence[str]) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for person in people:
            cases = self.cases_of_person(person, survey)
            account = self.of_person(survey, person).account
            found[person] = cases + (self.cases_of_account(account, survey) if account is not None else [])
        return {person: cases for person, cases in found.items() if cases}

    def cases_of_person(self, person: str, survey: str | None) -> list[str]:
        return self._cases_of(SubjectKind.PERSON, person, survey)

    def cases_of_account(self, account: str, survey: str | None) -> list[str]:
        return self._cases_of(SubjectKind.ACCOUNT, account, survey)

    def figures(self, survey: str, month: str) -> Iterator[CaseFigures]:
        found = [case for case in self.kept.values() if (case.survey, month_of(case.opened_at)) == (survey, month)]
        return map(figures_of, sorted(found, key=lambda case: (case.opened_at, case.id)))

    def closed(
        self, survey: str, month: str, state: CaseState, limit: int, before: str = ""
    ) -> tuple[list[CaseFigures], str | None]:
        rows = [(f"{each.opened_at:014d}#{each.id}", each) for each in self.figures(survey, month)]
        page = [(place, each) for place, each in reversed(rows) if not before or place < before]
        found = [each for _, each in page[:limit] if each.state is state]
        return found, page[limit - 1][0] if len(page) >= limit else None

    def has_joined(self, case: str, response: str) -> bool:
        return any(fact.response == response for fact in self.inside.get(case, ()))

    def leave(self, case: str, response: str) -> bool:
        found = self.kept.get(case)
        if found is None:
            return True
        if found.response == response or self.has_joined(case, response):
            opened_it = None if found.response == response else found.response
            self.kept[case] = replace(found, response=opened_it, revision=found.revision + 1)
        self.inside[case] = [fact for fact in self.inside.get(case, ()) if fact.response != response]
        self._leave_facts(case, response, with_words=found.subject is not SubjectKind.COLLECTIVE)
        return True

    def anonymize_emptied(self, case: str, person: str) -> bool:
        found = self.kept.get(case)
        if found is None or found.person != person or found.response or self.inside.get(case):
            return True
        subject = _subject(found)
        self.of_names[subject].discard(case)
        if self.of_subjects.get(subject) == case:
            del self.of_subjects[subject]
        self.kept[case] = replace(found, person=None, revision=found.revision + 1)
        self._leave_facts(case)
        return True

    def anonymize(self, person: str) -> bool:
        for kind, survey, name in list(self.of_names):
            if (kind, name) != (SubjectKind.PERSON, person):
                continue
            for case in self.of_names.pop((kind, survey, name)):
                found = self.kept[case]
                self.kept[case] = replace(found, person=None, revision=found.revision + 1)
                self._leave_facts(case)
            self.of_subjects.pop((SubjectKind.PERSON, survey, person), None)
        return True

    def _may_open(self, case: Case) -> bool:
        """Return whether a case may open, and note that it did."""
        subject = _subject(case)
        if case.subject is SubjectKind.RESPONSE:
            if self.alone.get(case.survey, 0) >= MOST_ANONYMOUS:
                return False
            self.alone[case.survey] = self.alone.get(case.survey, 0) + 1
            return True
        if subject in self.of_subjects or isinstance(self._people.get(case.person or ""), ErasedPerson):
            return False
        self.of_subjects[subject] = case.id
        return True

    def _leave_subject(self, case: Case) -> None:
        if case.subject is SubjectKind.RESPONSE:
            self.alone[case.survey] -= 1
        elif not case.is_erased:
            self.of_subjects.pop(_subject(case))

    def _keep(self, case: Case) -> None:
        self.kept[case.id] = case
        if case.subject in (SubjectKind.PERSON, SubjectKind.ACCOUNT):
            self.of_names.setdefault(_subject(case), set()).add(case.id)

    def _cases_of(self, kind: SubjectKind, name: str, survey: str | None) -> list[str]:
        found = [
            cases
            for (of, where, who), cases in self.of_names.items()
            if (of, who) == (kind, name) and survey in (None, where)
        ]
        return sorted(case for cases in found for case in cases)

    def _page(self, begins: str | None, limit: int, after: str) -> tuple[list[CaseFigures], str | None]:
        rows = sorted(
            (f"{each.owner or '-'}#{each.due_at:014d}#{each.id}", each)
            for each in map(row_of, self.kept.values())
            if not each.state.is_closed
        )
        page = [(place, each) for place, each in rows if place > after and place.startswith(begins or "")]
        return [each for _, each in page[:limit]], page[limit - 1][0] if len(page) >= limit else None

    def _leave_facts(self, case: str, response: str | None = None, *, with_words: bool = True) -> None:
        self.kept_facts[case] = [
            replace(
                fact,
                note=None if with_words else fact.note,
                response=None if response in (None, fact.response) else fact.response,
            )
            for fact in self.kept_facts.get(case, ())
        ]

    def _fired(self, alert: Alert, case: str) -> Raised | None:
        """Return that the rule fired before, or that the response is erased, or is in the case."""
        earlier = self._alerts.get(alert.survey, alert.subject, alert.rule)
        if earlier is not None:
            return Raised(False, earlier)
        response = self._responses.get((alert.survey, alert.subject))
        if isinstance(response, Response) and response.kind.is_anonymized:
            return Raised(False, is_erased=True)
        found = self.kept.get(case)
        inside = [fact.response for fact in self.inside.get(case, ())]
        is_inside = found is not None and alert.subject in (found.response, *inside)
        return Raised(False, is_inside=True) if is_inside else None


def row_of(case: Case) -> CaseFigures:
    """Return what the list of the open cases has of one."""
    return replace(
        figures_of(case), first_closed_at=None, reopened_at=None, responded_again_at=None, responded_again_score=None
    )


def _subject(case: Case) -> tuple[SubjectKind, str, str]:
    return case.subject, case.survey, case.person or case.account or ""


def _is_asked(row: CaseFigures, which: OpenCaseFilter) -> bool:
    return (
        which.survey in (None, row.survey)
        and which.state in (None, row.state)
        and (which.overdue_at is None or row.due_at < which.overdue_at)
    )


def no_cases(alerts: Alerts) -> LeaveCases:
    """Return what an erasure or an expiry does with cases where there are none."""
    return LeaveCases(alerts, InMemoryCases(alerts), no_pause)
