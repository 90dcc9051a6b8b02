"""What opens a case: an alert on a response, or somebody by hand; whose it is, and by when it is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from earshot.domain.access import Role
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar, bounded_deadline
from earshot.domain.case_clocks import HOUR, with_clocks
from earshot.domain.case_settings import Priority, Targets, TargetsByPriority
from earshot.domain.cases import Case, OwnedBy, SubjectKind

_NAMESPACE = UUID("6d0f4d5c-4f0e-5f0b-9f2c-0b7a53a4f1de")
# A score up to this one is urgent.
HIGHEST_URGENT = 3


@dataclass(frozen=True, slots=True)
class CaseOrigin:
    """What is known of a case that opens at a moment (Unix milliseconds): its response, and what may name an owner.

    `properties` are those of the person's own item, and `account` is theirs: what a response claims names nobody.
    `rule_owner` and `rule_role` are what the alert rule names.
    """

    at: int
    score: int | None = None
    contact_requested: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    rule_owner: str | None = None
    rule_role: Role | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """How a case opens: how urgent it is, who owns it and what chose them, and in which hours by when it is due."""

    score: int | None = None
    priority: Priority = Priority.NORMAL
    owner: str | None = None
    owned_by: OwnedBy | None = None
    calendar: Calendar | None = None
    targets: Targets = TargetsByPriority().normal


def priority_of(score: int | None, *, contact_requested: bool = False, is_key_account: bool = False) -> Priority:
    """Return how urgent a response makes a case."""
    is_urgent = contact_requested or is_key_account or (score is not None and score <= HIGHEST_URGENT)
    return Priority.HIGH if is_urgent else Priority.NORMAL


def case_id(alert: Alert, subject: SubjectKind) -> str:
    """Return the id of the case that an alert opens; a response alone has the same one whichever rule fires on it."""
    is_alone = subject is SubjectKind.RESPONSE
    return str(uuid5(_NAMESPACE, f"{alert.survey}/{alert.subject}" if is_alone else alert.id))


def opened_by(alert: Alert, subject: SubjectKind, name: str | None = None, opening: Opening | None = None) -> Case:
    """Return the case that an alert on a response opens; `name` is the id of the person, or of the account."""
    opening = opening or Opening()
    case = _opened(case_id(alert, subject), alert.survey, subject, name, alert.raised_at, opening)
    case = replace(case, rule=alert.rule, alert=alert.id, response=alert.subject)
    return with_clocks(case, opening.calendar, alert.raised_at)


def opened_by_hand(case: str, survey: str, subject: SubjectKind, name: str, at: int, opening: Opening) -> Case:
    """Return the case that somebody opens for a person or an account, whose id is `name`; no response is in it."""
    opened = replace(_opened(case, survey, subject, name, at, opening), responses=0)
    return with_clocks(opened, opening.calendar, at)


def _opened(case: str, survey: str, subject: SubjectKind, name: str | None, at: int, opening: Opening) -> Case:
    calendar, targets = opening.calendar, opening.targets
    return Case(
        id=case,
        survey=survey,
        subject=subject,
        opened_at=at,
        contact_due_at=bounded_deadline(calendar, at, targets.contact_hours * HOUR),
        close_due_at=bounded_deadline(calendar, at, targets.close_hours * HOUR),
        round_at=at,
        person=name if subject is SubjectKind.PERSON else None,
        account=name if subject is SubjectKind.ACCOUNT else None,
        score=opening.score,
        priority=opening.priority,
        owner=opening.owner,
        owned_by=opening.owned_by,
        calendar=calendar.id if calendar else None,
        targets=targets,
    )
