"""Open a case for an alert, or let it join the one that is open: one a subject and survey, whatever comes twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.cases import MOST_ANONYMOUS, Case, SubjectKind, figures_of
from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.opened_cases import Opening, opened_by
from earshot.ports.alerts import Alerts
from earshot.ports.cases import Cases, Raised

ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class OpenCasesDeps:
    """What opening cases needs."""

    alerts: Alerts
    cases: Cases
    pause: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an alert belongs: the case that is open, or the one that it opens; the collective one counts many."""

    opens: Case
    joins: str | None = None

    @property
    def is_collective(self) -> bool:
        """Return whether it is the case of anonymous responses beyond the most."""
        return self.opens.subject is SubjectKind.COLLECTIVE


@dataclass(frozen=True, slots=True)
class Outcome:
    """The alert as it is raised, with its case; the one that had been raised before, if there is one.

    `is_collective` says that a new one came to a collective case.
    """

    alert: Alert
    earlier: Alert | None
    is_collective: bool = False


def raise_in_case(
    alert: Alert, by: CaseBy, person: str | None, deps: OpenCasesDeps, opening: Opening | None = None
) -> Outcome:
    """Raise an alert on a response of a person, if one is known, once, and open or join a case with it.

    `opening` says how urgent the response makes the case, and whose it is if it opens.

    Raises NotFoundError if the response was erased meanwhile, BusyError if others write the same case all the while.
    """
    for attempt in range(ATTEMPTS):
        place = _place(alert, by, person, deps.cases, opening or Opening())
        raised, joining = _raise(alert, place, deps.cases)
        if raised.is_erased:
            raise NotFoundError("the response was erased meanwhile")
        if raised.is_inside:
            # Another rule brought the response here: this alert leads to the same case, which counts it once.
            return Outcome(joining, deps.alerts.raise_once(joining))
        if raised.is_made or raised.earlier is not None:
            return Outcome(joining, raised.earlier, raised.is_made and place.is_collective)
        deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")


def _raise(alert: Alert, place: Place, cases: Cases) -> tuple[Raised, Alert]:
    if place.joins is None:
        return cases.open(alert, place.opens), replace(alert, case=place.opens.id)
    joining = replace(alert, case=place.joins)
    return cases.join(joining, None if place.is_collective else _worse(place.joins, place.opens, cases)), joining


def _worse(joins: str, opens: Case, cases: Cases) -> tuple[Case, Case] | None:
    """Return a case before and after the response of another one joins it; None if that is not the worse one."""
    found = cases.get(joins)
    if found is None or found.state.is_closed:
        return None
    worse = found.worsened(opens.score, opens.priority)
    return (found, worse) if figures_of(worse) != figures_of(found) else None


def _place(alert: Alert, by: CaseBy, person: str | None, cases: Cases, opening: Opening) -> Place:
    """Return where an alert belongs as things are now; what is not known, or was erased, has no case of its own.

    An account is the one that the person's item names, never one that a response claims.
    """
    if person is not None:
        found = cases.of_person(alert.survey, person)
        if by is CaseBy.ACCOUNT and found.account is not None and not found.is_erased:
            opens = opened_by(alert, SubjectKind.ACCOUNT, found.account, opening)
            return Place(opens, cases.of_account(alert.survey, found.account))
        if not found.is_erased:
            return Place(opened_by(alert, SubjectKind.PERSON, person, opening), found.case)
    anonymous = cases.of_anonymous(alert.survey)
    alone = opened_by(alert, SubjectKind.RESPONSE, opening=opening)
    if anonymous.open_cases < MOST_ANONYMOUS or cases.get(alone.id) is not None:
        return Place(alone)
    return Place(opened_by(alert, SubjectKind.COLLECTIVE, opening=opening), anonymous.case)
