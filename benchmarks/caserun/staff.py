"""Who works on the cases of a run, in which hours, and what they do when; all chance is drawn from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.longrun.timeline import DAY, HOUR, MINUTE
from earshot.domain.access import Role
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.case_settings import CaseSettings, Targets, TargetsByPriority
from earshot.domain.cases import CaseOutcome, RootCause
from earshot.domain.members import Absence, Member
from earshot.domain.survey import Survey

SURVEY = "shop"
# Both summer times of Berlin and New York end in the quarter.
START = int(datetime(2026, 9, 14, tzinfo=UTC).timestamp() * 1000)
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar("office", "Europe/Berlin", dict.fromkeys(WORKDAYS, (("09:00", "12:00"), ("13:00", "17:00"))),
                  ("2026-10-03", "2026-11-18"))  # fmt: skip
# From the middle on the office opens later, on Saturdays too, and closes for an hour longer.
LATER = replace(
    OFFICE,
    hours={**dict.fromkeys(WORKDAYS, (("10:00", "12:00"), ("14:00", "19:00"))), "sat": (("10:00", "14:00"),)},
    revision=2,
)
DESK = Calendar("desk", "America/New_York", dict.fromkeys((*WORKDAYS, "sun"), (("00:00", "02:00"), ("18:00", "24:00"))))
CALENDARS = (OFFICE, DESK)
SETTINGS = CaseSettings(
    role=Role.FRONTLINE, calendar="desk", targets=TargetsByPriority(Targets(6, 20), Targets(14, 50))
)
# The member who is removed in the middle.
LEAVES = "fay"


def survey() -> Survey:
    """Return the survey of the run, with an owner who hears of what nobody else owns."""
    made = "2026-01-01T00:00:00.000Z"
    return Survey(SURVEY, "Shop", made, made, zone_is_fixed=True, owner="owner@example.com", cases=SETTINGS)


def team(chance: Random, days: int) -> list[Member]:
    """Return six who own cases, two who lead them, and who leads those; nearly all of them are away for some days."""
    head = Member("head", "head@example.com", "Head", Role.EXECUTIVE, timezone="Europe/London")
    leads = [
        Member(name, f"{name}@example.com", name, Role.MANAGER, lead="head", deputy=deputy)
        for name, deputy in (("lea", "lou"), ("lou", None))
    ]
    owners = [
        Member(
            name,
            f"{name}@example.com",
            name,
            Role.FRONTLINE,
            lead="lea" if place % 2 else "lou",
            deputy=("bea", "cem", "dan")[place % 3] if name not in ("bea", "cem", "dan") else None,
            timezone=("Europe/Berlin", "America/New_York", "Asia/Tokyo")[place % 3],
            calendar=("office", None, "office")[place % 3],
            locale=("de", "en", "ja")[place % 3],
        )
        for place, name in enumerate(("bea", "cem", "dan", "eva", LEAVES, "gus"))
    ]
    return [head, *(replace(each, away=_absence(chance, days)) for each in (*leads, *owners))]


def _absence(chance: Random, days: int) -> Absence | None:
    if chance.random() < 0.15:
        return None
    first = datetime.fromtimestamp(START / 1000, UTC).date() + timedelta(chance.randrange(days))
    return Absence(first, first + timedelta(chance.randrange(3, 15)))


@dataclass(frozen=True, slots=True)
class Arriving:
    """A response that opens a case or joins one: when, of which person (None: anonymous), and its score."""

    at: int
    alert: Alert
    person: str | None
    score: int


def arriving(cases: int, days: int, chance: Random) -> Iterator[Arriving]:
    """Yield the responses of a run: one a case, at any hour, and some that find a case open."""
    for number in range(cases):
        at = START + int(chance.random() * days * DAY)
        person = None if chance.random() < 0.05 else f"p-{number}"
        yield _arriving(f"r-{number}", at, person, chance)
        if person is not None and chance.random() < 0.15:
            yield _arriving(f"r-{number}-again", at + int(chance.random() * 3 * DAY), person, chance)


def _arriving(response: str, at: int, person: str | None, chance: Random) -> Arriving:
    return Arriving(at, Alert(SURVEY, "default", response, at), person, chance.randrange(7))


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does with a case, so long after it opened (milliseconds); `two` do it at the same moment."""

    after: int
    change: CaseChange
    two: bool = False


def acts(chance: Random) -> list[Act]:
    """Return what happens to a case: at once, late, after it was escalated, or never."""
    begins = {"at once": 2 * HOUR, "late": 30 * HOUR, "escalated": 6 * DAY}
    manner = chance.choices(("at once", "late", "escalated", "never"), (45, 30, 15, 10))[0]
    if manner == "never":
        return []
    return list(_acts(int(chance.expovariate(1 / begins[manner])) + MINUTE, chance))


def _acts(at: int, chance: Random) -> Iterator[Act]:
    def act(change: CaseChange, mean: int) -> Act:
        nonlocal at
        at += int(chance.expovariate(1 / mean))
        return Act(at, change, two=chance.random() < 0.2)

    if chance.random() < 0.1:
        yield act(CaseChange(FactKind.ASSIGNED, owner=chance.choice(("bea", "cem", "gus")), note="Theirs."), HOUR)
    if chance.random() < 0.85:
        yield act(CaseChange(FactKind.CONTACTED), HOUR)
        if chance.random() < 0.3:
            yield act(CaseChange(FactKind.WAITING), 5 * HOUR)
            yield act(CaseChange(FactKind.RESUMED), 3 * DAY)
        if chance.random() < 0.3:
            yield act(CaseChange(FactKind.NOTE, note="Rang again."), 10 * HOUR)
    if chance.random() < 0.1:
        return
    yield act(_closing(chance), 2 * DAY)
    if chance.random() < 0.15:
        yield act(CaseChange(FactKind.REOPENED), 4 * DAY)
        yield act(CaseChange(FactKind.CONTACTED), HOUR)
        yield act(_closing(chance), 3 * DAY)


def _closing(chance: Random) -> CaseChange:
    kind = chance.choices((FactKind.RESOLVED, FactKind.UNREACHABLE, FactKind.NO_ACTION), (8, 1, 1))[0]
    outcomes = {FactKind.UNREACHABLE: CaseOutcome.UNREACHABLE, FactKind.NO_ACTION: CaseOutcome.NOT_OURS}
    cause = chance.choice(list(RootCause))
    return CaseChange(kind, note="Done.", outcome=outcomes.get(kind, CaseOutcome.EXPLAINED), root_cause=cause)
