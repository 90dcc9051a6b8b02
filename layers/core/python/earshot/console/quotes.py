"""The newest comments of a survey, good and bad ones in turn."""

from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from earshot.console.moments import local_time
from earshot.console.scopes import rows_within
from earshot.console.visit import Visit
from earshot.domain.response import Response
from earshot.domain.score import category
from earshot.domain.survey import Survey
from earshot.ports.responses import ResponseQuery

# So many of the newest responses of each partition are looked at, and so many comments are shown of each category.
DEPTH, MOST_OF_EACH, MOST = 16, 3, 6
LONGEST = 280


@dataclass(frozen=True, slots=True)
class Quote:
    """A comment as it is shown among others."""

    score: int
    category: str
    text: str
    is_cut: bool
    time: str
    url: str


def quotes(visit: Visit, survey: Survey) -> list[Quote]:
    """Return the newest comments that the visitor may read: detractors, promoters and passives in turn."""
    query = ResponseQuery(
        limit=4 * DEPTH, depth=DEPTH, excluded=False, has_comment=True, segment=visit.caller.access.segment
    )
    found, _ = visit.deps.responses().page(survey.id, query)
    by_category: dict[str, list[Quote]] = {"detractor": [], "promoter": [], "passive": []}
    for response in rows_within(visit, found):
        if (quote := _quote(visit, survey, response)) is not None:
            by_category[quote.category].append(quote)
    in_turn = zip_longest(*(each[:MOST_OF_EACH] for each in by_category.values()))
    return list(islice((each for each in chain.from_iterable(in_turn) if each is not None), MOST))


def _quote(visit: Visit, survey: Survey, response: Response) -> Quote | None:
    """Return a comment, unless it was erased or excluded."""
    statement, score = response.statement, response.score
    if not response.counts or response.kind.is_anonymized or not statement.comment or score is None:
        return None
    written_with = score if statement.comment_score is None else statement.comment_score
    return Quote(
        score=written_with,
        category=category(written_with),
        text=statement.comment[:LONGEST],
        is_cut=len(statement.comment) > LONGEST,
        time=local_time(response.responded_at, visit),
        url=f"/app/s/{survey.id}/responses/{response.id}",
    )
