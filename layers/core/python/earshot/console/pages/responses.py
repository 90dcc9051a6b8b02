"""The responses of a survey: a list by filters, and one with all that happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from earshot.api.person_views import page_view
from earshot.api.queries import make_cursor, read_list
from earshot.api.response_views import nameless, whole_response_view
from earshot.console.case_words import actor_name
from earshot.console.figures import days_of
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.scopes import rows_within, segment_of_rows, segments_to_choose
from earshot.console.visit import Visit
from earshot.domain.errors import NotFoundError, OutsideAccessError
from earshot.domain.events import iso
from earshot.domain.person import Person
from earshot.domain.response import Correction, Response
from earshot.domain.score import Histogram, category
from earshot.domain.survey import Survey
from earshot.domain.window import ALL_DAYS
from earshot.services.access.rows import first_page
from earshot.services.access.within import figures_within, holds_every_row
from earshot.services.people.find_people import respondents
from earshot.services.responses.list_responses import (
    ListedResponses,
    Listing,
    ResponseCount,
    count_responses,
    has_series,
)
from earshot.services.scores.report_score import Basis, ScoreScope, report

if TYPE_CHECKING:
    from earshot.api.person_views import ResponsePage

PERIODS = ("7d", "30d", "90d", "365d", "month", "quarter", "all")
# Rows of a page, and of a file.
ROWS, ROWS_OF_A_FILE = 50, 500
LONGEST = 600
HEADER = ("id", "responded_at", "score", "category", "comment", "person", "channel", "state", "properties")
# What the id of a member who corrected a response follows.
MEMBER = "member:"
# Filters that counts cannot answer: with them only the rows that were looked at are counted.
UNCOUNTED = ("has_comment", "cursor")


@dataclass(frozen=True, slots=True)
class Line:
    """A response in the list."""

    id: str
    url: str
    score: int
    category: str
    comment: str
    is_cut: bool
    who: str
    person_url: str
    properties: Sequence[tuple[str, str]]
    channel: str
    time: str
    at: str
    state: str


def responses_page(visit: Visit) -> Reply:
    """List the responses that the filters let through, the newest first."""
    survey = visit.survey()
    visit.require("responses:read", survey.id)
    segment = segment_of_rows(visit)
    query = _api_query(visit, segment)
    asked = read_list(query, survey.id, survey.zone, visit.now)

    def read(place: str) -> tuple[list[Response], str | None]:
        return visit.deps.responses().page(survey.id, replace(asked, below=place or None))

    shown, below = first_page(read, asked.below or "", lambda page: rows_within(visit, page))
    people = _people(visit, shown)
    cursor = make_cursor(below, survey.id, query)
    if visit.form == "json":
        page = ListedResponses(shown, below)
        is_whole = holds_every_row(visit.caller.access, segment)
        counted = count_responses(survey, Listing(asked), page, counts=visit.deps.counts(), is_whole=is_whole)
        return json_reply(_data(shown, people, cursor, counted))
    if visit.form == "csv":
        further = visit.link(f"{visit.path}.csv", cursor=cursor) if cursor else None
        return csv_reply(f"{survey.id}-responses", HEADER, [_cells(each, people) for each in shown], further)
    window = visit.filters.window(survey, visit.now)
    count, is_exact = _count(visit, survey, segment, shown, is_last=below is None)
    return render(
        visit,
        "responses.html",
        visit.texts("responses.title", name=survey.name),
        survey=survey,
        lines=[_line(visit, survey, each, people) for each in shown],
        count=count,
        days=days_of(window, visit, survey.timezone),
        further=visit.link(cursor=cursor) if cursor else "",
        looked_back_to=visit.texts.day(_day(shown[-1])) if shown and below and not is_exact else "",
        segment="=".join(segment) if segment else "",
        segments=segments_to_choose(visit, survey),
        periods=PERIODS,
        is_filtered=bool(set(visit.filters.query) - {"theme"}),
    )


def response_page(visit: Visit) -> Reply:
    """Show one response with its history."""
    survey = visit.survey()
    visit.require("responses:read", survey.id)
    found = visit.deps.ledger().find(survey.id, visit.parts["response"].lower())
    if found is None or not rows_within(visit, [found]):
        raise NotFoundError(visit.texts("responses.no_such"))
    may_know = visit.may("people:read", survey.id)
    view = whole_response_view(found) if may_know else nameless(whole_response_view(found))
    if visit.form == "json":
        return json_reply(view)
    return render(
        visit,
        "response.html",
        visit.texts("response.title"),
        survey=survey,
        response=view,
        line=_line(visit, survey, found, _people(visit, [found])),
        comment=found.statement.comment or "",
        received=local_time(found.statement.received_at, visit),
        history=[
            (visit.texts(f"action.{each.action}"), local_time(each.corrected_at, visit), by, each)
            for each, by in reversed(_actors(visit, found.history.corrections))
        ],
        may_correct=visit.may("responses:write", survey.id),
    )


def _actors(visit: Visit, corrections: Sequence[Correction]) -> list[tuple[Correction, str]]:
    """Return corrections with who made each: a member by name, an API key or Earshot's own word as it is."""
    by_members = any((each.by or "").startswith(MEMBER) for each in corrections)
    members = visit.deps.members().all() if by_members else {}
    return [
        (each, actor_name(each.by, members, visit) if each.by and each.by.startswith(MEMBER) else each.by or "")
        for each in corrections
    ]


