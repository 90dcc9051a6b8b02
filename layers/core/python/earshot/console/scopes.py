"""Whose responses a page's figures and rows are of: the filters, within the visitor's access."""

from collections.abc import Mapping, Sequence

from earshot.console.visit import Visit
from earshot.domain.errors import OutsideAccessError
from earshot.domain.response import Response
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.services.access.rows import responses_within
from earshot.services.access.within import figures_within, named
from earshot.services.scores.report_score import ScoreScope, Segment


def score_scope(visit: Visit, survey: Survey) -> ScoreScope:
    """Return which responses a score is of; OutsideAccessError if nothing is counted of them within the access."""
    asked = ScoreScope((survey,), visit.filters.segment, visit.filters.basis)
    return figures_within(visit.caller.access, asked)


def has_figures(visit: Visit, survey: Survey) -> bool:
    """Return whether anything is counted of a survey within the visitor's access; the survey may lack its values."""
    access = visit.caller.access
    if access.own_accounts or access.segment is None:
        return not access.own_accounts
    name, value = access.segment
    return name in survey.segments and value != OTHER


def segment_of_rows(visit: Visit) -> Segment | None:
    """Return the segment value of the filters, or of the visitor's access; OutsideAccessError if they are two."""
    access, asked = visit.caller.access, visit.filters.segment
    if access.segment is None or asked in (None, access.segment):
        return access.segment or asked
    raise OutsideAccessError(visit.texts("not_allowed.segment", access=named(access)))


def rows_within(visit: Visit, responses: Sequence[Response]) -> list[Response]:
    """Return those of some responses that are within the visitor's access."""
    deps = visit.deps
    if visit.caller.access.has_whole_surveys:
        return list(responses)
    return responses_within(visit.caller, responses, deps.people(), deps.accounts)


def segments_to_choose(visit: Visit, survey: Survey) -> Mapping[str, list[str]]:
    """Return the values that the visitor may choose a segment from, by property.

    Which of them the rows of own accounts have is not known, so that there is none to choose for these.
    """
    if visit.caller.access.own_accounts:
        return {}
    if visit.caller.access.segment is not None:
        name, value = visit.caller.access.segment
        return {name: [value]} if name in survey.segments else {}
    return {name: sorted(survey.values.get(name, ())) for name in survey.segments}
