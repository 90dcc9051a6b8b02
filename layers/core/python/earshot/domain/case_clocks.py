"""The two clocks of a case, first contact and closing, and the steps at which they remind of it.

A clock runs in the hours of the case's calendar. First contact never pauses; waiting for the customer pauses closing.
All times are in Unix milliseconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from earshot.domain.business_time import Calendar, bounded_deadline, business_time, next_opening
from earshot.domain.cases import Case

HOUR = 3_600_000
# At so many percent of its time a clock reminds of the case: the owner, and from the whole of it on those who lead.
WHOLE = 100
TWICE = 200
PERCENTS = (50, 80, WHOLE, TWICE)


class Clock(Enum):
    """What a clock runs to."""

    CONTACT = "contact"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a clock in a round of a case, or that a member has come to own it (`owner`)."""

    round: int
    clock: Clock | None
    percent: int = 0
    owner: str = ""

    @property
    def name(self) -> str:
        """Return how a case notes it: `<round>.<clock>.<percent>`, or `<round>.owner.<member>`."""
        if self.clock is None:
            return f"{self.round}.owner.{self.owner}"
        return f"{self.round}.{self.clock.value}.{self.percent}"

    @classmethod
    def of(cls, name: str) -> "Step":
        """Read a step from its name; ValueError if it is none."""
        number, what, detail = name.split(".")
        if what == "owner":
            return cls(int(number), None, owner=detail)
        return cls(int(number), Clock(what), int(detail))

    @property
    def is_escalation(self) -> bool:
        """Return whether its mail goes to those who lead the owner."""
        return self.percent >= WHOLE


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at a moment: the steps to note, and those of them to send a mail of, one a clock at most."""

    steps: tuple[Step, ...] = ()
    mails: tuple[Step, ...] = ()


def clock_of(case: Case) -> Clock:
    """Return the contact clock until the first contact, then the closing clock."""
    return Clock.CONTACT if case.contacted_at is None else Clock.CLOSE


def contact_due(case: Case, calendar: Calendar | None) -> int:
    """Return by when a case is to be contacted first."""
    return bounded_deadline(calendar, case.opened_at, case.targets.contact_hours * HOUR)


def close_due(case: Case, calendar: Calendar | None) -> int:
    """Return by when a case is to be closed in its present round, without the time for which it waited."""
    return _without(case.pauses, case.round_at, case.targets.close_hours * HOUR, calendar)


def moment_of(step: Step, case: Case, calendar: Calendar | None) -> int:
    """Return when a step of a clock of a case is reached, inside or outside hours."""
    is_close = step.clock is Clock.CLOSE
    if step.percent == WHOLE:
        return case.close_due_at if is_close else case.contact_due_at
    hours = case.targets.close_hours if is_close else case.targets.contact_hours
    part = hours * HOUR * step.percent // WHOLE
    return _without(case.pauses if is_close else (), case.round_at if is_close else case.opened_at, part, calendar)


def open_steps(case: Case, calendar: Calendar | None) -> Iterator[tuple[Step, int]]:
    """Yield the steps that were not taken, of the clocks that run, each with its moment.

    What the first clock reached before the present round, while the case was closed, needs no more step.
    """
    if case.state.is_closed or case.is_erased:
        return
    if case.owner is not None and (step := Step(case.round, None, owner=case.owner)).name not in case.steps:
        yield step, case.round_at
    for clock in _running(case):
        for step in (Step(case.round, clock, percent) for percent in PERCENTS):
            if step.name not in case.steps and (moment := moment_of(step, case, calendar)) >= case.round_at:
                yield step, moment


def is_inside(calendar: Calendar | None, now: int) -> bool:
    """Return whether a moment lies inside the hours of a calendar."""
    return next_opening(calendar, now) == now


def due_steps(case: Case, calendar: Calendar | None, now: int) -> Due:
    """Return the steps of a case that are due now: none outside hours.

    Of several steps of a clock the highest is mailed. A reminder says nothing new where the owner just came to own it.
    """
    if not is_inside(calendar, now):
        return Due()
    due = [step for step, moment in open_steps(case, calendar) if moment <= now]
    highest = {step.clock: step for step in sorted(due, key=lambda step: step.percent)}
    mails = [step for step in highest.values() if step.is_escalation or step.clock is None or None not in highest]
    return Due(tuple(due), tuple(mails))


def next_step_at(case: Case, calendar: Calendar | None, now: int) -> int | None:
    """Return when the planner is to look at a case again; None if no clock runs.

    That is when the first step is due that was not taken, inside hours, or when a clock has run out, if that is sooner.
    """
    moments = [moment for _, moment in open_steps(case, calendar)]
    steps = [next_opening(calendar, max(min(moments), now))] if moments else []
    return min([*steps, *_breaches(case)], default=None)


def with_clocks(case: Case, calendar: Calendar | None, at: int) -> Case:
    """Return a case after a change at a moment, with what has run out, and when the planner is to look at it again."""
    breached = case.with_breaches(at)
    return replace(breached, next_step_at=next_step_at(breached, calendar, at))


def moved_with(case: Case, calendar: Calendar | None, at: int) -> tuple[int, int]:
    """Return by when a case is to be contacted and closed in the hours of a calendar that was changed.

    What has run out by then stays: no breach is taken back. And nothing becomes due in the past, at the earliest at the
    next opening: nobody could have known.
    """
    contact, close = case.contact_due_at, case.close_due_at
    if case.state.is_closed:
        return contact, close
    if case.contacted_at is None and contact > at:
        contact = max(contact_due(case, calendar), next_opening(calendar, at))
    # While it waits, the clock stands at the moment at which that began.
    stands_at = at if case.waiting_since is None else case.waiting_since
    if close > stands_at:
        close = max(close_due(case, calendar), next_opening(calendar, stands_at))
    return contact, close


def _without(pauses: Iterable[tuple[int, int]], began_at: int, duration: int, calendar: Calendar | None) -> int:
    """Return when so much business time has passed since a moment, without the pauses."""
    left = duration
    for begins, ends in pauses:
        served = business_time(calendar, began_at, begins)
        if served >= left:
            break
        left, began_at = left - served, ends
    return bounded_deadline(calendar, began_at, left)


def _running(case: Case) -> Iterator[Clock]:
    if case.contacted_at is None:
        yield Clock.CONTACT
    if not case.is_waiting:
        yield Clock.CLOSE


def _breaches(case: Case) -> Iterator[int]:
    """Yield when each running clock that has not run out will have run out."""
    if case.state.is_closed or case.is_erased:
        return
    for clock in _running(case):
        is_contact = clock is Clock.CONTACT
        if not (case.breached_contact if is_contact else case.breached_close):
            yield (case.contact_due_at if is_contact else case.close_due_at) + 1
