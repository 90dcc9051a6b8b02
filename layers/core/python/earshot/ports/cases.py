"""Cases, and what leads to the open one of a subject."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseFact
from earshot.domain.case_settings import CaseSettings
from earshot.domain.cases import Case, CaseFigures, CaseState, OpenCaseFilter


@dataclass(frozen=True, slots=True)
class OfPerson:
    """What there is of a person: their open case in a survey, their account, and whether they were erased.

    `is_known` says that there is such a person. `properties` are their own, which no response changes.
    """

    case: str | None = None
    account: str | None = None
    is_erased: bool = False
    is_known: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)


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


class CasesOfPeople(Protocol):
    """What leads from people to their cases."""

    def of_people(self, survey: str, people: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ids of the cases of people and of their accounts in a survey; those without any are left out.

        They may be as they were a second ago, which costs half as much.
        """


class Cases(CasesOfPeople, Protocol):
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

    def open_by_hand(self, case: Case, fact: CaseFact) -> bool:
        """Store the case of a person or an account with the fact; False if they have one, or were erased."""

    def join(self, alert: Alert, worse: tuple[Case, Case] | None = None) -> Raised:
        """Store an alert that has not fired, and add its response, if it is not erased, to its case, if not closed.

        `worse` is the case before and after, if the response is worse than those in it.
        """

    def change(self, old: Case, new: Case, fact: CaseFact) -> bool:
        """Write a change of a case and its fact, if the case still is what it was; False if somebody was faster."""

    def note_steps(self, old: Case, new: Case) -> bool:
        """Write which steps of its clocks were taken, and what ran out; False if somebody was faster."""

    def get(self, case: str) -> Case | None:
        """Read a case as it is now."""

    def get_many(self, cases: Sequence[str]) -> Iterable[Case]:
        """Read those of some cases that there are, as they are now."""

    def facts(self, case: str, limit: int | None = None) -> list[CaseFact]:
        """List the facts of a case that have a revision, or the last ones, the oldest first, as they are now."""

    def joined(self, case: str, limit: int) -> list[CaseFact]:
        """List responses that joined a case, in the order of their ids backwards: mostly the newest first."""

    def listed(self, which: OpenCaseFilter, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        """List open cases by owner and by when they are due, and behind what the next page begins.

        It looks at so many, of which others may not be asked for.
        """

    def rows_of(self, owner: str | None, limit: int, after: str = "") -> tuple[list[CaseFigures], str | None]:
        """List open cases that a member owns, or nobody (None), as they are now, the ones due first before others."""

    def cases_of_person(self, person: str, survey: str | None) -> list[str]:
        """List the ids of a person's cases, closed ones included, in one survey or in all."""

    def cases_of_account(self, account: str, survey: str | None) -> list[str]:
        """List the ids of an account's cases, closed ones included, in one survey or in all."""

    def figures(self, survey: str, month: str) -> Iterable[CaseFigures]:
        """Return the figures of a survey's cases that were opened in a month (`2026-11`, UTC), the oldest first."""

    def closed(
        self, survey: str, month: str, state: CaseState, limit: int, before: str = ""
    ) -> tuple[list[CaseFigures], str | None]:
        """List cases of a month that are closed in a state, those opened last first, and before what to go on.

        It looks at so many, of which others may not be asked for.
        """

    def has_joined(self, case: str, response: str) -> bool:
        """Return whether a response joined a case and is in it now; the one that opened it did not join."""

    def leave(self, case: str, response: str) -> bool:
        """Take a response out of a case, with the words on the case; False if others are writing the case.

        What is not there is no error. Else the revision is another one since: a change that rests on what was read
        before is refused. The words on a collective case stay: they are of no response.
        """

    def anonymize_emptied(self, case: str, person: str) -> bool:
        """Take a person out of a case of theirs that no response is in any more; False if others are writing it.

        The words on it go, too. A case of others, and one with a response, stays as it is.
        """

    def anonymize(self, person: str) -> bool:
        """Take a person out of all their cases, with the words on these; False if one was opened meanwhile."""


class SurveyCases(Protocol):
    """The settings of surveys' cases, without the rest of the surveys."""

    def case_settings(self, survey: str) -> CaseSettings:
        """Read the settings of a survey's cases as they are now: the defaults, if there is no such survey."""
