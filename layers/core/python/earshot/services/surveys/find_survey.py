"""Find a survey: its settings, with the values of its segments or without, and whether a key may read its responses.

As long as no table keeps them anonymous, an employee survey takes responses and shows none.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from earshot.domain.errors import EmployeeSurveyError
from earshot.domain.invitation import Invitation
from earshot.domain.names import no_survey
from earshot.domain.survey import Survey
from earshot.ports.surveys import Surveys


def find_survey(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey's settings; NotFoundError if there is none."""
    survey = surveys.get(survey_id)
    if survey is None:
        raise no_survey(survey_id)
    return survey


def find_whole_survey(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey with the values of its segments; NotFoundError if there is none."""
    survey = find_survey(survey_id, surveys)
    return surveys.with_values(survey) if survey.segments else survey


def find_readable(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey whose responses may be read; NotFoundError if there is none, EmployeeSurveyError if not."""
    survey = find_survey(survey_id, surveys)
    check_readable(survey.id, [survey])
    return survey


def find_whole_readable(survey_id: str, surveys: Surveys) -> Survey:
    """Read a survey whose responses may be read, with the values of its segments; as `find_readable`."""
    survey = find_whole_survey(survey_id, surveys)
    check_readable(survey.id, [survey])
    return survey


def find_all_whole_readable(survey_ids: Iterable[str], surveys: Surveys) -> list[Survey]:
    """Read several surveys as `find_whole_readable`; the first that there is not, or may not be read, raises."""
    return [find_whole_readable(survey_id, surveys) for survey_id in survey_ids]


def check_readable(survey_id: str, known: Iterable[Survey | None]) -> None:
    """Raise EmployeeSurveyError if the responses of a survey, which is among those known, may not be read."""
    check_all_readable({survey_id}, known)


def check_all_readable(survey_ids: Collection[str], known: Iterable[Survey | None]) -> None:
    """Raise EmployeeSurveyError if the data to show belongs to an employee survey."""
    for survey in known:
        if survey is not None and survey.is_employee and survey.id in survey_ids:
            raise EmployeeSurveyError(
                f"{survey.id!r} is an employee survey: it accepts responses, but no key can read them"
            )


def without_response(invitation: Invitation) -> Invitation:
    """Return the invitation without any sign of a response."""
    return replace(
        invitation, attempts=(), clicks=(), response=None, stopped=None, delivery_events=frozenset(), is_erased=False
    )
