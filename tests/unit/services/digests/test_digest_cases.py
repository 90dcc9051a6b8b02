"""The cases in a digest: those that their reader must know, with words as they are now, and the figures of a survey."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from earshot.domain.cases import Case, CaseOutcome, CaseState, RootCause, SubjectKind
from earshot.domain.digest_contents import CaseLine, Cause, Due, OwnerBreaches
from earshot.domain.digests import Period
from earshot.domain.proportions import Proportion
from earshot.domain.statement import StatementKind
from earshot.services.cases.measure_cases import measure_cases
from earshot.services.digests.digest_cases import DigestCases
from tests.factories import DAY, NOON, make_response, make_survey
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger

HOUR = 3_600_000
SPAN, TODAY = (NOON - 2 * DAY, NOON - DAY), (NOON, NOON + 12 * HOUR)
PERIOD = Period(date(2026, 11, 19), date(2026, 11, 20))
BEFORE = Period(date(2026, 11, 18), date(2026, 11, 19))


class World:
    def __init__(self) -> None:
        self.cases, self.ledger = InMemoryCases(InMemoryAlerts()), InMemoryLedger()
        self.read = DigestCases(self.cases, self.ledger, InMemoryCalendars())

    def open(self, name: str, due: int, opened_at: int = NOON - 5 * DAY, **more: Any) -> None:
        settings: dict[str, Any] = {"survey": "demo", "owner": "mia", "score": 2, "response": f"r-{name}"}
        case = Case(
            id=name,
            subject=SubjectKind.RESPONSE,
            opened_at=opened_at,
            contact_due_at=due,
            close_due_at=due + DAY,
            round_at=opened_at,
            **(settings | more),
        )
        self.cases.kept[name] = case

    def respond(self, name: str, **more: Any) -> None:
        response = make_response(2, id=f"r-{name}", **more)
        self.ledger.items["demo", response.id] = response

    def lines(self, member: str | None = "mia") -> list[CaseLine]:
        return self.read.lines("demo", member, SPAN, TODAY)


def test_a_member_gets_the_overdue_ones_those_due_today_and_the_new_ones_the_gravest_first() -> None:
    world = World()
    world.open("later", NOON + 3 * DAY)
    world.open("new", NOON + 2 * DAY, opened_at=SPAN[0])
    world.open("new-tonight", NOON + HOUR, opened_at=SPAN[0])
    world.open("after", NOON + 2 * DAY, opened_at=SPAN[1])
    world.open("late", NOON)
    world.open("later-still", NOON - HOUR, account="Contoso")
    world.open("of-tom", NOON - HOUR, owner="tom")
    world.open("of-another-survey", NOON - HOUR, survey="other")
    found = [(line.due, line.case) for line in world.lines()]
    assert found == [
        (Due.OVERDUE, "later-still"),
        (Due.OVERDUE, "late"),
        (Due.TODAY, "new-tonight"),
        (Due.NEW, "new"),
    ]
    assert world.lines()[0] == CaseLine("later-still", Due.OVERDUE, NOON - HOUR, 2, "Contoso", None)
    assert [line.case for line in world.lines(None)] == ["later-still", "of-tom", "late", "new-tonight", "new"]


@pytest.mark.parametrize("member", ["zoe", None])
def test_what_is_due_is_found_at_the_end_of_a_long_board(member: str | None) -> None:
    world = World()
    for number in range(1_200):
        world.open(f"a-{number}", NOON + 3 * DAY, owner="ann", survey="other" if number % 2 else "demo")
        world.open(f"z-{number}", NOON + 3 * DAY, owner="zoe")
    world.open("last", NOON + HOUR, owner="zoe")
    world.open("late", NOON - HOUR, owner="zoe")
    assert [line.case for line in world.lines(member)] == ["late", "last"]


def test_a_case_that_waits_is_due_at_no_moment() -> None:
    world = World()
    world.open("waits", NOON - DAY, contacted_at=NOON - DAY, waiting_since=NOON - DAY, state=CaseState.CONTACTED)
    assert world.lines() == []
    world.cases.kept["waits"] = replace(world.cases.kept["waits"], opened_at=SPAN[0])
    assert [(line.due, line.due_at) for line in world.lines()] == [(Due.NEW, None)]


def test_a_case_comes_with_the_first_words_of_its_response() -> None:
    world = World()
    world.open("late", NOON)
    world.respond("late", comment="word " * 40)
    (line,) = world.lines()
    assert line.comment is not None
    assert line.comment.startswith("word word")
    assert len(line.comment) <= 120


@pytest.mark.parametrize(
    "change",
    [{"kind": StatementKind.ERASED}, {"kind": StatementKind.ANONYMISED}, {"excluded": True}, {"comment": None}],
)
def test_words_that_are_erased_or_excluded_are_left_out(change: dict[str, Any]) -> None:
    world = World()
    world.open("late", NOON)
    world.respond("late", **{"comment": "too late", **change})
    assert [line.comment for line in world.lines()] == [None]


def test_the_figures_are_those_of_the_measures_next_to_the_causes_of_the_period_before() -> None:
    world = World()
    begin = NOON - 2 * DAY - 12 * HOUR
    world.open("late", NOON - HOUR, opened_at=begin, owner=None)
    world.open("fine", NOON + DAY, opened_at=begin - 1)
    world.open("of-another-survey", NOON - HOUR, survey="other", opened_at=begin)
    for name, closed_at, cause in (
        ("closed", begin + DAY - 1, RootCause.PRICE),
        ("closed-before", begin - 1, RootCause.PEOPLE),
        ("closed-after", begin + DAY, RootCause.OTHER),
    ):
        times = {"opened_at": begin - 20 * DAY, "contacted_at": begin - 20 * DAY, "closed_at": closed_at}
        times |= {"first_closed_at": closed_at}
        world.open(name, NOON, state=CaseState.RESOLVED, root_cause=cause, outcome=CaseOutcome.EXPLAINED, **times)
    found = world.read.summary(make_survey(), PERIOD, BEFORE, NOON)
    measured = measure_cases(
        make_survey(), (PERIOD.first, PERIOD.end), None, NOON, cases=world.cases, calendars=InMemoryCalendars()
    ).all
    assert (found.open, found.overdue, found.unowned, found.oldest_at) == (2, 1, 1, begin - 1)
    assert (found.opened, found.closed) == (measured.opened, measured.closed) == (1, 1)
    assert found.contact == measured.closed_loop.in_time
    assert found.causes == (Cause("price", 1, 0), Cause("people", 0, 1))
    assert [each for each in found.breaches if each.owner is None] == [OwnerBreaches(None, Proportion(1, 1))]


def test_without_cases_all_is_nothing() -> None:
    read = World().read
    found = read.summary(make_survey(), PERIOD, BEFORE, NOON)
    assert (found.open, found.oldest_at, found.contact.of, found.causes) == (0, None, 0, ())
    assert found.recovered is None
    recovered = read.summary(make_survey(), PERIOD, BEFORE, NOON, recovered=PERIOD).recovered
    assert recovered is not None
    assert (recovered.days, recovered.recovery.closed.cases) == (PERIOD, 0)


def test_each_month_of_figures_is_read_once_for_all_that_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    world, read, figures = World(), list[str](), InMemoryCases.figures
    for name, ago in (("c1", 3), ("c2", 40), ("c3", 390)):
        world.open(name, NOON, opened_at=NOON - ago * DAY)

    def counted(cases: InMemoryCases, survey: str, month: str) -> Any:
        read.append(month)
        return figures(cases, survey, month)

    year = Period(date(2025, 12, 1), date(2026, 11, 20))
    alone = [
        world.read.summary(make_survey(), PERIOD, BEFORE, NOON),
        world.read.summary(make_survey(), year, BEFORE, NOON),
    ]
    monkeypatch.setattr(InMemoryCases, "figures", counted)
    found = world.read.summary(make_survey(), PERIOD, BEFORE, NOON, recovered=year)
    assert (len(read), read) == (24, sorted(set(read)))
    assert replace(found, recovered=None) == alone[0]
    assert (alone[0].open, alone[1].open) == (2, 3)
