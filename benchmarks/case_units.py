"""What cases cost the table: each kind of fact, opening one by hand, and a page of the board."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.alert_units import read, written
from benchmarks.errors import BenchError
from benchmarks.in_process import prepare
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from earshot import bootstrap
from earshot.domain.access import Role
from earshot.domain.alerts import Alert
from earshot.domain.business_time import Calendar
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.case_settings import CaseSettings, Priority
from earshot.domain.cases import CaseOutcome, OpenCaseFilter, OwnedBy, RootCause, SubjectKind
from earshot.domain.members import Member
from earshot.domain.opened_cases import Opening, opened_by
from earshot.domain.person import Person
from earshot.domain.survey import Survey
from earshot.ports.people import PersonChange
from earshot.services.cases.change_case import ChangeCaseDeps, change_case
from earshot.services.cases.open_by_hand import CaseDraft, open_by_hand

if TYPE_CHECKING:
    from earshot.domain.cases import Case, CaseFigures

TITLE = "Cases: units in the table"
HOW = (
    "The real services with the real adapters, called in this process, and charged as alerts are. The case is of a "
    "known person, owned by a member, in the hours of a calendar; each note has 300 characters. A note that makes its "
    "fact larger than 1 KB costs 2 units more a KB. The board is read with 50 open cases, and again once 60 more were "
    "opened and closed."
)
COLUMNS = ("what", "units")
MOST_OF_OPENING, MOST_OF_A_MOVE, MOST_OF_A_FACT, MOST_OF_A_PAGE = 16, 12, 6, 5
SURVEY, PERSON, MIA, BO, OFFICE = "case-units", "case-units-ann", "mia-case-units", "bo-case-units", "office-hours"
PAGE, CLOSED = 50, 60
ACTOR, HOUR = "key:0f1e2d3c4b5a", 3_600_000
NOW, MADE = 1_795_300_000_000, "2026-11-21T00:00:00.000Z"
WORKDAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("09:00", "12:00"), ("13:00", "17:00")))
NOTE = ("She waits for the spare part, and asks for a call on Monday. " * 5)[:300]
CLOSING = CaseChange(FactKind.RESOLVED, NOTE, outcome=CaseOutcome.COMPENSATED, root_cause=RootCause.DELIVERY)
FACTS = (
    CaseChange(FactKind.NOTE, NOTE),
    CaseChange(FactKind.ASSIGNED, NOTE, owner=BO),
    CaseChange(FactKind.CONTACTED, NOTE),
    CaseChange(FactKind.WAITING, NOTE),
    CaseChange(FactKind.NOTE, NOTE),
    CaseChange(FactKind.RESUMED, NOTE),
    CLOSING,
    CaseChange(FactKind.NOTE, NOTE),
    CaseChange(FactKind.RESPONDED_AGAIN, extra={"at": NOW, "score": 9}),
    CaseChange(FactKind.REOPENED, NOTE),
)
# What moves the owner or the due time of a case, or closes it.
MOVES = frozenset(change.kind for change in FACTS) - {FactKind.NOTE, FactKind.RESPONDED_AGAIN}


def measure(lab: Lab) -> list[Section]:
    """Count on the engine, with a table that no function listens to."""
    lab.steps.begin("cases", 1)
    lab.steps.step("a case from its opening to its end, and the board")
    prepare(lab.stack.endpoint)
    return [Section(TITLE, COLUMNS, counted(), HOW)]


def counted() -> list[Row]:
    """Count with the clients and the table that the functions of this process use; return the rows."""
    _make_what_cases_need()
    draft = CaseDraft(SURVEY, person=PERSON, note=NOTE, owner=MIA)
    opened: list[Case] = []
    by_hand = written(lambda: opened.append(open_by_hand(draft, ACTOR, bootstrap.open_by_hand_deps())))
    spent: dict[FactKind, float] = {}
    for number, change in enumerate(FACTS):
        noted = partial(change_case, opened[0].id, None, change, ACTOR, _at(number))
        spent[change.kind] = max(written(noted), spent.get(change.kind, 0))
    _open(PAGE, 0)
    board = _page_of_the_board()
    _open(PAGE + CLOSED, PAGE)
    return [
        _row("writes of a case opened by hand", by_hand, MOST_OF_OPENING),
        *(
            _row(f"writes of `{kind.value}`", spent[kind], MOST_OF_A_MOVE if kind in MOVES else MOST_OF_A_FACT)
            for kind in dict.fromkeys(change.kind for change in FACTS)
        ),
        _row(f"reads of {PAGE} rows of the board", board, MOST_OF_A_PAGE),
        _row(f"reads of {PAGE} rows, {CLOSED} more cases closed", _page_of_the_board(), MOST_OF_A_PAGE),
    ]


def _open(most: int, first: int) -> None:
    """Open cases, and close those behind the first page again."""
    for number in range(first, most):
        alert = Alert(SURVEY, "rule-0f1e2d3c4b5a", f"{number:036d}", NOW + number)
        opening = Opening(2, Priority.HIGH, MIA, OwnedBy.TURN, bootstrap.calendars().get(OFFICE))
        case = opened_by(alert, SubjectKind.ACCOUNT, f"Account {number} of the North", opening)
        if not bootstrap.cases().open(alert, case).is_made:
            raise BenchError("a case could not be opened: the table has it already")
        if number >= PAGE:
            change_case(case.id, None, CLOSING, ACTOR, _at(number))


def _page_of_the_board() -> float:
    """Return the units of reading a page of the list."""
    found: list[CaseFigures] = []
    units = read(lambda: found.extend(bootstrap.cases().listed(OpenCaseFilter(), PAGE)[0]))
    if len(found) != PAGE:
        raise BenchError(f"a page has {len(found)} cases")
    return units


def _at(hours: int) -> ChangeCaseDeps:
    return replace(bootstrap.change_case_deps(), clock=lambda: NOW + hours * HOUR)


def _row(what: str, units: float, most: float) -> Row:
    return Row((what, f"{units:g}"), f"≤ {most:g}", units <= most)


def _make_what_cases_need() -> None:
    """Make a survey, two members with a calendar, and a person."""
    settings = CaseSettings(owner=MIA, calendar=OFFICE)
    made = (
        bootstrap.calendars().put(Calendar(OFFICE, "Europe/Berlin", WORKDAYS), None),
        bootstrap.members().put(Member(MIA, "mia@example.com", "Mia", Role.FRONTLINE, calendar=OFFICE), None),
        bootstrap.members().put(Member(BO, "bo@example.com", "Bo", Role.FRONTLINE, calendar=OFFICE), None),
        bootstrap.surveys().put(Survey(SURVEY, "Cases", created_at=MADE, updated_at=MADE, cases=settings), None),
        bootstrap.people().put([PersonChange(None, Person(PERSON, "ann@example.com", name="Ann Example"))]),
    )
    if not all(made):
        raise BenchError("what cases need could not be made: the table has it already")
