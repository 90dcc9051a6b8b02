"""Raise alerts that open a case or join one, for the messages of a batch."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from earshot.domain.alert_rules import AlertRule
from earshot.domain.alerts import Alert
from earshot.domain.cases import SubjectKind
from earshot.domain.opened_cases import CaseOrigin, Opening, priority_of
from earshot.domain.response import Response
from earshot.ports.alerts import Alerts
from earshot.ports.cases import Cases, OfPerson, SurveyCases
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.open_cases import Arrival, OpenCasesDeps, Outcome, raise_in_case


@dataclass(frozen=True, slots=True)
class CaseAlertsDeps:
    """What raising alerts in cases works with; `surveys` have the settings of cases, `now` is in Unix milliseconds."""

    alerts: Alerts
    cases: Cases
    surveys: SurveyCases
    openings: Callable[[], CaseOpenings]
    pause: Callable[[int], None]
    now: int


class CaseAlerts:
    """Raises alerts in cases. Of a subject the first rule that fires on a response says who owns its case."""

    def __init__(self, deps: CaseAlertsDeps) -> None:
        self._deps = deps
        self._chosen: dict[tuple[str, str, SubjectKind, str | None], Opening] = {}

    @cached_property
    def _openings(self) -> CaseOpenings:
        return self._deps.openings()

    def is_key_account(self, survey: str, person: str | None) -> bool:
        """Return whether a person belongs to a key account, as their own item has it."""
        account = None if person is None else self._deps.cases.of_person(survey, person).account
        return account is not None and self._openings.is_key_account(account)

    def raise_on(self, alert: Alert, rule: AlertRule, response: Response) -> Outcome:
        """Raise an alert on a response once, and open or join a case with it, see `raise_in_case`."""
        deps, requested = self._deps, response.statement.contact_requested

        def opening(subject: SubjectKind, name: str | None, person: OfPerson) -> Opening:
            place = (alert.survey, alert.subject, subject, name)
            if place not in self._chosen:
                origin = CaseOrigin(
                    at=deps.now,
                    score=response.score,
                    contact_requested=requested,
                    properties=person.properties,
                    account=person.account,
                    rule_owner=rule.owner,
                    rule_role=rule.role,
                )
                self._chosen[place] = self._openings.opening(origin, deps.surveys.case_settings(alert.survey))
            return self._chosen[place]

        arrival = Arrival(response.score, priority_of(response.score, contact_requested=requested), opening)
        ports = OpenCasesDeps(deps.alerts, deps.cases, deps.pause)
        return raise_in_case(alert, rule.case_by, response.person, ports, arrival)

    def is_unowned(self, outcome: Outcome) -> bool:
        """Return whether an alert opened a case that nobody owns although there is a team."""
        return outcome.opened is not None and outcome.opened.owner is None and self._openings.has_team
