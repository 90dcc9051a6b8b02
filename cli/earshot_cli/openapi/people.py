"""The calls on people: keeping, listing, finding, exporting, erasing, and writing to them again."""

from earshot.api.person_views import (
    erasure_report_view,
    erasure_view,
    export_view,
    found_view,
    saved_view,
    suppressible_person_view,
)
from earshot.domain.destinations import KINDS
from earshot.domain.people_search import Search
from earshot.domain.person import ErasedPerson, SaveOutcome
from earshot.ports.suppressions import Suppression
from earshot.services.alerts.report_erasure import Elsewhere, ElsewhereState
from earshot.services.people.erase_person import Progress
from earshot.services.people.export_person import Export
from earshot.services.people.find_people import Found
from earshot.services.people.manage_people import Saved
from earshot.services.people.person_suppression import PersonSuppression
from earshot.services.people.suppress_addresses import SUPPRESSED
from earshot_cli.openapi.examples import INVITATION, NOON, PERSON, RESPONSE
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "People"
DRAFT = {
    "id": "c-17",
    "email": "ann@example.com",
    "name": "Ann Smith",
    "account": "ACME",
    "locale": "en-GB",
    "timezone": "Europe/London",
    "properties": {"plan": "pro"},
}
NO = {"email": "ben@example.com", "reason": "unsubscribed", "since": "2024-08-02", "lift": False}
SOUGHT = {"email": "ann@example.com", "id_prefix": "c-1", "name_prefix": "ann"}
_FOUND = found_view(Found([PERSON], None), Search("name_prefix", "ann"))
_SHOWN = suppressible_person_view(PersonSuppression(PERSON, None))
_EXPORT = export_view("c-17", Export(PERSON, Suppression("unsubscribed", NOON), [INVITATION], [RESPONSE], None), NOON)
_TOMBSTONE = ErasedPerson("c-17", NOON, subtract=False)
_ELSEWHERE = (
    Elsewhere("to-5e1f0c2a8b1d", "webhook", ElsewhereState.IMPOSSIBLE, KINDS["webhook"].why_it_stays),
    Elsewhere("to-9c41d07be2a5", "hubspot", ElsewhereState.REQUESTED, None, "4b1d2c3e-8f60-5a71-9b0c-6d2e8f4a1c35"),
)

OPERATIONS = (
    Operation(
        name="save_people",
        tag=TAG,
        summary="Create and update up to 500 people, changing only the fields given.",
        again="A person is found by `id` or by `email`, and their fields are set; if nothing changes, the outcome is "
        "`unchanged`.",
        description="Nothing is stored about people who were erased, by id or by address: the outcome is `erased`, and "
        "a new `id` is not created.",
        body=Body({"one": {"people": [DRAFT]}}),
        replies={
            200: Reply(
                "What became of each, in order.",
                {"people": [saved_view(Saved("c-17", SaveOutcome.CREATED, PERSON))]},
            )
        },
    ),
    Operation(
        name="list_people",
        tag=TAG,
        summary="List people in the order of their ids.",
        description="A person created a second ago may be missing; an erased one is never there. A page may be shorter "
        "than `limit` and still have a cursor.",
        replies={200: Reply("A page of people.", _FOUND)},
    ),
    Operation(
        name="search_people",
        tag=TAG,
        summary="Find people by their address, or by how their id or name begins.",
        again="It only reads, and changes nothing.",
        description="Exactly one of `email`, `id_prefix` and `name_prefix`; in the body, since URLs are logged. Names "
        "are compared without case and accents, ids as they are written, addresses in any case. It changes nothing.",
        body=Body({name: {name: value} for name, value in SOUGHT.items()}),
        replies={200: Reply("A page of them, by id or name.", _FOUND)},
    ),
    Operation(
        name="put_person",
        tag=TAG,
        summary="Create or replace a person; fields that are left out are removed.",
        again="The id in the path is yours, and the fields are set, not added to.",
        description="The `id` in the body must be the one in the path: AWS may change an id in a path.",
        body=Body({"whole": DRAFT}),
        replies={
            200: Reply("The person as replaced.", _SHOWN),
            201: Reply("The person as created.", _SHOWN),
        },
        problems=(409,),
    ),
    Operation(
        name="read_person",
        tag=TAG,
        summary="Read a person.",
        replies={200: Reply("The person.", _SHOWN)},
    ),
    Operation(
        name="erase_person",
        tag=TAG,
        summary="Erase a person for good; their responses still count unless `subtract` is true.",
        again="An erased person stays erased; a repeat continues where the last one ended.",
        description="`id` must be the id in the path, which AWS may change; if it is another or missing, nothing is "
        "erased. `also` names the other ids with the same address. They are erased, too, if `mailbox` is true. If "
        "nothing is stored about the person it is a 404, and nothing changes, unless `unknown` is true: then `known` "
        "is false, and later responses are recorded without the person. What waits to be sent of their responses is "
        "withdrawn. `elsewhere` names the destinations that got something before: `requested` is deleted there within "
        "minutes, or once the destination replies; what is `impossible` has to be erased there by hand.",
        replies={
            200: Reply("All is erased.", erasure_view(Progress(_TOMBSTONE, 3, 0), _ELSEWHERE)),
            202: Reply("Some responses remain: call again.", erasure_view(Progress(_TOMBSTONE, 900, 41), ())),
        },
    ),
    Operation(
        name="read_erasure",
        tag=TAG,
        summary="Read what became of an erased person at the destinations of alerts, for 90 days.",
        description="One entry for each thing that a destination had. `requested`: it is not deleted yet, and `why` "
        "says what it waits for. `deleted`: it is gone. `failed`: it was given up, and `why` says why; redriving the "
        "destination tries again. `impossible`: it has to be erased there by hand. 404 if no such person was erased.",
        replies={200: Reply("What became of each.", erasure_report_view(_TOMBSTONE, _ELSEWHERE))},
    ),
    Operation(
        name="export_person",
        tag=TAG,
        summary="Read everything that is kept of a person, 50 responses a page.",
        description="For an erased person `erased_at` is the time, `person` and `suppression` are null, and only "
        "responses that the erasure has yet to reach are listed. Responses with the person's address alone are "
        "included. `also` names other ids with the address, whose responses are included only if `mailbox` is true.",
        replies={200: Reply("A page of it.", _EXPORT)},
        problems=(409,),
    ),
    Operation(
        name="suppress_addresses",
        tag=TAG,
        summary="Suppress up to 500 addresses for good, whether or not a stored person has them.",
        again="An address has one suppression, and the stronger reason stands: the outcome is then `known`. Lifting "
        "again is `lifted`, too.",
        description="For the unsubscribes and bounces of another tool. The stronger reason stands, so posting the same "
        'again changes nothing. `"lift": true` removes the suppression of an address, except after an erasure: the '
        "outcome is `lifted` or `erased`. `DELETE /v1/people/{person}/suppression` does it by the person's id.",
        body=Body({"one": {"suppressions": [NO]}}),
        replies={
            200: Reply(
                "What became of each, in order: `known` means that the address was suppressed as strongly before.",
                {"suppressions": [{"outcome": SUPPRESSED}]},
            )
        },
    ),
    Operation(
        name="lift_suppression",
        tag=TAG,
        summary="Let a person's address be written to again.",
        again="Without a suppression nothing changes, and the status is 204 again.",
        description="`id` must be the id in the path, which AWS may change; if it is another or missing, nothing is "
        "changed.",
        replies={204: Reply("It may be written to.")},
        problems=(409,),
    ),
)
