"""A case in words: whose it is, how it stands, which clock runs, and what may be done next."""

from collections.abc import Mapping
from dataclasses import dataclass

from earshot.console.moments import local_time
from earshot.console.visit import Visit
from earshot.domain.case_facts import FactKind
from earshot.domain.cases import NEVER, Case, CaseFigures, SubjectKind, figures_of
from earshot.domain.members import Member
from earshot.domain.person import Person

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OPEN, CONTACTED, WAITING, CLOSED = "open", "contacted", "waiting", "closed"
# The columns of the board, each with what brings a case there.
COLUMNS = (OPEN, CONTACTED, WAITING)


@dataclass(frozen=True, slots=True)
class Due:
    """The clock of a case that runs: what is due, when, and by how much it is over; all empty if none runs."""

    text: str = ""
    at: int | None = None
    is_over: bool = False


def column_of(case: Case | CaseFigures) -> str:
    """Return in which column of the board a case stands; what waits for the customer has one of its own."""
    if case.state.is_closed:
        return CLOSED
    return WAITING if case.is_waiting else case.state.value


def due_of(case: CaseFigures, visit: Visit) -> Due:
    """Return the clock of a case that runs, in words."""
    if case.due_at == NEVER:
        return Due()
    at, what = case.due_at, "contact" if case.contacted_at is None else "close"
    if at < visit.now:
        return Due(visit.texts(f"clock.over_{what}", time=span(visit.now - at, visit)), at, is_over=True)
    return Due(visit.texts(f"clock.due_{what}", time=local_time(at, visit)), at)


def span(milliseconds: int, visit: Visit) -> str:
    """Write how long something took, in its greatest unit."""
    for name, unit in (("days", DAY), ("hours", HOUR)):
        if milliseconds >= 2 * unit:
            return visit.texts(f"span.{name}", n=milliseconds // unit)
    return visit.texts("span.minutes", n=max(1, milliseconds // MINUTE))


def may_read_words(visit: Visit) -> bool:
    """Return whether the visitor may read names, accounts and words of cases: others see figures alone."""
    return visit.may("people:read") and visit.may("responses:read")


def subject_of(case: Case | CaseFigures, person: Person | None, visit: Visit) -> str:
    """Name what a case is about, as far as the visitor may know it."""
    kind = case.subject
    if kind is SubjectKind.ACCOUNT and case.account and may_read_words(visit):
        return case.account
    if kind is SubjectKind.PERSON and may_read_words(visit) and isinstance(case, Case):
        return ((person.name if person else None) or case.person) or visit.texts("case.erased")
    return visit.texts(f"case_of.{kind.value}")


def member_name(member: str | None, members: Mapping[str, Member], visit: Visit) -> str:
    """Return the name of a member, or their id; in words if it is nobody."""
    if member is None:
        return visit.texts("case.nobody")
    found = members.get(member)
    return (found.name if found else None) or member


def actor_name(actor: str, members: Mapping[str, Member], visit: Visit) -> str:
    """Return who did something to a case, in words."""
    kind, _, name = actor.partition(":")
    if kind == "member":
        return member_name(name, members, visit)
    return visit.texts(f"actor.{kind}", name=name)


def next_kinds(case: Case) -> tuple[FactKind, ...]:
    """Return what may be done to a case as it is now, in the order of a menu."""
    if case.state.is_closed:
        return () if case.is_erased else (FactKind.REOPENED,)
    steps = [FactKind.CONTACTED] if case.contacted_at is None else []
    if case.contacted_at is not None:
        steps.append(FactKind.RESUMED if case.is_waiting else FactKind.WAITING)
    return (
        *steps,
        *(() if case.is_erased else (FactKind.NOTE,)),
        FactKind.ASSIGNED,
        FactKind.RESOLVED,
        FactKind.UNREACHABLE,
        FactKind.NO_ACTION,
    )


def due_now(case: Case, visit: Visit) -> Due:
    """Return the clock of a whole case that runs, in words."""
    return due_of(figures_of(case), visit)
