"""How a person, an export and an erasure look from outside."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from earshot.api.invitations import kept_invitation_view
from earshot.api.people import make_export_cursor
from earshot.api.people_lists import make_people_cursor
from earshot.api.response_views import response_view, whole_response_view
from earshot.domain.events import iso
from earshot.domain.people_search import Search
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.services.alerts.report_erasure import Elsewhere
from earshot.services.people.erase_person import Progress
from earshot.services.people.export_person import Export
from earshot.services.people.find_people import Found
from earshot.services.people.manage_people import Saved
from earshot.services.people.person_suppression import PersonSuppression
from earshot.services.responses.list_responses import ResponseCount

if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.invitations import KeptInvitationView
    from earshot.api.json_types import Count, Day, Positive, Time, words
    from earshot.api.response_views import ResponseView, WholeResponseView
    from earshot.domain.person import SaveOutcome
    from earshot.domain.suppression import REASONS
    from earshot.services.alerts.report_erasure import ElsewhereState
    from earshot.services.people.suppress_addresses import ERASED, KNOWN, LIFTED, SUPPRESSED

    Cursor = Annotated[str | None, "Where the next page begins, for `cursor`; null on the last page."]

    class ListedPersonView(TypedDict):
        """A person as one of many.

        When they were last asked, and whether their address is suppressed, is read with each alone.
        """

        id: str
        email: str | None
        name: str | None
        account: str | None
        locale: str | None
        timezone: str | None
        properties: dict[str, str]
        revision: Positive

    class SuppressionView(TypedDict):
        """Why and since when nothing is sent to the address."""

        reason: Annotated[str, words(*REASONS)]
        since: Time

    class ElsewhereView(TypedDict):
        """A destination of alerts that has something of the person, or may, and what became of it."""

        destination: str
        kind: Annotated[str | None, "Null if the destination was deleted."]
        state: Annotated[str, words(*(state.value for state in ElsewhereState))]
        why: Annotated[str | None, "Why it is still there; null if it is deleted, or is about to be."]

    class DeletionView(ElsewhereView):
        """One thing that a destination has of the person, or may, and what became of it."""

        delivery: Annotated[str | None, "The delivery that deletes it; null if the destination deletes nothing."]

    class ErasureReport(TypedDict):
        """What became of a person at the destinations of alerts."""

        id: str
        erased_at: Time
        elsewhere: list[DeletionView]

    class ErasureView(TypedDict):
        """How far an erasure got."""

        id: str
        known: Annotated[bool, "Whether anything was kept of them before."]
        erased_at: Time
        subtract: bool
        responses: Count
        remaining: Count
        also: Annotated[list[str], "Other ids with the same address, which may be other people."]
        elsewhere: Annotated[
            list[ElsewhereView],
            "The destinations that got something of the person's responses, and whether it is deleted there.",
        ]

    class PeopleView(TypedDict):
        """A page of people."""

        people: list[ListedPersonView]
        cursor: Cursor

    class _ExportedPerson(ListedPersonView):
        last_invited_at: Time | None

    class PersonView(_ExportedPerson):
        """A person as kept."""

        suppression: Annotated[SuppressionView | None, "Null while the address may be written to."]

    class PersonExportView(TypedDict):
        """Everything that is kept of a person, a page of their responses at a time."""

        id: str
        person: _ExportedPerson | None
        erased_at: Time | None
        suppression: Annotated[SuppressionView | None, "Null while the address may be written to."]
        invitations: Annotated[list[KeptInvitationView], "All on the first page, the oldest first."]
        responses: list[WholeResponseView]
        also: Annotated[list[str], "Other ids with the same address, which may be other people."]
        cursor: Cursor

    class FoundPeopleView(PeopleView):
        """A page of the people that were searched for."""

        means: NotRequired[Annotated[str, "The id that the address means where it is given as a person."]]

    class ListedCount(TypedDict):
        """How many responses fit the filters."""

        value: Annotated[Count, "Of all that fit if it is exact, else of those on this page."]
        exact: bool
        earliest_on: Annotated[Day | None, "The earliest day that this page looked at, if it is not exact."]

    class ResponsePage(TypedDict):
        """A page of responses."""

        responses: list[ResponseView]
        people: NotRequired[
            Annotated[dict[str, ListedPersonView], "The people of the responses, with `expand=person`."]
        ]
        count: ListedCount
        cursor: Cursor

    class _SavedPerson(TypedDict):
        id: str
        outcome: Annotated[str, words(*(outcome.value for outcome in SaveOutcome))]

    class SavedPeople(TypedDict):
        """What became of each person, in order."""

        people: list[_SavedPerson]

    class _SuppressedAddress(TypedDict):
        outcome: Annotated[str, words(SUPPRESSED, KNOWN, LIFTED, ERASED)]

    class SuppressedAddresses(TypedDict):
        """What became of each address, in order."""

        suppressions: list[_SuppressedAddress]


def listed_person_view(person: Person) -> "ListedPersonView":
    """Return the view of a person in a list: their own item, without their mailbox."""
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "account": person.account,
        "locale": person.locale,
        "timezone": person.timezone,
        "properties": dict(person.properties),
        "revision": person.revision,
    }


def person_view(person: Person) -> "_ExportedPerson":
    """Show a person to someone who holds a key."""
    return {
        **listed_person_view(person),
        "last_invited_at": iso(person.last_invited_at) if person.last_invited_at is not None else None,
    }


def found_view(found: Found, search: Search) -> "FoundPeopleView":
    """Show a page of people; of an address also the id that it means."""
    people = [listed_person_view(person) for person in found.people]
    view: FoundPeopleView = {"people": people, "cursor": make_people_cursor(found.after, search)}
    if found.means is not None:
        view["means"] = found.means
    return view


def page_view(
    page: Iterable[Response], people: Iterable[Person] | None, cursor: str | None, counted: ResponseCount
) -> "ResponsePage":
    """Show a page of responses with their count, and by their ids the people who gave them, if these are requested."""
    count: ListedCount = {"value": counted.value, "exact": counted.is_exact, "earliest_on": counted.looked_to}
    view: ResponsePage = {"responses": [response_view(each) for each in page], "count": count, "cursor": cursor}
    if people is not None:
        view["people"] = {person.id: listed_person_view(person) for person in people}
    return view


def suppressible_person_view(kept: PersonSuppression) -> "PersonView":
    """Show a person with the suppression of their address; null without one."""
    return {**person_view(kept.person), "suppression": _suppression_view(kept)}


def saved_view(saved: Saved) -> "_SavedPerson":
    """Show what became of one of many."""
    return {"id": saved.id, "outcome": saved.outcome.value}


def export_view(person_id: str, exported: Export, now: int) -> "PersonExportView":
    """Show everything that is kept of a person, a page of the responses at a time; `now` in Unix milliseconds."""
    person = exported.person
    return {
        "id": person_id,
        "person": person_view(person) if isinstance(person, Person) else None,
        "erased_at": iso(person.erased_at) if isinstance(person, ErasedPerson) else None,
        "suppression": _suppression_view(exported),
        "invitations": [kept_invitation_view(invitation, now) for invitation in exported.invitations],
        "responses": [whole_response_view(response) for response in exported.responses],
        "also": list(exported.also),
        "cursor": make_export_cursor(exported.after),
    }


def erasure_view(progress: Progress, elsewhere: Iterable[Elsewhere]) -> "ErasureView":
    """Show how far an erasure got, and what becomes of what destinations of alerts have."""
    tombstone = progress.tombstone
    views = [_elsewhere_view(each) for each in elsewhere]
    return {
        "id": tombstone.id,
        "known": progress.known,
        "erased_at": iso(tombstone.erased_at),
        "subtract": tombstone.subtract,
        "responses": progress.done,
        "remaining": progress.remaining,
        "also": list(progress.also),
        # A destination may have many things, which mostly fare alike.
        "elsewhere": [each for place, each in enumerate(views) if each not in views[:place]],
    }


def erasure_report_view(erased: ErasedPerson, elsewhere: Iterable[Elsewhere]) -> "ErasureReport":
    """Show what became of a person at the destinations of alerts."""
    return {
        "id": erased.id,
        "erased_at": iso(erased.erased_at),
        "elsewhere": [{**_elsewhere_view(each), "delivery": each.delivery} for each in elsewhere],
    }


def _elsewhere_view(one: Elsewhere) -> "ElsewhereView":
    return {"destination": one.destination, "kind": one.kind, "state": one.state.value, "why": one.why}


def _suppression_view(kept: PersonSuppression | Export) -> "SuppressionView | None":
    suppression = kept.suppression
    return {"reason": suppression.reason, "since": iso(suppression.time)} if suppression else None
