"""The cases: the open ones as a board and a table, and those that are closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from earshot.api.cases import listed_case_view, read_cases
from earshot.api.cursors import write_cursor
from earshot.console.case_words import (
    CLOSED,
    COLUMNS,
    Due,
    column_of,
    due_of,
    may_read_words,
    member_name,
    next_kinds,
    subject_of,
)
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.visit import Visit
from earshot.domain.case_facts import FactKind
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseFigures, CaseState
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.members import Member
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.domain.score import category
from earshot.domain.survey import Survey
from earshot.services.access.rows import cases_within, first_page
from earshot.services.cases.read_cases import CaseQuery, list_cases

if TYPE_CHECKING:
    from earshot.api.cases import ListedCaseView

HEADER = (
    *("id", "survey", "subject", "account", "state", "waiting", "owner", "priority", "score", "opened_at"),
    *("contact_due_at", "close_due_at", "contacted_at", "closed_at", "breached", "outcome", "root_cause", "round"),
)
# What leads from a card to another column at once; what closes a case asks for more, on its own page.
MOVES = {FactKind.CONTACTED, FactKind.WAITING, FactKind.RESUMED}
CLOSED_STATES = tuple(state for state in CaseState if state.is_closed)
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Card:
    """A case on the board and in the table; `moves` are the kinds of facts that a menu offers."""

    id: str
    url: str
    subject: str
    account: str
    survey: str
    score: int | None
    category: str
    is_urgent: bool
    column: str
    state: str
    owner: str
    opened: str
    opened_at: str
    due: Due
    comment: str
    revision: int
    moves: Sequence[str]
    closes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Details:
    """What is known of listed cases beyond their figures, as far as the visitor may read it."""

    cases: Mapping[str, Case]
    responses: Mapping[str, Response]
    people: Mapping[str, Person]
    members: Mapping[str, Member]


def cases_page(visit: Visit) -> Reply:
    """Show the cases that the filters let through."""
    visit.require("cases:read")
    # The cases of an archived survey still wait for somebody.
    surveys = {each.id: each for each in visit.surveys(with_archived=True) if visit.may("cases:read", each.id)}
    query = _query(visit, surveys)
    cases, deps = visit.deps.cases(), visit.deps

    def read(place: str) -> tuple[list[CaseFigures], str | None]:
        return list_cases(replace(query, after=place), visit.now, cases=cases, surveys=deps.surveys())

    def keep(page: list[CaseFigures]) -> list[CaseFigures]:
        readable = [each for each in page if each.survey in surveys]
        return cases_within(visit.caller, readable, cases, deps.accounts)

    shown, place = first_page(read, query.after, keep)
    details = _details(visit, shown)
    cursor = None if place is None else write_cursor(place)
    further = visit.link(visit.path if visit.form == "html" else f"{visit.path}.{visit.form}", cursor=cursor)
    if visit.form == "json":
        return json_reply({"cases": [_view(visit, each) for each in shown], "cursor": cursor})
    if visit.form == "csv":
        rows = [_cells(_view(visit, each)) for each in shown]
        return csv_reply("cases", HEADER, rows, further if cursor else None)
    cards = [_card(visit, each, details, surveys) for each in shown]
    return render(
        visit,
        "cases.html",
        visit.texts("cases.title"),
        cards=cards,
        columns=[(name, visit.texts(f"column.{name}"), _of(cards, name)) for name in COLUMNS],
        count=_count(visit, cards, is_all=cursor is None and not visit.filters.asked("cursor")),
        is_closed=query.state is not None and query.state.is_closed,
        is_filtered=bool(set(visit.filters.query) - {"theme"}),
        of_survey=query.survey,
        further=further if cursor else "",
        surveys=sorted(surveys.values(), key=lambda survey: survey.name.casefold()),
        states=[(state.value, visit.texts(f"case_state.{state.value}")) for state in CLOSED_STATES],
        members=sorted(_there(details.members), key=lambda member: (member.name or member.id).casefold()),
        may_change=visit.may("cases:write"),
    )


def _query(visit: Visit, surveys: Mapping[str, Survey]) -> CaseQuery:
    """Return which cases are asked for, as the API reads it; those that are closed are listed by survey."""
    names = ("survey", "state", "owner", "overdue", "cursor")
    asked = {name: visit.filters.asked(name) for name in names if visit.filters.asked(name)}
    if asked.get("survey", "") not in {"", *surveys}:
        raise InvalidError(FieldError("survey", visit.texts("cases.no_such_survey")))
    if "state" in asked and CaseState(asked["state"]).is_closed:
        asked.pop("overdue", None)
        # Without a survey there is no case, in whatever state.
        asked = {"survey": min(surveys), **asked} if surveys else {}
    return read_cases(asked)


def _details(visit: Visit, listed: Sequence[CaseFigures]) -> _Details:
    """Read what the visitor may read of cases beyond their figures: one call for each kind."""
    members = visit.deps.members().all()
    if not listed:
        return _Details({}, {}, {}, members)
    cases = {case.id: case for case in visit.deps.cases().get_many([each.id for each in listed])}
    # One response may have opened two cases: of its person, and of their account.
    opening = {(case.survey, case.response): None for case in cases.values() if case.response is not None}
    responses = visit.deps.ledger().find_many(opening) if opening else {}
    people: dict[str, Person] = {}
    if may_read_words(visit):
        names = [case.person for case in cases.values() if case.person is not None]
        known = visit.deps.people().get_many(names, asked=False) if names else {}
        people = {name: person for name, person in known.items() if isinstance(person, Person)}
    return _Details(cases, {response.id: response for response in responses.values()}, people, members)


def _opening(figures: CaseFigures, details: _Details) -> Response | None:
    case = details.cases.get(figures.id)
    return details.responses.get(case.response or "") if case is not None else None


def _card(visit: Visit, figures: CaseFigures, details: _Details, surveys: Mapping[str, Survey]) -> Card:
    case = details.cases.get(figures.id)
    person = details.people.get((case.person if case else None) or "")
    response = _opening(figures, details)
    comment = (response.statement.comment or "") if response is not None and may_read_words(visit) else ""
    kinds = next_kinds(case) if case is not None and visit.may("cases:write", figures.survey) else ()
    return Card(
        id=figures.id,
        url=f"/app/cases/{figures.id}",
        subject=subject_of(case or figures, person, visit),
        account=(person.account or "") if person is not None else "",
        survey=surveys[figures.survey].name,
        score=figures.score,
        category=category(figures.score) if figures.score is not None else "",
        is_urgent=figures.priority is Priority.HIGH,
        column=column_of(figures),
        state=visit.texts(f"case_state.{'waiting' if figures.is_waiting else figures.state.value}"),
        owner=member_name(figures.owner, details.members, visit),
        opened=local_time(figures.opened_at, visit),
        opened_at=iso(figures.opened_at),
        due=due_of(figures, visit),
        comment=comment if len(comment) <= LONGEST else f"{comment[:LONGEST]}…",
        revision=case.revision if case is not None else 0,
        moves=[kind.value for kind in kinds if kind in MOVES],
        closes=[kind.value for kind in kinds if kind.closes],
    )


def _count(visit: Visit, cards: Sequence[Card], *, is_all: bool) -> str:
    """Return in words how many cases there are, and how many of them are late."""
    number = visit.texts("cases.count" if is_all else "cases.at_least", n=len(cards))
    overdue = sum(card.due.is_over for card in cards)
    return f"{number} · {visit.texts('cases.overdue', n=overdue)}" if overdue else number


def _of(cards: Iterable[Card], column: str) -> list[Card]:
    """Return the cards of a column, those that are due first before others; what is closed is in none."""
    own = [card for card in cards if card.column == column != CLOSED]
    return sorted(own, key=lambda card: (card.due.at or 0, card.id))


def _there(members: Mapping[str, Member]) -> list[Member]:
    return [member for member in members.values() if member.removed_at is None]


def _view(visit: Visit, case: CaseFigures) -> "ListedCaseView":
    """Return a case as the API lists it, without its account for who may not know people."""
    view = listed_case_view(case, visit.now)
    if not may_read_words(visit):
        view["account"] = None
    return view


def _cells(case: "ListedCaseView") -> list[object]:
    return [dict(case)[name] for name in HEADER]
