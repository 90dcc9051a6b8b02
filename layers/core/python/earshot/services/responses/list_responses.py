"""List responses of a survey by filters and in an order, and count them: exactly, or as far as a page looked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from earshot.domain import ids
from earshot.domain.errors import NotFoundError
from earshot.domain.iso_time import day_of
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.ports.cases import Cases
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.ports.responses import ResponseQuery, Responses
from earshot.ports.scores import Counts
from earshot.services.scores.report_score import series_asked

# With an account the people of all rows are read, so a page looks at fewer of them.
MOST_WITH_ACCOUNT = 100
# A page that goes from score to score reads the partitions at most so often, as each time may cost 125 read units.
MOST_READS = 2
HIGHEST_SCORE = 10
# So many responses of a case are listed, the newest ones.
MOST_OF_CASE = 200
BEFORE_ALL, AFTER_ALL = "0001-01-01", "9999-12-31"


class Order(Enum):
    """In which order responses are listed, in the word of the API; by score the lowest come first, then the newest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Listing:
    """Which responses are listed; `score` is where a page by score begins, and `account` the account of the people."""

    query: ResponseQuery
    order: Order = Order.NEWEST
    score: int | None = None
    account: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """How many responses a listing has.

    If it is not exact it is the number of rows on the page, which looked as far as the day `looked_to`.
    """

    value: int
    is_exact: bool
    looked_to: str | None = None


@dataclass(frozen=True, slots=True)
class ListedResponses:
    """A page of responses, and behind which id (and from which score on) the next one begins.

    One that `is_cut` leaves out the oldest responses of a case.
    """

    rows: list[Response]
    below: str | None
    score: int | None = None
    is_cut: bool = False

    @property
    def is_last(self) -> bool:
        """Return whether no page follows."""
        return self.below is None and self.score is None


@dataclass(frozen=True, slots=True)
class ListResponsesDeps:
    """What listing responses works with; those that few lists need are made when they do."""

    responses: Responses
    ledger: Callable[[], Ledger]
    people: Callable[[], People]
    cases: Callable[[], Cases]


def list_responses(survey: Survey, listing: Listing, deps: ListResponsesDeps) -> ListedResponses:
    """Return a page of responses; NotFoundError if they are to be of a case that there is not in the survey."""
    if listing.case is not None:
        return _of_case(survey, listing.case, deps)
    query = replace(listing.query, is_oldest_first=listing.order is Order.OLDEST)
    if listing.account is not None:
        query = replace(query, limit=min(query.limit, MOST_WITH_ACCOUNT))
    if listing.order is Order.SCORE:
        page = _by_score(survey, query, listing.score, deps.responses)
    else:
        page = ListedResponses(*deps.responses.page(survey.id, query))
    return replace(page, rows=_of_account(page.rows, listing.account, deps.people))


def count_responses(
    survey: Survey, listing: Listing, page: ListedResponses, *, counts: Counts, is_whole: bool = True
) -> ResponseCount:
    """Count the responses of a listing: exactly where the page has them all, or where counts of days know them.

    `is_whole` says that no row was left out of the page because of the access of the caller.
    """
    is_first = listing.query.below is None and listing.score is None
    if is_first and page.is_last and not page.is_cut:
        return ResponseCount(len(page.rows), is_exact=True)
    counted = _counted(survey, listing, counts) if is_whole else None
    if counted is not None:
        return ResponseCount(counted, is_exact=True)
    return ResponseCount(len(page.rows), is_exact=False, looked_to=_day_looked_to(listing, page, survey))


def _by_score(survey: Survey, query: ResponseQuery, score: int | None, responses: Responses) -> ListedResponses:
    least = max(query.min_score or 0, score or 0)
    most = HIGHEST_SCORE if query.max_score is None else query.max_score
    rows: list[Response] = []
    below = query.below
    for reads, each in enumerate(range(least, most + 1), 1):
        asked = replace(query, min_score=each, max_score=each, below=below, limit=query.limit - len(rows))
        found, below = responses.page(survey.id, asked)
        rows += found
        if below is not None:
            return ListedResponses(rows, below, each)
        if each < most and (reads == MOST_READS or len(rows) == query.limit):
            return ListedResponses(rows, None, each + 1)
    return ListedResponses(rows, None)


def _of_case(survey: Survey, case_id: str, deps: ListResponsesDeps) -> ListedResponses:
    """Return those responses of a case that have a score, the newest first."""
    cases = deps.cases()
    case = cases.get(case_id)
    if case is None or case.survey != survey.id:
        raise NotFoundError(f"the survey {survey.id!r} has no case of this id")
    joined = [fact.response for fact in cases.joined(case.id, MOST_OF_CASE)]
    wanted = [(survey.id, each) for each in dict.fromkeys((case.response, *joined)) if each is not None]
    found = deps.ledger().find_many(wanted) if wanted else {}
    rows = sorted((each for each in found.values() if each.score is not None), key=lambda each: each.id, reverse=True)
    return ListedResponses(rows, None, is_cut=len(joined) == MOST_OF_CASE)


def _of_account(rows: Sequence[Response], account: str | None, people: Callable[[], People]) -> list[Response]:
    """Return the responses of people who belong to an account now; all of them without one."""
    if account is None:
        return list(rows)
    named = dict.fromkeys(each.person for each in rows if each.person is not None)
    known = people().get_many(named, asked=False) if named else {}
    inside = {name for name, each in known.items() if isinstance(each, Person) and each.account == account}
    return [each for each in rows if each.person in inside]


def _counted(survey: Survey, listing: Listing, counts: Counts) -> int | None:
    """Return how many responses the counts of days have for a listing; None if they cannot know."""
    query = listing.query
    others = (query.has_comment, query.person, query.import_id, listing.account, listing.case)
    if query.excluded is not False or any(each is not None for each in others):
        return None
    if query.segment is not None and not has_series(survey, query.segment):
        return None
    series, _ = series_asked(survey, query.segment)
    days = counts.days(survey.id, series, query.first_day or BEFORE_ALL, query.end_day or AFTER_ALL)
    most = HIGHEST_SCORE if query.max_score is None else query.max_score
    return sum(sum(each.counts[query.min_score or 0 : most + 1]) for each in days.values())


def has_series(survey: Survey, segment: tuple[str, str]) -> bool:
    """Return whether the responses of a segment value, and no others, are counted together."""
    name, value = segment
    if name not in survey.segments or name in survey.incomplete or value == OTHER:
        return False
    return not series_asked(survey, segment)[1]


def _day_looked_to(listing: Listing, page: ListedResponses, survey: Survey) -> str | None:
    """Return the day of the last response that a page looked at; None if the order is not that of time."""
    if listing.order is Order.SCORE or page.below is None:
        return None
    time = ids.milliseconds(page.below)
    return None if time is None else day_of(time, survey.zone)
