"""What happens to a case: each change is a fact that is kept, with who did it, when and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from earshot.domain.business_time import Calendar, bounded_deadline
from earshot.domain.case_clocks import HOUR, close_due, with_clocks
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseOutcome, CaseState, OwnedBy, RootCause
from earshot.domain.errors import ConflictError, FieldError, InvalidError
from earshot.domain.opened_cases import priority_of

MOST_NOTE = 1_000
# After so many changes a case takes no more notes, so that it stays readable, and is read in one go.
MOST_CHANGES_FOR_NOTES = 500
# In a fact's `extra`: the member who was removed, whose case goes to another one when it is opened again.
HANDED_OVER_FROM = "handed_over_from"
# Who acts where no person does.
EARSHOT = "earshot"


class FactKind(Enum):
    """A kind of fact, in the word of the API."""

    OPENED = "opened"
    JOINED = "joined"
    CONTACTED = "contacted"
    NOTE = "note"
    WAITING = "waiting"
    RESUMED = "resumed"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"
    UNREACHABLE = "unreachable"
    NO_ACTION = "no_action"
    REOPENED = "reopened"
    MOVED = "moved"
    HANDED_OVER = "handed_over"
    STEP = "step"
    RESPONSE_CHANGED = "response_changed"
    RESPONDED_AGAIN = "responded_again"

    @property
    def closes(self) -> bool:
        """Return whether it closes a case."""
        return self in _CLOSED


_CLOSED = {
    FactKind.RESOLVED: CaseState.RESOLVED,
    FactKind.UNREACHABLE: CaseState.UNREACHABLE,
    FactKind.NO_ACTION: CaseState.NO_ACTION,
}
# What people, and systems outside, may say of a case; the others are noted by Earshot.
OF_PEOPLE = (
    FactKind.CONTACTED,
    FactKind.NOTE,
    FactKind.WAITING,
    FactKind.RESUMED,
    FactKind.ASSIGNED,
    FactKind.RESOLVED,
    FactKind.UNREACHABLE,
    FactKind.NO_ACTION,
    FactKind.REOPENED,
)


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What is to change of a case.

    `owner` is the member who is to own it: of an assignment, or of a case that is handed over (None: nobody), which
    also says what chose them; one that is opened again is handed over, too, if its `extra` says who had it. The due
    times are those to which a changed calendar moves them (None: not moved). `response` is the one that was changed.
    `extra` are further figures of the fact, such as the step that was taken; no words.
    """

    kind: FactKind
    note: str | None = None
    owner: str | None = None
    owned_by: OwnedBy | None = None
    outcome: CaseOutcome | None = None
    root_cause: RootCause | None = None
    contact_due_at: int | None = None
    close_due_at: int | None = None
    response: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A fact as kept: the state before and after, and the revision that the case has since.

    `actor` is `key:<id>`, `member:<id>`, `rule:<id>`, `destination:<id>` or `earshot`. That an alert opened the case,
    or that its response joined, stands in other items and has no revision of its own; `response` is the one that came
    with it.
    """

    kind: FactKind
    at: int
    actor: str
    from_state: CaseState | None = None
    to_state: CaseState | None = None
    revision: int | None = None
    note: str | None = None
    owner: str | None = None
    outcome: CaseOutcome | None = None
    root_cause: RootCause | None = None
    response: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def changed(
    case: Case, change: CaseChange, at: int, actor: str, calendar: Calendar | None = None
) -> tuple[Case, CaseFact]:
    """Return a case as it is after a change at a moment, and the fact; `calendar` has the hours of its clocks.

    Raises InvalidError where the change lacks or has what its kind does not allow, ConflictError where the case is in
    another state than it needs.
    """
    change = _checked(case, change)
    before = case.with_breaches(at)
    after = _CHANGES.get(change.kind, _noted)(before, change, at, calendar)
    after = replace(after, revision=case.revision + 1, changed_at=at, changed_by=actor)
    if _clocks(after) != _clocks(case):
        after = with_clocks(after, calendar, at)
    fact = CaseFact(
        kind=change.kind,
        at=at,
        actor=actor,
        from_state=case.state,
        to_state=after.state,
        revision=after.revision,
        note=change.note,
        owner=change.owner,
        outcome=change.outcome,
        root_cause=change.root_cause,
        response=change.response,
        extra=change.extra,
    )
    return after, fact


def opened_fact(case: Case) -> CaseFact:
    """Return the fact that an alert opened a case."""
    return CaseFact(
        kind=FactKind.OPENED,
        at=case.opened_at,
        actor=f"rule:{case.rule}",
        to_state=CaseState.OPEN,
        response=case.response,
    )


def _clocks(case: Case) -> tuple[Any, ...]:
    """Return what the moments of its steps depend on."""
    clocks = case.contacted_at, case.waiting_since, case.contact_due_at, case.close_due_at
    return case.state, case.round, case.owner, *clocks


def _checked(case: Case, change: CaseChange) -> CaseChange:
    """Return a change with what its kind fills in; InvalidError naming each field that is wrong."""
    note = (change.note or "").strip() or None
    if change.kind is FactKind.UNREACHABLE and change.outcome is None:
        change = replace(change, outcome=CaseOutcome.UNREACHABLE)
    change = replace(change, note=note)
    faults = [*_note_faults(case, change), *_other_faults(change)]
    if faults:
        raise InvalidError(*faults)
    return change


def _note_faults(case: Case, change: CaseChange) -> list[FieldError]:
    note, reason = change.note, None
    if note is not None and case.is_erased:
        reason = "its subject was erased: it takes no more notes"
    elif note is not None and len(note) > MOST_NOTE:
        reason = f"it has {len(note):,} characters; at most {MOST_NOTE:,} are allowed"
    elif note is None and change.kind is FactKind.NOTE:
        reason = "a note needs words"
    elif note is None and change.kind is FactKind.UNREACHABLE and not case.is_erased:
        reason = "say how it was tried to reach them"
    elif note is None and change.kind is FactKind.ASSIGNED and case.owner is not None and not case.is_erased:
        reason = f"{case.owner} owns it: say why another one is to"
    return [] if reason is None else [FieldError("note", reason)]


def _other_faults(change: CaseChange) -> list[FieldError]:
    faults = []
    if change.kind.closes:
        if change.outcome is None:
            faults.append(FieldError("outcome", f"say what came of it: {_words(CaseOutcome)}"))
        if change.root_cause is None:
            faults.append(FieldError("root_cause", f"say what was behind it: {_words(RootCause)}"))
    else:
        closing = " or ".join(kind.value for kind in _CLOSED)
        given = {"outcome": change.outcome, "root_cause": change.root_cause}
        reason = f"it belongs to a fact that closes the case: {closing}"
        faults += [FieldError(name, reason) for name, value in given.items() if value is not None]
    if change.kind is FactKind.ASSIGNED and change.owner is None:
        faults.append(FieldError("owner", "name the member who is to own it"))
    is_handed_over = change.kind is FactKind.HANDED_OVER or HANDED_OVER_FROM in change.extra
    if change.owner is not None and change.kind is not FactKind.ASSIGNED and not is_handed_over:
        faults.append(FieldError("owner", "it belongs to the kind assigned"))
    return faults


def _words(kind: type[Enum]) -> str:
    return ", ".join(each.value for each in kind)


def _noted(case: Case, _change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    return case


def _note(case: Case, _change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    # A response that joins adds to both.
    if case.revision - case.responses >= MOST_CHANGES_FOR_NOTES:
        raise ConflictError(f"it was changed {MOST_CHANGES_FOR_NOTES} times: it takes no more notes; close it")
    return case


def _contacted(case: Case, _change: CaseChange, at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    if case.contacted_at is not None:
        raise ConflictError("the first contact was made before: write a note on a further one")
    return replace(case, state=CaseState.CONTACTED, contacted_at=at)


def _waiting(case: Case, _change: CaseChange, at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    if case.contacted_at is None:
        raise ConflictError("nobody waits for a customer before the first contact: contact them first")
    if case.is_waiting:
        raise ConflictError("it waits for the customer already")
    return replace(case, waiting_since=at)


def _resumed(case: Case, _change: CaseChange, at: int, calendar: Calendar | None) -> Case:
    _not_closed(case)
    if case.waiting_since is None:
        raise ConflictError("it does not wait for the customer")
    going_on = replace(case, waiting_since=None, pauses=(*case.pauses, (case.waiting_since, at)))
    was_over = case.close_due_at < case.waiting_since
    return going_on if was_over else replace(going_on, close_due_at=close_due(going_on, calendar))


def _assigned(case: Case, change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    if change.owner == case.owner:
        raise ConflictError(f"{case.owner} owns it already")
    return replace(case, owner=change.owner, owned_by=OwnedBy.HAND)


def _handed_over(case: Case, change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    return replace(case, owner=change.owner, owned_by=change.owned_by)


def _closed(case: Case, change: CaseChange, at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    return replace(
        case,
        state=_CLOSED[change.kind],
        closed_at=at,
        first_closed_at=at if case.first_closed_at is None else case.first_closed_at,
        waiting_since=None,
        outcome=change.outcome,
        root_cause=change.root_cause,
    )


def _reopened(case: Case, change: CaseChange, at: int, calendar: Calendar | None) -> Case:
    if not case.state.is_closed:
        raise ConflictError(f"it is {case.state.value}: only what is closed is opened again")
    if case.is_erased:
        raise ConflictError("its subject was erased: it stays closed")
    is_handed_over = HANDED_OVER_FROM in change.extra
    return replace(
        case,
        owner=change.owner if is_handed_over else case.owner,
        owned_by=change.owned_by if is_handed_over else case.owned_by,
        state=CaseState.OPEN if case.contacted_at is None else CaseState.CONTACTED,
        closed_at=None,
        reopened_at=at if case.reopened_at is None else case.reopened_at,
        outcome=None,
        root_cause=None,
        round=case.round + 1,
        round_at=at,
        pauses=(),
        close_due_at=bounded_deadline(calendar, at, case.targets.close_hours * HOUR),
    )


def _moved(case: Case, change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    _not_closed(case)
    contact, close = change.contact_due_at, change.close_due_at
    return replace(
        case,
        contact_due_at=case.contact_due_at if contact is None else contact,
        close_due_at=case.close_due_at if close is None else close,
    )


def _responded_again(case: Case, change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    return replace(case, responded_again_at=change.extra["at"], responded_again_score=change.extra["score"])


def _response_changed(case: Case, change: CaseChange, _at: int, _calendar: Calendar | None) -> Case:
    """Return a case of which a response was corrected: the lowest score there was counts."""
    score = change.extra.get("score")
    if score is None or (case.score is not None and score >= case.score):
        return case
    urgent = case.priority if case.priority is Priority.HIGH else priority_of(score)
    return replace(case, score=score, priority=urgent)


def _not_closed(case: Case) -> None:
    if case.state.is_closed:
        raise ConflictError(f"it is closed ({case.state.value}): reopen it first")


_CHANGES: Mapping[FactKind, Callable[[Case, CaseChange, int, Calendar | None], Case]] = {
    FactKind.NOTE: _note,
    FactKind.CONTACTED: _contacted,
    FactKind.WAITING: _waiting,
    FactKind.RESUMED: _resumed,
    FactKind.ASSIGNED: _assigned,
    FactKind.HANDED_OVER: _handed_over,
    **dict.fromkeys(_CLOSED, _closed),
    FactKind.REOPENED: _reopened,
    FactKind.MOVED: _moved,
    FactKind.RESPONSE_CHANGED: _response_changed,
    FactKind.RESPONDED_AGAIN: _responded_again,
}
