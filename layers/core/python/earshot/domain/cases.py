"""Cases: what somebody owns until it is resolved. An alert opens one, and later ones on the same subject join it."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID, uuid5

from earshot.domain.alerts import Alert

# So many cases of anonymous responses to a survey are open at once; further responses join one collective case.
MOST_ANONYMOUS = 100
_NAMESPACE = UUID("6d0f4d5c-4f0e-5f0b-9f2c-0b7a53a4f1de")


class CaseState(Enum):
    """The state of a case, in the word of the API."""

    OPEN = "open"


class SubjectKind(Enum):
    """Whose a case is, in the word of the API; a collective case is of anonymous responses beyond the most."""

    PERSON = "person"
    ACCOUNT = "account"
    RESPONSE = "response"
    COLLECTIVE = "collective"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as kept; `opened_at` is in Unix milliseconds.

    `alert` is the one that opened it, by the rule `rule`, and `response` the one that this alert was on. `person` or
    `account` is its subject. A response that is erased leaves it, and so does an erased person; `responses` counts how
    many there were. Each write counts `revision` on.
    """

    id: str
    survey: str
    subject: SubjectKind
    opened_at: int
    rule: str
    alert: str
    response: str | None
    person: str | None = None
    account: str | None = None
    responses: int = 1
    state: CaseState = CaseState.OPEN
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case as lists have it: nothing that leads to a person or to words."""

    id: str
    survey: str
    subject: SubjectKind
    opened_at: int
    rule: str
    account: str | None = None
    state: CaseState = CaseState.OPEN


def case_id(alert: Alert, subject: SubjectKind) -> str:
    """Return the id of the case that an alert opens; a response alone has the same one whichever rule fires on it."""
    is_alone = subject is SubjectKind.RESPONSE
    return str(uuid5(_NAMESPACE, f"{alert.survey}/{alert.subject}" if is_alone else alert.id))


def opened_by(alert: Alert, subject: SubjectKind, name: str | None = None) -> Case:
    """Return the case that an alert on a response opens; `name` is the id of the person, or of the account."""
    return Case(
        id=case_id(alert, subject),
        survey=alert.survey,
        subject=subject,
        opened_at=alert.raised_at,
        rule=alert.rule,
        alert=alert.id,
        response=alert.subject,
        person=name if subject is SubjectKind.PERSON else None,
        account=name if subject is SubjectKind.ACCOUNT else None,
    )
