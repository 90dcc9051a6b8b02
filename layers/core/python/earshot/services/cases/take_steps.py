"""Take the steps of a case's clocks that are due: queue the mails, then note what was taken.

A mail has the id of its step, so that one that is queued again, as a run died before it had noted the step, is sent
once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from earshot.domain.alerts import delivery_id
from earshot.domain.case_clocks import WHOLE, Step, due_steps, moved_with, with_clocks
from earshot.domain.case_facts import EARSHOT, CaseChange, FactKind, changed
from earshot.domain.cases import Case
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import STAFF, SURVEY_OWNER
from earshot.domain.errors import BusyError
from earshot.domain.events import iso
from earshot.domain.members import Member, stand_in
from earshot.domain.message_types import ASSIGNED, ESCALATED, OVERDUE, REMINDER
from earshot.ports.calendars import Calendars
from earshot.ports.cases import Cases
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.surveys import Surveys
from earshot.ports.team import Members
from earshot.services.alerts.deliver import first_task
from earshot.services.cases.case_calendar import calendar_of

# A case has a few turns at most; in the others somebody else was faster.
ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class TakeStepsDeps:
    """What taking steps needs."""

    cases: Cases
    members: Members
    surveys: Surveys
    calendars: Calendars
    queue: DeliveryQueue
    pause: Callable[[int], None]
    clock: Callable[[], int]


def take_steps(case_id: str, deps: TakeStepsDeps) -> int:
    """Take the steps of a case that are due, and note what has run out; return how many mails were queued.

    Raises BusyError if others write the case all the while.
    """
    queued = 0
    for attempt in range(ATTEMPTS):
        case = deps.cases.get(case_id)
        if case is None or case.state.is_closed:
            return queued
        turn = _turn(case, deps)
        if turn is None:
            return queued
        deps.queue.send([(first_task(mail), 0) for mail in turn.mails])
        queued += len(turn.mails)
        if not turn.write():
            deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")


def step_mail(step: Step, case: Case, reader: str) -> Delivery:
    """Return the mail of a step to a member, or to the survey's owner; a step has one, to anybody.

    `alert` is the step.
    """
    kind = ASSIGNED if step.clock is None else REMINDER
    if step.is_escalation:
        kind = OVERDUE if step.percent == WHOLE else ESCALATED
    return Delivery(
        id=delivery_id(f"{case.id}/{step.name}", STAFF),
        destination=STAFF,
        alert=step.name,
        rule="",
        survey=case.survey,
        subject=reader,
        type=kind,
        alerted_at=case.round_at,
        case=case.id,
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is done together: mails that are queued, and then a write, which returns False if another was faster."""

    mails: tuple[Delivery, ...]
    write: Callable[[], bool]


def _turn(case: Case, deps: TakeStepsDeps) -> _Turn | None:
    """Return what to do next with a case; None if there is nothing to do now."""
    now = deps.clock()
    calendar = calendar_of(case, deps.calendars)
    contact, close = moved_with(case, calendar, now)
    if (contact, close) != (case.contact_due_at, case.close_due_at):
        extra = {"contact_due_at": iso(contact), "close_due_at": iso(close)}
        change = CaseChange(FactKind.MOVED, contact_due_at=contact, close_due_at=close, extra=extra)
        moved = changed(case, change, now, EARSHOT, calendar)
        return _Turn((), lambda: deps.cases.change(case, *moved))
    due = due_steps(case, calendar, now)
    members = deps.members.all() if due.mails else {}
    escalation = next((step for step in due.mails if step.is_escalation), None)
    if escalation is None:
        mails = tuple(_mails(due.mails, case, now, members, deps))
        noted = with_clocks(_with_steps(case, due.steps), calendar, now)
        return None if noted == case else _Turn(mails, lambda: deps.cases.note_steps(case, noted))
    # It is a fact of the case, so each has a turn of its own.
    mails = tuple(_mails((escalation,), case, now, members, deps))
    reader = mails[0].subject if mails else None
    extra = {"step": escalation.name, **({} if reader in (None, SURVEY_OWNER) else {"member": reader})}
    new, fact = changed(case, CaseChange(FactKind.STEP, extra=extra), now, EARSHOT, calendar)
    of_clock = tuple(step for step in due.steps if step.clock is escalation.clock)
    new = with_clocks(_with_steps(new, of_clock), calendar, now)
    return _Turn(mails, lambda: deps.cases.change(case, new, fact))


def _with_steps(case: Case, steps: tuple[Step, ...]) -> Case:
    return replace(case, steps=case.steps | {step.name for step in steps})


def _mails(
    steps: tuple[Step, ...], case: Case, now: int, members: Mapping[str, Member], deps: TakeStepsDeps
) -> Iterator[Delivery]:
    for step in steps:
        reader = _reader(step, case, now, members, deps.surveys)
        if reader is not None:
            yield step_mail(step, case, reader)


def _reader(step: Step, case: Case, now: int, members: Mapping[str, Member], surveys: Surveys) -> str | None:
    """Return who gets the mail of a step: the owner, at 100 % the lead, at 200 % the lead's lead; or their stand-in.

    Where nobody does, it is the survey's owner; None if it has none, either.
    """
    asked: str | None = case.owner
    levels = 0 if not step.is_escalation else 1 if step.percent == WHOLE else 2
    for _ in range(levels):
        leading = members.get(asked or "")
        asked = leading.lead if leading else None
    found = stand_in(asked, members, now) if asked is not None else None
    if found is not None:
        return found
    survey = surveys.get(case.survey)
    return SURVEY_OWNER if survey is not None and survey.owner else None
