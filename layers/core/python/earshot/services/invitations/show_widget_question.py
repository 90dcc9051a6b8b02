"""Decide whether the widget may show a known visitor the question, and record that it was shown."""

from earshot.domain.eligibility import DAY, in_quiet_period
from earshot.domain.identity_claims import GRACE, ExpiredTokenError
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import Survey
from earshot.domain.widget import Question, Shown
from earshot.ports.people import KnownPeople
from earshot.ports.surveys import Surveys
from earshot.ports.widget import Showings

# A closing soon after its showing adds nothing to when the person was asked, and is not written.
SAME_SHOWING = 3_600_000


def may_show_question(
    person_id: str, survey: Survey, question: Question, now: int, *, people: KnownPeople, showings: Showings
) -> bool:
    """Record what became of a question that a page showed, and return whether one may be shown.

    Of an erased person nothing is kept, and they are not asked. Nor is a person who was just asked.
    """
    if not survey.is_open:
        return False
    person = people.get(person_id, asked=question.showing is None)
    if isinstance(person, ErasedPerson):
        return False
    kept = showings.read(survey.id, person_id)
    _note(person_id, survey, question, kept, now, showings)
    return question.showing is None and _may_ask(person_id, person, survey, kept, now, people)


def was_shown(
    person_id: str, survey_id: str, response: str, over: ExpiredTokenError, now: int, *, showings: Showings
) -> bool:
    """Return whether a person was shown the question of a response while a token that is over was good."""
    shown = showings.read(survey_id, person_id).responses.get(response)
    return shown is not None and over.covers(shown, now)


def _may_ask(person_id: str, person: Person | None, survey: Survey, kept: Shown, now: int, people: KnownPeople) -> bool:
    """Return whether a person may be asked at a moment (Unix milliseconds).

    Mails and responses through any channel count for the survey's quiet period, showings on any device for its
    widget's. A person without any stored data may be.
    """
    quiet_days = survey.rules.quiet_days
    if person is not None and in_quiet_period(person.last_invited_at, quiet_days, now):
        return False
    if in_quiet_period(kept.latest, survey.widget.quiet_days, now):
        return False
    return not people.has_response_since(person_id, survey.id, now - quiet_days * DAY)


def _note(person_id: str, survey: Survey, question: Question, kept: Shown, now: int, showings: Showings) -> None:
    """Keep that a person was shown the question, or closed it, for the widget's quiet period; its response, for a week.

    What adds nothing is not written: a showing costs at most one write unit, its closing included.
    """
    quiet_until = now + survey.widget.quiet_days * DAY
    is_old = question.showing is None or quiet_until == now or (kept.latest or 0) > now - SAME_SHOWING
    is_known = question.response is None or question.response in kept.responses
    if is_old and is_known:
        return
    new = Question(None if is_old else question.showing, None if is_known else question.response)
    until = max(quiet_until, now if question.response is None else now + GRACE)
    showings.note(survey.id, person_id, new, kept, now, until)


def delete_showings(person_id: str, surveys: Surveys, showings: Showings) -> None:
    """Delete what the widgets of all surveys kept of a person."""
    showings.delete(person_id, [survey.id for survey in surveys.list()])
