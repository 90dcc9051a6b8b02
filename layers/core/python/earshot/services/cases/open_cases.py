"""Open a case for an alert, or let it join the one that is open: one a subject and survey, whatever comes twice."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.case_settings import Priority
from earshot.domain.cases import MOST_ANONYMOUS, Case, SubjectKind, figures_of
from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.opened_cases import Opening, case_id, opened_by
from earshot.ports.alerts import Alerts
from earshot.ports.cases import Cases, OfPerson, Raised

ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class OpenCasesDeps:
    """What opening cases needs."""

    alerts: Alerts
    cases: Cases
    pause: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """The response that an alert brings to a case: its score and priority, and `opening`, which makes a new case's.

    `opening` is asked for whose case it is to be, the kind and the name, and for what there is of the person.
    """

    score: int | None = None
    priority: Priority = Priority.NORMAL
    opening: Callable[[SubjectKind, str | None, OfPerson], Opening] | None = None

    def opens(self, place: "Place") -> Opening:
        """Return how a case opens; without anything to ask nobody owns it."""
        if self.opening is None:
            return Opening(self.score, self.priority)
        return self.opening(place.subject, place.name, place.person)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert belongs: the subject whose case it is, and the one that is open, if it `joins` one."""

    subject: SubjectKind
    name: str | None = None
    joins: str | None = None
    person: OfPerson = field(default_factory=OfPerson)

    @property
    def is_collective(self) -> bool:
        """Return whether it is the case of anonymous responses beyond the most."""
        return self.subject is SubjectKind.COLLECTIVE


@dataclass(frozen=True, slots=True)
class Outcome:
    """The alert as it is raised, with its case; the one that had been raised before, if there is one.

    `is_collective` says that a new one came to a collective case. `opened` is the case that it opened, if it did.
    """

    alert: Alert
    earlier: Alert | None
    is_collective: bool = False
    opened: Case | None = None


def raise_in_case(
    alert: Alert, by: CaseBy, person: str | None, deps: OpenCasesDeps, arrival: Arrival | None = None
) -> Outcome:
    """Raise an alert on a response of a person, if one is known, once, and open or join a case with it.

    Raises NotFoundError if the response was erased meanwhile, BusyError if others write the same case all the while.
    """
    arrival = arrival or Arrival()
    for attempt in range(ATTEMPTS):
        place = _place(alert, by, person, deps.cases)
        raised, case, opened = _raise(alert, place, arrival, deps.cases)
        joining = replace(alert, case=case)
        if raised.is_erased:
            raise NotFoundError("the response was erased meanwhile")
        if raised.is_inside:
            # Another rule brought the response here: this alert leads to the same case, which counts it once.
            return Outcome(joining, deps.alerts.raise_once(joining))
        if raised.is_made or raised.earlier is not None:
            is_collective = raised.is_made and place.is_collective
            return Outcome(joining, raised.earlier, is_collective, opened if raised.is_made else None)
        deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")


def _raise(alert: Alert, place: Place, arrival: Arrival, cases: Cases) -> tuple[Raised, str, Case | None]:
    """Open or join the case of a place; return what became of it, the id of the case, and the case if it opens."""
    if place.joins is None:
        case = opened_by(alert, place.subject, place.name, arrival.opens(place))
        return cases.open(alert, case), case.id, case
    worse = None if place.is_collective else _worse(place.joins, arrival, cases)
    return cases.join(replace(alert, case=place.joins), worse), place.joins, None


def _worse(joins: str, arrival: Arrival, cases: Cases) -> tuple[Case, Case] | None:
    """Return a case before and after a response joins it; None if it changes none of the case's figures."""
    found = cases.get(joins)
    if found is None or found.state.is_closed:
        return None
    worse = found.worsened(arrival.score, arrival.priority)
    return (found, worse) if figures_of(worse) != figures_of(found) else None


def _place(alert: Alert, by: CaseBy, person: str | None, cases: Cases) -> Place:
    """Return where an alert belongs as things are now; what is not known, or was erased, has no case of its own.

    An account is the one that the person's item names, never one that a response claims.
    """
    if person is not None:
        found = cases.of_person(alert.survey, person)
        if by is CaseBy.ACCOUNT and found.account is not None and not found.is_erased:
            joins = cases.of_account(alert.survey, found.account)
            return Place(SubjectKind.ACCOUNT, found.account, joins, found)
        if not found.is_erased:
            return Place(SubjectKind.PERSON, person, found.case, found)
    anonymous = cases.of_anonymous(alert.survey)
    alone = case_id(alert, SubjectKind.RESPONSE)
    if anonymous.open_cases < MOST_ANONYMOUS or cases.get(alone) is not None:
        return Place(SubjectKind.RESPONSE)
    return Place(SubjectKind.COLLECTIVE, joins=anonymous.case)