def _api_query(visit: Visit, segment: tuple[str, str] | None) -> dict[str, str]:
    """Return the filters as the API's list has them; the page and the API read the same rows."""
    filters = visit.filters
    query = {"limit": str(ROWS if visit.form == "html" else ROWS_OF_A_FILE), "excluded": "no"}
    if filters.period == filters.query.get("period", filters.period) and "as_of" not in filters.given:
        query["window"] = filters.period
    else:
        query |= _days(visit)
    query |= {
        name: filters.query[name] for name in ("category", "has_comment", "excluded", "cursor") if name in filters.query
    }
    return query | ({"segment": "=".join(segment)} if segment else {})


def _days(visit: Visit) -> dict[str, str]:
    """Return the days of a period that does not end today; one of all days has no first."""
    window = visit.filters.window(visit.survey(), visit.now)
    first = {} if window.length == ALL_DAYS else {"from": window.start.isoformat()}
    return {**first, "to": window.end.isoformat()}


def _people(visit: Visit, found: Sequence[Response]) -> Mapping[str, Person] | None:
    """Read who gave some responses, if the visitor may know them."""
    if not visit.may("people:read"):
        return None
    return {person.id: person for person in respondents(found, people=visit.deps.people())}


def _count(
    visit: Visit, survey: Survey, segment: tuple[str, str] | None, shown: Sequence[Response], *, is_last: bool
) -> tuple[str, bool]:
    """Write how many responses there are, and whether that is all: else it is how many were found at least."""
    given = visit.filters.query
    is_all = is_last and "cursor" not in given
    of_rows = visit.texts("responses.count" if is_all else "responses.at_least", n=len(shown)), is_all
    if any(name in given for name in UNCOUNTED) or given.get("excluded", "no") != "no":
        return of_rows
    if segment is not None and segment[0] in survey.segments and not has_series(survey, segment):
        return of_rows
    try:
        scope = figures_within(visit.caller.access, ScoreScope((survey,), segment, Basis.ALL))
    except OutsideAccessError:
        return of_rows
    counted = report(scope, visit.filters.window(survey, visit.now), counts=visit.deps.counts()).histogram
    return visit.texts("responses.count", n=_of_category(counted, given.get("category"))), True


def _of_category(counted: Histogram, name: str | None) -> int:
    by_category = {"promoter": counted.promoters, "passive": counted.passives, "detractor": counted.detractors}
    return counted.responses if name is None else by_category[name]


def _line(visit: Visit, survey: Survey, response: Response, people: Mapping[str, Person] | None) -> Line:
    statement, score = response.statement, response.score or 0
    comment = statement.comment or ""
    who, person_url = _who(visit, response, people)
    return Line(
        id=response.id,
        url=f"/app/s/{survey.id}/responses/{response.id}",
        score=score,
        category=category(score),
        comment=comment[:LONGEST],
        is_cut=len(comment) > LONGEST,
        who=who,
        person_url=person_url,
        properties=sorted(statement.properties.items()),
        channel=statement.channel or "",
        time=local_time(response.responded_at, visit),
        at=iso(response.responded_at),
        state="" if response.counts else visit.texts(f"state.{response.state}"),
    )


def _who(visit: Visit, response: Response, people: Mapping[str, Person] | None) -> tuple[str, str]:
    """Return who gave a response in words, and the way to them; neither to who may not know people."""
    if people is None:
        return "", ""
    if response.person is None:
        return visit.texts("responses.anonymous"), ""
    person = people.get(response.person)
    shown = (person.name if person else None) or response.person
    account = f" · {person.account}" if person and person.account else ""
    return f"{shown}{account}", f"/app/person?id={quote(response.person)}"


def _cells(response: Response, people: Mapping[str, Person] | None) -> tuple[object, ...]:
    statement = response.statement
    return (
        response.id,
        iso(response.responded_at),
        response.score,
        category(response.score) if response.score is not None else None,
        statement.comment,
        response.person if people is not None else None,
        statement.channel,
        response.state,
        "; ".join(f"{name}={value}" for name, value in sorted(statement.properties.items())),
    )


def _data(
    shown: Sequence[Response], people: Mapping[str, Person] | None, cursor: str | None, counted: ResponseCount
) -> "ResponsePage":
    """Return the page as the API shows it, without whose the responses are to who may not know people."""
    view = page_view(shown, people.values() if people is not None else None, cursor, counted)
    return view if people is not None else {**view, "responses": [nameless(each) for each in view["responses"]]}


def _day(response: Response) -> date:
    return date.fromisoformat(response.day)
