"""Apply a call from outside to its case: as a fact by the destination that made it, once, whatever happens in between.

A state that the case has changes nothing. What comes too late, or fits the case no more, is kept as a note on it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from earshot.domain.alerts import delivery_id
from earshot.domain.case_facts import CaseChange, CaseFact, FactKind
from earshot.domain.cases import Case, CaseOutcome, CaseState, RootCause
from earshot.domain.deliveries import Delivery, DeliveryState
from earshot.domain.errors import BusyError, ChangedError, ConflictError, InvalidError
from earshot.domain.inbound_calls import InboundCall, actor_of
from earshot.domain.message_types import INBOUND
from earshot.ports.cases import Cases
from earshot.ports.destinations import Deliveries
from earshot.services.cases.change_case import ChangeCaseDeps, change_case, is_unowned

ATTEMPTS = 6
APPLIED, NOTED, UNCHANGED = "applied", "noted", "unchanged"
REPEATED, UNKNOWN, LEFT_OUT = "repeated", "unknown case", "left out"
# What a call that closes a case means, if it does not say.
OUTCOMES: Mapping[CaseState, CaseOutcome] = {
    CaseState.RESOLVED: CaseOutcome.RESOLVED_WITH_CUSTOMER,
    CaseState.UNREACHABLE: CaseOutcome.UNREACHABLE,
    CaseState.NO_ACTION: CaseOutcome.NOT_OURS,
}
ROOT_CAUSE = RootCause.OTHER
# Such a fact needs words.
NO_WORDS = "Reported by another system, without words."


@dataclass(frozen=True, slots=True)
class ApplyInboundDeps:
    """What applying calls works with; among the deliveries people find the call whose case there is not."""

    change: ChangeCaseDeps
    deliveries: Deliveries
    pause: Callable[[int], None]

    @property
    def cases(self) -> Cases:
        """Return the cases."""
        return self.change.cases


def apply_call(call: InboundCall, deps: ApplyInboundDeps) -> str:
    """Apply a call to the case as it is now, and return what became of it, in a word or two.

    Raises BusyError if the table is away, or others write the case all the while; ValueError for words that no version
    of this knows.
    """
    state = CaseState(call.state)
    for attempt in range(ATTEMPTS):
        case = deps.cases.get(call.case)
        if case is None:
            deps.deliveries.put(_parked(call), None)
            return UNKNOWN
        facts = deps.cases.facts(call.case)
        if any(fact.actor == actor_of(call.destination) and fact.extra.get("call") == call.id for fact in facts):
            return REPEATED
        try:
            return _apply(call, state, case, facts, deps)
        except ChangedError:
            deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")


def is_left_unowned(call: InboundCall, outcome: str, deps: ApplyInboundDeps) -> bool:
    """Return whether a call opened a case again that nobody owns although there is a team."""
    if outcome != APPLIED or CaseState(call.state) is not CaseState.OPEN:
        return False
    case = deps.cases.get(call.case)
    return case is not None and is_unowned(case, deps.change.members)


def _apply(call: InboundCall, state: CaseState, case: Case, facts: Iterable[CaseFact], deps: ApplyInboundDeps) -> str:
    """Write what a call changes of a case at the revision that was read; ChangedError if somebody was faster."""
    if _is_so(state, case):
        change = CaseChange(FactKind.NOTE, note=call.note)
        return _write_note(call, change, case, deps) if call.note and not case.is_erased else UNCHANGED
    reason = _why_late(state, case, facts, call.at)
    if reason is None:
        try:
            return _write(call, _change(call, state, case), case, deps, APPLIED)
        except ChangedError:
            raise
        except (InvalidError, ConflictError) as exc:
            reason = exc.detail
    if case.is_erased:
        return LEFT_OUT
    note = f"Reported as {state.value}, and not applied: {reason}. {call.note or ''}".strip()
    return _write_note(call, CaseChange(FactKind.NOTE, note=note), case, deps)


def _write_note(call: InboundCall, change: CaseChange, case: Case, deps: ApplyInboundDeps) -> str:
    """Write a note; it is left out if the case takes no more."""
    try:
        return _write(call, change, case, deps, NOTED)
    except ChangedError:
        raise
    except ConflictError:
        return LEFT_OUT


def _write(call: InboundCall, change: CaseChange, case: Case, deps: ApplyInboundDeps, outcome: str) -> str:
    """Write a fact with the id of its call, by which a repeat is known, and when the call was taken."""
    known = CaseChange(
        change.kind,
        note=change.note,
        outcome=change.outcome,
        root_cause=change.root_cause,
        extra={"call": call.id, "taken_at": call.at},
    )
    change_case(case.id, case.revision, known, actor_of(call.destination), deps.change)
    return outcome


def _is_so(state: CaseState, case: Case) -> bool:
    """Return whether a case is in a state already; one that is contacted is open, too."""
    return not case.state.is_closed if state is CaseState.OPEN else case.state is state


def _why_late(state: CaseState, case: Case, facts: Iterable[CaseFact], at: int) -> str | None:
    """Return why a call that was taken at a moment is overtaken; None if it is not.

    Nothing but a call for that opens what is closed; and of closing and opening again the later one holds.
    """
    if case.state.is_closed and state is not CaseState.OPEN:
        return f"the case is closed ({case.state.value})"
    later = [fact for fact in facts if fact.extra.get("taken_at", fact.at) > at]
    if state is CaseState.OPEN and any(fact.kind.closes for fact in later):
        return "the case was closed later"
    if state.is_closed and any(fact.kind is FactKind.REOPENED for fact in later):
        return "the case was opened again later"
    return None


def _change(call: InboundCall, state: CaseState, case: Case) -> CaseChange:
    note = None if case.is_erased else call.note
    if not state.is_closed:
        return CaseChange(FactKind.REOPENED if state is CaseState.OPEN else FactKind.CONTACTED, note=note)
    is_without_words = state is CaseState.UNREACHABLE and note is None and not case.is_erased
    return CaseChange(
        FactKind(state.value),
        note=NO_WORDS if is_without_words else note,
        outcome=CaseOutcome(call.outcome) if call.outcome else OUTCOMES[state],
        root_cause=RootCause(call.root_cause) if call.root_cause else ROOT_CAUSE,
    )


def _parked(call: InboundCall) -> Delivery:
    """Return what is left of a call whose case there is not, without its words: it stands where people look."""
    return Delivery(
        id=delivery_id(f"inbound/{call.id}", call.destination),
        destination=call.destination,
        alert="",
        rule="",
        survey="",
        subject="",
        type=INBOUND,
        alerted_at=call.at,
        state=DeliveryState.PARKED,
        reason=f"it called to change a case, and there is no case {call.case}",
        correlation=call.correlation,
        version=1,
    )
