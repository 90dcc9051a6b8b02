"""How a person, an export and an erasure look from outside."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from earshot.api.invitations import kept_invitation_view
from earshot.api.people import make_export_cursor
from earshot.api.people_lists import make_people_cursor
from earshot.api.response_views import response_view, whole_response_view
from earshot.domain.events import iso
from earshot.domain.people_search import Search
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.services.people.erase_person import Progress
from earshot.services.people.export_person import Export
from earshot.services.people.find_people import Found
from earshot.services.people.manage_people import Saved
from earshot.services.people.person_suppression import PersonSuppression

if TYPE_CHECKING:
    from earshot.api import response_shapes as shapes
    from earshot.api.response_shapes import _PersonExportPerson


def person_view(person: Person) -> "_PersonExportPerson":
    """Show a person to someone who holds a key."""
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "account": person.account,
        "locale": person.locale,
        "timezone": person.timezone,
        "properties": dict(person.properties),
        "last_asked": iso(person.last_asked) if person.last_asked is not None else None,
        "revision": person.revision,
    }


def listed_person_view(person: Person) -> "shapes.ListedPerson":
    """Return the view of a person in a list: their own item, without their mailbox."""
    shown = person_view(person)
    return {
        "id": shown["id"],
        "email": shown["email"],
        "name": shown["name"],
        "account": shown["account"],
        "locale": shown["locale"],
        "timezone": shown["timezone"],
        "properties": shown["properties"],
        "revision": shown["revision"],
    }


def found_view(found: Found, search: Search) -> dict[str, Any]:
    """Show a page of people; of an address also the id that it means."""
    people = [listed_person_view(person) for person in found.people]
    means = {} if found.means is None else {"means": found.means}
    return {"people": people, "cursor": make_people_cursor(found.after, search), **means}


def page_view(page: Iterable[Response], people: Iterable[Person] | None, cursor: str | None) -> dict[str, Any]:
    """Show a page of responses, and by their ids the people who gave them, if these are asked for."""
    shown: dict[str, Any] = {"responses": [response_view(response) for response in page], "cursor": cursor}
    return shown if people is None else shown | {"people": {who.id: listed_person_view(who) for who in people}}


def standing_view(standing: PersonSuppression) -> "shapes.Person":
    """Show a person, and why and since when their address is not written to: null says that it is."""
    return {**person_view(standing.person), "suppression": _suppression_view(standing)}


def saved_view(saved: Saved) -> dict[str, str]:
    """Show what became of one of many."""
    return {"id": saved.id, "outcome": saved.outcome.value}


def export_view(person_id: str, exported: Export, now: int) -> "shapes.PersonExport":
    """Show everything that is kept of a person, a page of the responses at a time; `now` in Unix milliseconds."""
    person = exported.person
    return {
        "id": person_id,
        "person": person_view(person) if isinstance(person, Person) else None,
        "erased": iso(person.erased) if isinstance(person, ErasedPerson) else None,
        "suppression": _suppression_view(exported),
        "invitations": [kept_invitation_view(invitation, now) for invitation in exported.invitations],
        "responses": [whole_response_view(response) for response in exported.responses],
        "also": list(exported.also),
        "cursor": make_export_cursor(exported.after),
    }


def erasure_view(progress: Progress) -> "shapes.Erasure":
    """Show how far an erasure got."""
    tombstone = progress.tombstone
    return {
        "id": tombstone.id,
        "known": progress.known,
        "erased": iso(tombstone.erased),
        "subtract": tombstone.subtract,
        "responses": progress.done,
        "remaining": progress.remaining,
        "also": list(progress.also),
    }


def _suppression_view(kept: PersonSuppression | Export) -> "shapes.Suppression | None":
    suppression = kept.suppression
    return {"reason": suppression.reason, "since": iso(suppression.time)} if suppression else None
