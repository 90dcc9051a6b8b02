"""List all people, and find some by their address, or by the beginning of their id or name."""

from collections.abc import Iterable
from dataclasses import dataclass

from earshot.domain.keyed_hash import made_id
from earshot.domain.people_search import Search, fits
from earshot.domain.person import Person
from earshot.domain.response import Response
from earshot.ports.people import HashKey, People, PeopleLists
from earshot.ports.suppressions import Suppressions


@dataclass(frozen=True, slots=True)
class Found:
    """A page of people, and where the next one begins (None: there is none).

    `means` is the person's id that a searched address stands for.
    """

    people: list[Person]
    after: str | None
    means: str | None = None


def list_people(limit: int, after: str, *, lists: PeopleLists, people: People) -> Found:
    """Return a page of all people in the order of their ids."""
    ids, more = lists.by_id("", limit, after)
    return Found(_living(ids, people), more)


def find_people(
    search: Search,
    limit: int,
    after: str,
    *,
    lists: PeopleLists,
    people: People,
    suppressions: Suppressions,
    hash_key: HashKey,
) -> Found:
    """Return a page of the people that match."""
    if search.by == "email":
        mailbox = suppressions.hash_of(search.value)
        ids = [person_id for person_id in people.sharing(mailbox) if person_id > after]
        # Who has another address since a moment ago is not meant.
        found = [person for person in _living(ids[:limit], people) if person.mailbox == mailbox]
        means = made_id(search.value.strip(), hash_key())
        return Found(found, ids[limit - 1] if len(ids) > limit else None, means)
    page = lists.by_id if search.by == "id_prefix" else lists.by_name
    ids, more = page(search.value, limit, after)
    return Found([person for person in _living(ids, people) if fits(person, search)], more)


def respondents(responses: Iterable[Response], *, people: People) -> list[Person]:
    """Return the people of responses, each once, without erased and unknown ones."""
    return _living(dict.fromkeys(response.person for response in responses if response.person is not None), people)


def _living(ids: Iterable[str], people: People) -> list[Person]:
    """Read people as they are now, in the given order, without those erased meanwhile."""
    wanted = list(ids)
    known = people.get_many(wanted, asked=False)
    return [person for person_id in wanted if isinstance(person := known.get(person_id), Person)]
