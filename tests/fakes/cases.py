"""Cases in memory, next to the alerts that open them and to the people whose they are."""

from collections.abc import Mapping
from dataclasses import replace

from earshot.domain.alerts import Alert
from earshot.domain.cases import MOST_ANONYMOUS, Case, ListedCase, SubjectKind
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
        self.inside: dict[str, list[str]] = {}
        self.of_subjects: dict[tuple[SubjectKind, str, str], str] = {}
        self.of_people: dict[tuple[str, str], set[str]] = {}
        self.alone: dict[str, int] = {}

    def of_person(self, survey: str, person: str) -> OfPerson:
        who = self._people.get(person)
        case = self.of_subjects.get((SubjectKind.PERSON, survey, person))
        return OfPerson(case, who.account if isinstance(who, Person) else None, isinstance(who, ErasedPerson))

    def of_account(self, survey: str, account: str) -> str | None:
        return self.of_subjects.get((SubjectKind.ACCOUNT, survey, account))

    def of_anonymous(self, survey: str) -> OfAnonymous:
        return OfAnonymous(self.alone.get(survey, 0), self.of_subjects.get((SubjectKind.COLLECTIVE, survey, "")))

    def open(self, alert: Alert, case: Case) -> Raised:
        known = self._fired(alert, case.id)
        if known is not None:
            return known
        subject = (case.subject, case.survey, case.person or case.account or "")
        if case.subject is SubjectKind.RESPONSE:
            if self.alone.get(case.survey, 0) >= MOST_ANONYMOUS:
                return Raised(False)
            self.alone[case.survey] = self.alone.get(case.survey, 0) + 1
        elif subject in self.of_subjects or isinstance(self._people.get(case.person or ""), ErasedPerson):
            return Raised(False)
        else:
            self.of_subjects[subject] = case.id
        if case.person is not None:
            self.of_people.setdefault((case.person, case.survey), set()).add(case.id)
        self._alerts.raise_once(replace(alert, case=case.id))
        self.kept[case.id] = case
        return Raised(True)

    def join(self, alert: Alert) -> Raised:
        case = alert.case or ""
        known = self._fired(alert, case)
        if known is not None:
            return known
        found = self.kept[case]
        self._alerts.raise_once(alert)
        self.inside.setdefault(case, []).append(alert.subject)
        self.kept[case] = replace(found, responses=found.responses + 1, revision=found.revision + 1)
        return Raised(True)

    def get(self, case: str) -> Case | None:
        return self.kept.get(case)

    def joined(self, case: str, limit: int) -> list[str]:
        return sorted(self.inside.get(case, ()), reverse=True)[:limit]

    def listed(self, survey: str | None, limit: int, after: str = "") -> tuple[list[ListedCase], str | None]:
        rows = sorted((f"-#{each.opened_at:014d}#{each.id}", each) for each in self.kept.values())
        page = [(place, each) for place, each in rows if place > after]
        found = [each for _, each in page[:limit] if survey in (None, each.survey)]
        listed = [
            ListedCase(each.id, each.survey, each.subject, each.opened_at, each.rule, each.account) for each in found
        ]
        return listed, page[limit - 1][0] if len(page) >= limit else None

    def leave(self, case: str, response: str) -> None:
        found = self.kept.get(case)
        if found is not None and found.response == response:
            self.kept[case] = replace(found, response=None, revision=found.revision + 1)
        elif response in self.inside.get(case, ()):
            self.inside[case].remove(response)

    def anonymize(self, person: str) -> bool:
        for who, survey in list(self.of_people):
            if who != person:
                continue
            for case in self.of_people.pop((who, survey)):
                found = self.kept[case]
                self.kept[case] = replace(found, person=None, revision=found.revision + 1)
            self.of_subjects.pop((SubjectKind.PERSON, survey, person), None)
        return True

    def _fired(self, alert: Alert, case: str) -> Raised | None:
        """Return that the rule fired before, or that the response is erased, or is in the case."""
        earlier = self._alerts.get(alert.survey, alert.subject, alert.rule)
        if earlier is not None:
            return Raised(False, earlier)
        response = self._responses.get((alert.survey, alert.subject))
        if isinstance(response, Response) and response.kind.is_anonymized:
            return Raised(False, is_erased=True)
        found = self.kept.get(case)
        is_inside = found is not None and alert.subject in (found.response, *self.inside.get(case, ()))
        return Raised(False, is_inside=True) if is_inside else None


def no_cases(alerts: Alerts) -> LeaveCases:
    """Return what an erasure or an expiry does with cases where there are none."""
    return LeaveCases(alerts, InMemoryCases(alerts), no_pause)
