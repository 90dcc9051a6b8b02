"""/v1/people: create, update, list, find, read, export, erase and write again to the people who may be asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.access import admit
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.people import (
    ERASURE,
    EXPORT,
    LIFT,
    PEOPLE,
    PERSON,
    SUPPRESSIONS,
    check_lift,
    check_person_id,
    read_erasure,
    read_export,
    read_people,
    read_person,
    read_suppressions,
)
from earshot.api.people_lists import ALL, LIST, SEARCH, read_people_list, read_people_search
from earshot.api.person_views import (
    erasure_report_view,
    erasure_view,
    export_view,
    found_view,
    saved_view,
    suppressible_person_view,
)
from earshot.api.request import Request
from earshot.api.request_body import ONE_BATCH
from earshot.api.route import route, routes
from earshot.domain.keyed_hash import audit_name
from earshot.domain.person import Person
from earshot.services.access.rows import check_person, first_page, people_within
from earshot.services.alerts.report_erasure import Elsewhere, report_erasure
from earshot.services.invitations.show_widget_question import delete_showings
from earshot.services.people.erase_person import Erasure, Progress, erase, find_erased
from earshot.services.people.export_person import export
from earshot.services.people.find_people import Found, find_people, list_people
from earshot.services.people.manage_people import replace_person, save
from earshot.services.people.person_suppression import find_person_suppression, lift, with_suppression
from earshot.services.people.suppress_addresses import suppress
from earshot.services.surveys.find_survey import check_all_readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earshot.api.person_views import (
        ErasureReport,
        ErasureView,
        FoundPeopleView,
        PeopleView,
        PersonExportView,
        PersonView,
        SavedPeople,
        SuppressedAddresses,
    )
    from earshot.api.visitor import Visitor
    from earshot.console.reply import Reply
    from earshot.console.visit import Visit

LONGEST_ERASURE = 20_000  # milliseconds, then it returns how far it got; API Gateway waits no longer than 30 s


@route("PUT /v1/people/{person}", "put_person", scope="people:write", body=PERSON, audit="write a person")
def put(request: Request) -> "HttpResponse[PersonView]":
    draft = read_person(request.body, check_person_id(request.path("person")))
    person, is_new = replace_person(
        draft,
        bootstrap.now(),
        people=bootstrap.people(),
        accounts=bootstrap.accounts(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        pause=bootstrap.pause,
    )
    kept = with_suppression(person, bootstrap.suppressions())
    return json_response(201 if is_new else 200, suppressible_person_view(kept))


@route("POST /v1/people", "save_people", scope="people:write", body=PEOPLE, limit=ONE_BATCH, audit="write people")
def post(request: Request) -> "HttpResponse[SavedPeople]":
    saved = save(
        read_people(request.body),
        bootstrap.now(),
        people=bootstrap.people(),
        accounts=bootstrap.accounts(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        pause=bootstrap.pause,
    )
    return json_response(200, {"people": [saved_view(one) for one in saved]})


@route("GET /v1/people", "list_people", scope="people:read", query=LIST, audit="list people", access="rows")
def list_all(request: Request) -> "HttpResponse[PeopleView]":
    page = read_people_list(request.query)

    def listed(after: str) -> Found:
        return list_people(page.limit, after, lists=bootstrap.people_lists(), people=bootstrap.people())

    return json_response(200, found_view(within(request, listed, page.after), ALL))


@route("POST /v1/people/search", "search_people", scope="people:read", body=SEARCH, audit="find people", access="rows")
def search(request: Request) -> "HttpResponse[FoundPeopleView]":
    sought, page = read_people_search(request.body)

    def found(after: str) -> Found:
        return find_people(
            sought,
            page.limit,
            after,
            lists=bootstrap.people_lists(),
            people=bootstrap.people(),
            suppressions=bootstrap.suppressions(),
            hash_key=bootstrap.hash_key,
        )

    return json_response(200, found_view(within(request, found, page.after), sought))


def within(request: Request, read: Callable[[str], Found], after: str) -> Found:
    """Return the first page from a place on that has people within the access of the caller."""
    means: str | None = None

    def page(place: str) -> tuple[list[Person], str | None]:
        nonlocal means
        found = read(place)
        means = found.means
        return found.people, found.after

    people, place = first_page(page, after, lambda each: people_within(request.caller, each, bootstrap.accounts))
    return Found(people, place, means)


@route("GET /v1/people/{person}", "read_person", scope="people:read", audit="read a person", access="rows")
def read(request: Request) -> "HttpResponse[PersonView]":
    person_id = check_person_id(request.path("person"))
    if not request.caller.access.has_whole_surveys:
        check_person(request.caller, bootstrap.people().get(person_id, asked=False), bootstrap.accounts)
    found = find_person_suppression(person_id, people=bootstrap.people(), suppressions=bootstrap.suppressions())
    return json_response(200, suppressible_person_view(found))


@route("GET /v1/people/{person}/export", "export_person", scope="people:read", query=EXPORT, audit="export a person")
def read_all(request: Request) -> "HttpResponse[PersonExportView]":
    person_id = check_person_id(request.path("person"))
    after, mailbox = read_export(request.query)
    exported = export(
        person_id,
        after,
        mailbox=mailbox,
        people=bootstrap.people(),
        suppressions=bootstrap.suppressions(),
        hash_key=bootstrap.hash_key,
        ledger=bootstrap.ledger(),
        invitations=bootstrap.invitations(),
    )
    held = {each.survey for each in exported.invitations} | {each.survey for each in exported.responses}
    if held:
        check_all_readable(held, bootstrap.surveys().list())
    return json_response(200, export_view(person_id, exported, bootstrap.now()))


@route(
    "DELETE /v1/people/{person}",
    "erase_person",
    scope="people:write",
    query=ERASURE,
    audit="erase a person",
    erases=True,
)
def delete(request: Request) -> "HttpResponse[ErasureView]":
    person_id = check_person_id(request.path("person"))
    subtract, mailbox, unknown = read_erasure(request.query, person_id)
    erasure = Erasure(person_id, subtract, bootstrap.now(), request.id, mailbox, unknown)
    progress = carry_out(erasure)
    erased = (erasure.person, *(progress.also if mailbox else ()))
    return json_response(202 if progress.remaining else 200, erasure_view(progress, elsewhere(*erased)))


def carry_out(erasure: Erasure) -> Progress:
    """Erase as far as there is time, and what was shown to those who are erased."""
    ends = erasure.now + LONGEST_ERASURE
    progress = erase(erasure, lambda: bootstrap.now() < ends, bootstrap.erase_person_deps())
    # Under the tombstone nothing new is noted; another call after a failure comes by here again.
    for person in (erasure.person, *progress.made, *(progress.also if erasure.mailbox else ())):
        delete_showings(person, bootstrap.surveys(), bootstrap.showings())
    return progress


@route("GET /v1/people/{person}/erasure", "read_erasure", scope="people:read", audit="read an erasure")
def read_what_became(request: Request) -> "HttpResponse[ErasureReport]":
    person_id = check_person_id(request.path("person"))
    erased = find_erased(person_id, people=bootstrap.people())
    return json_response(200, erasure_report_view(erased, elsewhere(person_id)))


def elsewhere(*people: str) -> list[Elsewhere]:
    """Return what became of what destinations had of erased people."""
    reached = {each for person in people for each in bootstrap.reached_places().of_person(person)}
    if not reached:
        return []
    return report_erasure(reached, destinations=bootstrap.destinations(), deliveries=bootstrap.deliveries())


@route(
    "POST /v1/suppressions",
    "suppress_addresses",
    scope="people:write",
    body=SUPPRESSIONS,
    limit=ONE_BATCH,
    audit="suppress addresses",
)
def suppress_many(request: Request) -> "HttpResponse[SuppressedAddresses]":
    drafts = read_suppressions(request.body, bootstrap.now())
    outcomes = suppress(drafts, suppressions=bootstrap.suppressions())
    return json_response(200, {"suppressions": [{"outcome": outcome} for outcome in outcomes]})


@route(
    "DELETE /v1/people/{person}/suppression",
    "lift_suppression",
    scope="people:write",
    query=LIFT,
    audit="lift a suppression",
)
def allow(request: Request) -> HttpResponse[None]:
    person_id = check_person_id(request.path("person"))
    check_lift(request.query, person_id)
    lift(person_id, people=bootstrap.people(), suppressions=bootstrap.suppressions())
    return empty_response(204)


@route(
    "POST /app/person",
    "send_person_form",
    open_because="a session says who sends it",
    access="rows",
    audit="change a person",
)
def send_form(request: Request) -> dict[str, Any]:
    # Pages are read for a form alone.
    from earshot.console.forms import form_reply  # noqa: PLC0415
    from earshot.console.person_forms import change_person_by_form  # noqa: PLC0415

    now = bootstrap.now()

    def visitor() -> "tuple[Visitor, Mapping[str, str]]":
        return admit(request, "people:write", now, sessions=bootstrap.sessions(), site=bootstrap.site())

    def act(visit: "Visit", fields: "Mapping[str, str]") -> "Reply":
        return change_person_by_form(visit, fields, lift_one, erase_one)

    def lift_one(person: str) -> None:
        lift(person, people=bootstrap.people(), suppressions=bootstrap.suppressions())

    def erase_one(person: str) -> bool:
        return not carry_out(Erasure(person, False, now, request.id)).remaining

    return form_reply(request, now, visitor, bootstrap.console_deps(), act)


def name_in_log(person: str) -> str:
    return audit_name(person, bootstrap.hash_key())


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now, naming=name_in_log)


ROUTES = routes(put, post, list_all, search, read, read_all, delete, read_what_became, allow, suppress_many, send_form)
