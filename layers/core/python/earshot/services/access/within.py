"""Decide what is within an access; whatever has no counts within it is refused in words.

Pages and the API ask here. The figures of a whole survey never stand for those of a part of it.
"""

from collections.abc import Iterable
from dataclasses import replace

from earshot.domain.access import Access, Caller, is_within
from earshot.domain.errors import ForbiddenError, OutsideAccessError
from earshot.domain.segment_values import OTHER
from earshot.domain.survey import Survey
from earshot.services.scores.report_score import ScoreScope, series_asked

ASK = "an owner of the team can change that"


def check_whole(access: Access) -> None:
    """Raise OutsideAccessError unless an access leaves nothing out."""
    if not access.is_whole:
        raise OutsideAccessError(f"this needs access to everything, and yours is limited to {named(access)}: {ASK}")


def check_survey(access: Access, survey: str) -> None:
    """Raise OutsideAccessError if no row of a survey is in an access; it says nothing of whether there is one."""
    if not access.has_survey(survey):
        raise OutsideAccessError(f"this survey is outside of your access, which is limited to {named(access)}: {ASK}")


def check_surveys(access: Access, surveys: Iterable[str]) -> None:
    """Raise OutsideAccessError if one of several surveys is outside of an access."""
    for survey in surveys:
        check_survey(access, survey)


def check_whole_survey(access: Access, survey: str) -> None:
    """Raise OutsideAccessError if a row of a survey is outside of an access."""
    check_survey(access, survey)
    if not access.has_whole_surveys:
        raise OutsideAccessError(
            f"this is of all responses of the survey, and your access is limited to {named(access)}: "
            f"there is no such thing for a part of a survey; {ASK}"
        )


def figures_within(access: Access, asked: ScoreScope) -> ScoreScope:
    """Return whose figures answer a question for figures within an access: those asked for, or its segment's.

    OutsideAccessError if that is not counted: another segment's, own accounts', or those of a value that shares its
    series with others.
    """
    check_surveys(access, (survey.id for survey in asked.surveys))
    if access.own_accounts:
        raise OutsideAccessError(f"figures of your own accounts are not counted, only their rows are shown; {ASK}")
    if access.segment is None:
        return asked
    if asked.segment not in {None, access.segment}:
        raise OutsideAccessError(f"this segment is outside of your access, which is limited to {named(access)}: {ASK}")
    for survey in asked.surveys:
        _check_counted(access.segment, survey)
    return replace(asked, segment=access.segment)


def holds_every_row(access: Access, segment: tuple[str, str] | None) -> bool:
    """Return whether all rows of a segment value, or with None all of a survey, are in an access.

    That the rows of one page are says nothing of those after it.
    """
    return access.has_whole_surveys or (access.segment == segment and not access.own_accounts)


def value_within(access: Access, survey: Survey, by: str) -> str | None:
    """Return the only value of a property whose figures are within an access; None if all are.

    OutsideAccessError if none of them is.
    """
    only = figures_within(access, ScoreScope((survey,))).segment
    if only is None:
        return None
    if only[0] != by:
        raise OutsideAccessError(
            f"your access is limited to {named(access)}, within which nothing is counted by {by!r}: {ASK}"
        )
    return only[1]


def check_grant(giver: Caller, scopes: Iterable[str], access: Access) -> None:
    """Raise ForbiddenError if a caller would grant a scope or access that is not their own."""
    if lacking := [scope for scope in scopes if scope not in giver.scopes]:
        raise ForbiddenError(f"you lack {', '.join(map(repr, lacking))}, so you cannot grant that")
    if not is_within(access, giver.access):
        raise OutsideAccessError(f"your access is limited to {named(giver.access)}, so you cannot grant more: {ASK}")


def named(access: Access) -> str:
    """Name in words what an access is limited to."""
    parts = []
    if access.surveys is not None:
        parts.append(f"the survey{'s' if len(access.surveys) > 1 else ''} {', '.join(access.surveys)}")
    if access.segment is not None:
        parts.append("=".join(access.segment))
    if access.own_accounts:
        parts.append("the accounts you own")
    return " and ".join(parts) or "nothing"


def _check_counted(segment: tuple[str, str], survey: Survey) -> None:
    name, value = segment
    if name not in survey.segments:
        reason = f"does not track {name!r}"
    elif value == OTHER or series_asked(survey, segment)[1]:
        reason = f"counts {value!r} together with other values"
    else:
        return
    raise OutsideAccessError(
        f"the survey {survey.id!r} {reason}, so nothing is counted within your access to {name}={value}; {ASK}"
    )
