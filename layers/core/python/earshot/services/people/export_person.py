"""Export everything that is kept of a person, page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.errors import NotFoundError
from earshot.domain.invitation import Invitation
from earshot.domain.keyed_hash import made_id
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.people import HashKey, People, PersonResponse
from earshot.ports.suppressions import Suppression, Suppressions
from earshot.services.people.erase_person import is_unsigned
from earshot.services.people.person_suppression import suppression_of

# Fifty responses, each as long as they may be, still fit what a function may return.
PAGE = 50


@dataclass(frozen=True, slots=True)
class Export:
    """Everything stored about a person; `after` is where the next page begins (None: this is the last).

    The invitations, oldest first, are all on the first page: they are few and short, and responses are not. `also` are
    other ids with the same address, which may be other people.
    """

    person: Person | ErasedPerson | None
    suppression: Suppression | None
    invitations: list[Invitation]
    responses: list[Response]
    after: str | None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """One source of a person's responses, with the check that a response is still theirs."""

    page: Callable[..., tuple[list[PersonResponse], str | None]]
    is_theirs: Callable[[Response], bool]


def export(  # noqa: PLR0913 five of them are ports
    person_id: str,
    after: str | None = None,
    *,
    mailbox: bool = False,
    people: People,
    suppressions: Suppressions,
    hash_key: HashKey,
    ledger: Ledger,
    invitations: Invitations,
) -> Export:
    """Return the person, their suppression and invitations, and a page of their responses in full.

    What is known under their address alone is theirs: by the ids made of it, and unverified. With `mailbox` what is
    kept of all others who have the address is returned, too. NotFoundError if nothing is kept under this id.
    """
    person = people.get(person_id)
    address = person if isinstance(person, Person) and person.email and person.mailbox else None
    made = {made_id(str(address.email), hash_key())} - {person_id} if address else set()
    sharing = people.sharing(str(address.mailbox)) if address else []
    also = tuple(other for other in sharing if other not in (person_id, *made))
    own = [person_id, *made, *(also if mailbox else ())]
    sources = [_of_person(each, people) for each in own] + ([_of_mailbox(address, people)] if address else [])
    responses, following, any_there = _page(sources, after, ledger)
    decided = [one for name in own for one in invitations.of_person(name)] if after is None else []
    if person is None and not any_there and not decided and after is None:
        raise NotFoundError("nothing is stored about this person")
    # What is left of an erased person's invitations holds no personal data.
    whole = [_with_comments(one, invitations) for one in decided if not one.is_anonymous]
    return Export(person, suppression_of(person, suppressions), whole, responses, following, also)


def _with_comments(invitation: Invitation, invitations: Invitations) -> Invitation:
    """Return an invitation with the comments of its attempts."""

    def read(attempt: SubmitAttempt) -> SubmitAttempt:
        if not attempt.comment:
            return attempt
        return replace(
            attempt, comment=replace(attempt.comment, text=invitations.read_comment(invitation, attempt.comment))
        )

    return replace(invitation, attempts=tuple(read(attempt) for attempt in invitation.attempts))


def _of_person(person_id: str, people: People) -> _Source:
    return _Source(partial(people.responses, person_id), lambda response: response.person == person_id)


def _of_mailbox(person: Person, people: People) -> _Source:
    mailbox = str(person.mailbox)
    return _Source(partial(people.unsigned, mailbox), lambda response: is_unsigned(response, mailbox))


def _page(sources: Sequence[_Source], after: str | None, ledger: Ledger) -> tuple[list[Response], str | None, bool]:
    """Read a page through the sources in order; return whether anything was there. A cursor names source and place."""
    place, _, inside = (after or "0").partition(":")
    number, read, found = int(place), 0, list[Response]()
    while number < len(sources) and read < PAGE:
        pointers, more = sources[number].page(PAGE - read, inside or None)
        read += len(pointers)
        responses = (ledger.find(pointer.survey, pointer.response) for pointer in pointers)
        found += [each for each in responses if each is not None and sources[number].is_theirs(each)]
        number, inside = (number, more) if more is not None else (number + 1, "")
    following = None if number >= len(sources) else f"{number}:{inside}" if inside else f"{number}"
    return found, following, read > 0
