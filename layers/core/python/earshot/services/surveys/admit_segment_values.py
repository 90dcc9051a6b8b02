"""Admit values of segments that responses bring: a vouched value gets a series, any other is only a candidate."""

from collections.abc import Iterable, Mapping

from earshot.domain.segment_values import Source, may_have_series, source_of
from earshot.domain.statement import Statement
from earshot.domain.survey import Survey
from earshot.ports.surveys import Surveys


def look_up(survey: Survey, named: Iterable[Mapping[str, str]], surveys: Surveys) -> Survey:
    """Return the survey with the status of all values in some properties."""
    wanted = {
        (segment, name)
        for properties in named
        for segment in survey.segments
        if (name := properties.get(segment)) and may_have_series(name)
    }
    return surveys.look_up(survey, wanted) if wanted else survey


def admit(survey: Survey, statements: Iterable[Statement], surveys: Surveys) -> Survey:
    """Note the values that statements name and that were never seen before; return the survey that knows them.

    What is known of them must have been looked up. A value of a key or of a signed person gets a series, of anybody
    else where its segment is open; it becomes a candidate otherwise, or where no place is left. What the owner decided
    about a value stands.
    """
    wanted = _wanted(survey, statements)
    for (segment, source), names in wanted.items():
        if source is not None:
            survey = survey.with_known(surveys.admit(survey.id, segment, list(names), source))
    for (segment, _), names in wanted.items():
        left = [name for name in names if not survey.knows(segment, name) and survey.other(segment, name) is None]
        if left:
            survey = survey.with_known(surveys.propose(survey.id, segment, left))
    return survey


def _wanted(survey: Survey, statements: Iterable[Statement]) -> dict[tuple[str, Source | None], dict[str, None]]:
    """Collect the values that are to be noted, by segment and who vouches for them, each once and in their order."""
    wanted: dict[tuple[str, Source | None], dict[str, None]] = {}
    for statement in statements:
        source = source_of(statement)
        for segment in survey.segments:
            name = statement.properties.get(segment)
            if not name or not may_have_series(name) or survey.knows(segment, name):
                continue
            vouched = _vouched(survey, segment, source)
            if not _is_settled(survey, segment, name, vouched):
                wanted.setdefault((segment, vouched), {})[name] = None
    return wanted


def _vouched(survey: Survey, segment: str, source: Source | None) -> Source | None:
    """Return who vouches for a value, as far as there is a place for one of theirs."""
    source = source or (Source.OPEN if segment in survey.open_segments else None)
    return source if source is not None and survey.places_of(segment).places_left(source) else None


def _is_settled(survey: Survey, segment: str, name: str, source: Source | None) -> bool:
    known = survey.other(segment, name)
    if known is not None:
        return known.status.is_decided or source is None
    return source is None and survey.places_of(segment).is_crowded
