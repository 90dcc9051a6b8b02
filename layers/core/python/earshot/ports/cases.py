"""Cases, and what leads to the open one of a subject."""

from dataclasses import dataclass
from typing import Protocol

from earshot.domain.alerts import Alert
from earshot.domain.cases import Case, ListedCase


@dataclass(frozen=True, slots=True)
class OfPerson:
    """What there is of a person: their open case in a survey, their account, and whether they were erased."""

    case: str | None = None
    account: str | None = None
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class OfAnonymous:
    """What there is of a survey's anonymous responses: how many cases are open, and the collective one if it is."""

    open_cases: int = 0
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of an alert and its case: both were written, or neither.

    Else the rule fired `earlier`, or the response `is_inside` the case already, or it `is_erased` or anonymised, or
    somebody else was faster.
    """

    is_made: bool
    earlier: Alert | None = None
    is_inside: bool = False
    is_erased: bool = False


class Cases(Protocol):
    """The cases of all surveys."""

    def of_person(self, survey: str, person: str) -> OfPerson:
        """Read what there is of a person, as it is now."""

    def of_account(self, survey: str, account: str) -> str | None:
        """Read the open case of an account, as it is now."""

    def of_anonymous(self, survey: str) -> OfAnonymous:
        """Read what there is of a survey's anonymous responses, as it is now."""

    def open(self, alert: Alert, case: Case) -> Raised:
        """Store an alert that has not fired and the case that it opens, if its subject has none and is not erased.

        Nor may the response be erased or anonymised.
        """

    def join(self, alert: Alert) -> Raised:
        """Store an alert that has not fired, and add its response, if it is not erased, to its case, if open."""

    def get(self, case: str) -> Case | None:
        """Read a case as it is now."""

    def joined(self, case: str, limit: int) -> list[str]:
        """List responses that joined a case, in the order of their ids backwards: mostly the newest first."""

    def listed(self, survey: str | None, limit: int, after: str = "") -> tuple[list[ListedCase], str | None]:
        """List open cases, of one survey or of all, the oldest first, and behind what the next page begins.

        It looks at so many, of which others may be of other surveys.
        """

    def leave(self, case: str, response: str) -> None:
        """Take a response out of a case; what is not there is no error."""

    def anonymize(self, person: str) -> bool:
        """Take a person out of all their cases; False if one was opened meanwhile."""
