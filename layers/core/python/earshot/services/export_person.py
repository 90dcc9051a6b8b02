"""Export everything that is kept of a person, page by page."""

from dataclasses import dataclass

from earshot.domain.errors import NotFoundError
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.people_ports import People, Suppression, Suppressions
from earshot.ports import Ledger

# Fifty responses, each as long as they may be, still fit what a function may answer.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Export:
    """What is kept of a person; `after` is where the next page begins (None: this is the last)."""

    person: Person | ErasedPerson | None
    suppression: Suppression | None
    responses: list[Response]
    after: str | None


def export(
    person_id: str, after: str | None = None, *, people: People, suppressions: Suppressions, ledger: Ledger
) -> Export:
    """Give the person, their suppression, and a page of their responses in full; NotFoundError if nothing is kept."""
    person = people.get(person_id)
    pointers, following = people.responses(person_id, PAGE, after)
    if person is None and not pointers and after is None:
        raise NotFoundError("nothing is kept of such a person")
    found = [ledger.find(pointer.survey, pointer.response) for pointer in pointers]
    responses = [response for response in found if response is not None and response.person == person_id]
    return Export(person, _suppression(person, suppressions), responses, following)


def _suppression(person: Person | ErasedPerson | None, suppressions: Suppressions) -> Suppression | None:
    if not isinstance(person, Person) or not person.email:
        return None
    return suppressions.find([person.email]).get(person.email)
