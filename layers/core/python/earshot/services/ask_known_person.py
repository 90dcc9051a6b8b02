"""Whether a page may put the question to somebody it knows: not again within the survey's quiet period."""

from earshot.domain.eligibility import DAY
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import Survey
from earshot.people_ports import People


def may_ask(person_id: str, survey: Survey, now: int, *, people: People) -> bool:
    """Tell whether a person may be asked at a moment (Unix milliseconds), by mails and answers through any channel.

    Whoever was erased is not asked; whoever nobody has kept yet may be.
    """
    quiet_since = now - survey.rules.quiet_days * DAY
    person = people.get(person_id)
    if isinstance(person, ErasedPerson):
        return False
    if isinstance(person, Person) and (person.last_asked or 0) > quiet_since:
        return False
    return not people.answered_since(person_id, survey.id, quiet_since)
