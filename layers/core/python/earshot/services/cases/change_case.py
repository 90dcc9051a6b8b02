"""Change a case by a fact, which rests on the revision that was read."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from earshot.domain.case_facts import HANDED_OVER_FROM, CaseChange, FactKind, changed
from earshot.domain.case_owners import handed_over
from earshot.domain.cases import Case, SubjectKind
from earshot.domain.errors import BusyError, ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.members import Member, why_unusable
from earshot.ports.calendars import Calendars
from earshot.ports.cases import Cases
from earshot.ports.team import Members
from earshot.services.cases.case_calendar import calendar_of

ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class ChangeCaseDeps:
    """What changing cases needs."""

    cases: Cases
    calendars: Calendars
    members: Members
    pause: Callable[[int], None]
    clock: Callable[[], int]


def change_case(case_id: str, revision: int | None, change: CaseChange, actor: str, deps: ChangeCaseDeps) -> Case:
    """Note a fact on a case and return it as it is then; without a `revision` the change holds whatever happened.

    A case that is opened again after its owner was removed goes to who stands in for them, or to nobody.

    Raises NotFoundError if there is no such case, ChangedError with the present one if its revision is another,
    InvalidError or ConflictError where the change is not possible, BusyError if others write it all the while.
    """
    for attempt in range(ATTEMPTS):
        old = deps.cases.get(case_id)
        if old is None:
            raise NotFoundError(f"there is no case {case_id}")
        if revision not in (None, old.revision):
            raise ChangedError("the case", old)
        if change.kind is FactKind.ASSIGNED and change.owner is not None:
            find_owner(change.owner, deps.members)
        calendar = calendar_of(old, deps.calendars)
        new, fact = changed(old, _to_who_is_there(change, old, deps), deps.clock(), actor, calendar)
        if deps.cases.change(old, new, fact):
            return new
        if change.kind is FactKind.REOPENED:
            _check_subject(old, deps.cases)
        deps.pause(attempt)
    raise BusyError("others write this case; try again in a moment")


def find_owner(owner: str, members: Members) -> Member:
    """Return the member who is to own a case; InvalidError if there is none of this id, or they were removed."""
    found = members.get(owner)
    reason = why_unusable(owner, {} if found is None else {owner: found})
    if found is None or reason is not None:
        raise InvalidError(FieldError("owner", reason or ""))
    return found


def is_unowned(case: Case, members: Members) -> bool:
    """Return whether nobody owns an open case although there is a team.

    True, too, if the team cannot be read now: the case is written, and an alarm too many is better than none.
    """
    if case.state.is_closed or case.owner is not None:
        return False
    try:
        return any(member.removed_at is None for member in members.all().values())
    except BusyError:
        return True


def _to_who_is_there(change: CaseChange, case: Case, deps: ChangeCaseDeps) -> CaseChange:
    """Return a change that opens a case again with who is to own it from now on, if its owner was removed."""
    if change.kind is not FactKind.REOPENED or change.owner is not None or case.owner is None:
        return change
    handed = handed_over(case.owner, deps.members.all(), deps.clock())
    if handed is None:
        return change
    owner, owned_by = handed
    extra = {**change.extra, HANDED_OVER_FROM: case.owner}
    return replace(change, owner=owner, owned_by=owned_by, extra=extra)


def _check_subject(case: Case, cases: Cases) -> None:
    """Raise ConflictError if the subject of a case that is to be opened again has another open one."""
    found = None
    if case.subject is SubjectKind.PERSON and case.person is not None:
        found = cases.of_person(case.survey, case.person).case
    elif case.subject is SubjectKind.ACCOUNT and case.account is not None:
        found = cases.of_account(case.survey, case.account)
    elif case.subject is SubjectKind.COLLECTIVE:
        found = cases.of_anonymous(case.survey).case
    if found not in (None, case.id):
        raise ConflictError(f"another case is open: {found}; go on there")
