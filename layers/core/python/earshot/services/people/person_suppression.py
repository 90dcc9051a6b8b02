"""The suppression of a person's address: its reason, since when, and how to lift it."""

from dataclasses import dataclass

from earshot.domain.errors import ConflictError
from earshot.domain.person import ErasedPerson, Person
from earshot.ports.people import People
from earshot.ports.suppressions import Suppression, Suppressions
from earshot.services.people.manage_people import find_person

ERASED = "the person with this address was erased, and the address stays suppressed"


@dataclass(frozen=True, slots=True)
class PersonSuppression:
    """A person, and the suppression of their address (None: there is none)."""

    person: Person
    suppression: Suppression | None


def find_person_suppression(person_id: str, *, people: People, suppressions: Suppressions) -> PersonSuppression:
    """Return a person with the suppression of their address; raise NotFoundError if missing or erased."""
    return with_suppression(find_person(person_id, people=people), suppressions)


def with_suppression(person: Person, suppressions: Suppressions) -> PersonSuppression:
    """Return a person with the suppression of their address."""
    return PersonSuppression(person, suppression_of(person, suppressions))


def suppression_of(person: Person | ErasedPerson | None, suppressions: Suppressions) -> Suppression | None:
    """Return the suppression of a person's address; None if there is none, or if no address is known."""
    if not isinstance(person, Person) or not person.email:
        return None
    return suppressions.find([person.email]).get(person.email)


def lift(person_id: str, *, people: People, suppressions: Suppressions) -> None:
    """Allow a person's address to be written to again; done again, it changes nothing.

    NotFoundError if there is no such person (any more), ConflictError if the address is that of an erased person.
    """
    person = find_person(person_id, people=people)
    if person.email and not suppressions.lift(person.email):
        raise ConflictError(ERASED)
