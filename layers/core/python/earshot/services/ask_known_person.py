"""Whether a page may put the question to somebody it knows, and what it says of having done so."""

from earshot.domain.eligibility import DAY
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import Survey
from earshot.domain.widget import Showing
from earshot.ports import Surveys
from earshot.widget_ports import KnownPeople, Showings

# A closing soon after its showing says nothing new of when somebody was asked, and is not written.
SAME_SHOWING = 3_600_000


def answer_page(
    person_id: str, survey: Survey, showing: Showing | None, now: int, *, people: KnownPeople, showings: Showings
) -> bool:
    """Note what became of a question that a page showed somebody; without one return whether it may ask them."""
    if not survey.is_open:
        return False
    if showing is None:
        return may_ask(person_id, survey, now, people=people, showings=showings)
    note(person_id, survey, showing, now, people=people, showings=showings)
    return False


def may_ask(person_id: str, survey: Survey, now: int, *, people: KnownPeople, showings: Showings) -> bool:
    """Return whether a person may be asked at a moment (Unix milliseconds).

    Mails and answers through any channel count for the survey's quiet period, showings on any device for its widget's.
    Whoever was erased is not asked; whoever nobody has kept yet may be.
    """
    quiet_since = now - survey.rules.quiet_days * DAY
    person = people.get(person_id)
    if isinstance(person, ErasedPerson):
        return False
    if isinstance(person, Person) and (person.last_asked or 0) > quiet_since:
        return False
    if (showings.latest(survey.id, person_id) or 0) > now - survey.widget.quiet_days * DAY:
        return False
    return not people.has_answered_since(person_id, survey.id, quiet_since)


def note(
    person_id: str, survey: Survey, showing: Showing, now: int, *, people: KnownPeople, showings: Showings
) -> None:
    """Keep for the widget's quiet period that a person was shown the question, or closed it; of an erased one nothing.

    Repeats within an hour are not written: a showing costs at most one write unit, its closing included.
    """
    until = now + survey.widget.quiet_days * DAY
    if until == now or isinstance(people.get(person_id, asked=False), ErasedPerson):
        return
    if (showings.latest(survey.id, person_id) or 0) <= now - SAME_SHOWING:
        showings.note(survey.id, person_id, showing, now, until)


def forget_showings(person_id: str, surveys: Surveys, showings: Showings) -> None:
    """Delete what the widgets of all surveys kept of a person."""
    showings.forget(person_id, [survey.id for survey in surveys.list()])
