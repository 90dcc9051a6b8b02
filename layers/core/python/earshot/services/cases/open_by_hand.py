"""Open a case by hand, for a person or an account: somebody rang, or a colleague heard something."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.case_settings import CaseSettings, Priority
from earshot.domain.cases import Case, CaseState, SubjectKind
from earshot.domain.errors import AlreadyOpenError, BusyError, FieldError, InvalidError
from earshot.domain.members import Member
from earshot.domain.opened_cases import CaseOrigin, Opening, opened_by_hand
from earshot.ports.accounts import Accounts
from earshot.ports.cases import Cases
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members
from earshot.services.cases.case_openings import CaseOpenings
from earshot.services.cases.change_case import find_owner

ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """What somebody says of the case that is to be opened: of a person or of an account, one of them.

    Without an owner or a priority these are chosen as for a case that an alert opens.
    """

    survey: str
    person: str | None = None
    account: str | None = None
    note: str | None = None
    owner: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class OpenByHandDeps:
    """What opening a case by hand needs."""

    cases: Cases
    surveys: Surveys
    accounts: Accounts
    members: Members
    openings: CaseOpenings
    new_id: Callable[[], str]
    pause: Callable[[int], None]
    clock: Callable[[], int]


def open_by_hand(draft: CaseDraft, actor: str, deps: OpenByHandDeps) -> Case:
    """Open a case and return it.

    Raises InvalidError naming what there is not, AlreadyOpenError with the case if one is open, BusyError if others
    write it all the while.
    """
    survey = deps.surveys.get(draft.survey)
    if survey is None:
        raise InvalidError(FieldError("survey", f"there is no survey {draft.survey!r}"))
    owner = find_owner(draft.owner, deps.members) if draft.owner is not None else None
    kind = SubjectKind.ACCOUNT if draft.person is None else SubjectKind.PERSON
    for attempt in range(ATTEMPTS):
        found, person = _found(draft, deps)
        if found is not None:
            raise AlreadyOpenError(found)
        at, name = deps.clock(), draft.person or draft.account or ""
        opening = _opening(draft, owner, CaseOrigin(at, **person), survey.cases, deps.openings)
        made = opened_by_hand(deps.new_id(), survey.id, kind, name, at, opening)
        case = replace(made, changed_at=at, changed_by=actor)
        note = (draft.note or "").strip() or None
        fact = CaseFact(FactKind.OPENED, at, actor, None, CaseState.OPEN, 1, note=note, owner=case.owner)
        if deps.cases.open_by_hand(case, fact):
            return case
        deps.pause(attempt)
    raise BusyError("others write the cases of this subject; try again in a moment")


def _found(draft: CaseDraft, deps: OpenByHandDeps) -> tuple[Case | None, dict[str, Any]]:
    """Return the open case of the subject, and what there is of them that may name an owner.

    InvalidError if there is no such subject, or it was erased.
    """
    if draft.person is None:
        if deps.accounts.get(draft.account or "") is None:
            raise InvalidError(FieldError("account", "there is no account of this id; POST /v1/accounts makes it"))
        case = deps.cases.of_account(draft.survey, draft.account or "")
        return deps.cases.get(case) if case is not None else None, {"account": draft.account}
    person = deps.cases.of_person(draft.survey, draft.person)
    if person.is_erased:
        raise InvalidError(FieldError("person", "this person was erased: nothing more is kept of them"))
    if not person.is_known:
        raise InvalidError(FieldError("person", "there is no person of this id; PUT /v1/people/{person} makes one"))
    known: dict[str, Any] = {"account": person.account, "properties": person.properties}
    return deps.cases.get(person.case) if person.case is not None else None, known


def _opening(
    draft: CaseDraft, owner: Member | None, origin: CaseOrigin, settings: CaseSettings, openings: CaseOpenings
) -> Opening:
    """Return how the case opens: with the owner who is named, or with one who is chosen."""
    opening = openings.opening(origin, settings) if owner is None else openings.owned_by_hand(owner, origin, settings)
    if draft.priority is None:
        return opening
    return replace(opening, priority=draft.priority, targets=settings.targets.of(draft.priority))
