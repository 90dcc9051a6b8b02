"""Export everything that is kept of a person, page by page."""

from dataclasses import dataclass

from earshot.asking_ports import Invitations
from earshot.domain.errors import NotFoundError
from earshot.domain.invitation import Invitation
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.people_ports import People, Suppression, Suppressions
from earshot.ports import Ledger
from earshot.services.lift_suppression import suppression_of

# Fifty responses, each as long as they may be, still fit what a function may answer.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Export:
    """What is kept of a person; `after` is where the next page begins (None: this is the last).

    The invitations, oldest first, are all on the first page: they are few and short beside the responses.
    """

    person: Person | ErasedPerson | None
    suppression: Suppression | None
    invitations: list[Invitation]
    responses: list[Response]
    after: str | None


def export(
    person_id: str,
    after: str | None = None,
    *,
    people: People,
    suppressions: Suppressions,
    ledger: Ledger,
    invitations: Invitations,
) -> Export:
    """Give the person, their suppression and invitations, and a page of their responses in full.

    NotFoundError if nothing is kept under this id.
    """
    person = people.get(person_id)
    pointers, following = people.responses(person_id, PAGE, after)
    decided = invitations.of_person(person_id) if after is None else []
    if person is None and not pointers and not decided and after is None:
        raise NotFoundError("nothing is kept of such a person")
    found = [ledger.find(pointer.survey, pointer.response) for pointer in pointers]
    responses = [response for response in found if response is not None and response.person == person_id]
    return Export(person, suppression_of(person, suppressions), decided, responses, following)
