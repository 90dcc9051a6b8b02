"""The calls on responses: posting, listing, reading, correcting, erasing."""

from typing import Any

from earshot.api.imports import import_view
from earshot.api.person_views import page_view
from earshot.api.response_fields import SCORE
from earshot.api.response_views import whole_response_view
from earshot.api.responses import SUBMISSION, batch
from earshot.domain.imports import Import
from earshot.services.responses.list_responses import ResponseCount
from earshot_cli.openapi.examples import NOON, PERSON, RESPONSE, RESPONSE_ID
from earshot_cli.openapi.operations import Body, Operation, Reply
from earshot_cli.openapi.typed import ref

TAG = "Responses"
RESPONSE_SENT = {
    "id": RESPONSE_ID,
    "score": 9,
    "comment": "Fast and friendly.",
    "properties": {"plan": "pro"},
    "contact_requested": True,
    "channel": "widget",
    "seconds": 6.5,
    "final": True,
    "person": "c-17",
    "token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
    "email": "ann@example.com",
    "responded_at": "2026-11-20",
    "announce": True,
}
PUBLIC = {"score": 9, "comment": "Fast and friendly.", "properties": {"plan": "pro"}, "channel": "widget"}
ROW = {name: value for name, value in RESPONSE_SENT.items() if name != "announce"}
BATCH = {"responses": [ROW], "announce": False, "import": "reviews-2026", "update": False}
EXCLUSION = {"excluded": True, "reason": "A test of our own staff."}


def _lenient_batch() -> dict[str, Any]:
    """Describe a batch whose optional fields are cleaned."""
    rows = {"type": "object", "required": ["score"], "properties": {"score": SCORE.schema()}}
    made = batch().definition()
    made["properties"]["responses"]["items"] = rows
    return made


BODIES = ("PublicSubmission", "Submission", "SubmissionBatch", "LenientSubmission", "LenientBatch")
DECLARATION = {"file": "reviews.csv", "accepted": 500, "refused": 3}
SCHEMAS = {
    "PublicSubmission": SUBMISSION.lenient_definition(
        "Without a key nothing optional costs the score: it is cut, converted or left out, and named in `ignored`.",
        keyed=False,
    ),
    "LenientSubmission": SUBMISSION.lenient_definition(
        "With a key and `lenient=true`, cleaned as without a key.", keyed=True
    ),
    "LenientBatch": _lenient_batch(),
}
_IMPORT = import_view(
    Import("shop", "reviews-2026", NOON, "0f1e2d3c4b5a", "reviews.csv", accepted=500, refused=3, new=480, known=20)
)
_ERASED = {"count": 731, "erased": 731, "remaining": 0}
_WHOLE = whole_response_view(RESPONSE)

OPERATIONS = (
    Operation(
        name="submit_response",
        tag=TAG,
        summary="Submit a response, or with a key a batch of up to 500.",
        again="An `id` counts once, however often it comes, so send one; without it each is a new response.",
        description="It is queued, and counts a moment later. A batch is accepted as a whole or not at all. Without a "
        "key the body may also be `text/plain`, as `sendBeacon` sends it; a single response has at most 64 KB, a batch "
        "1 MB. With a key and `check=true` everything is checked as always, and nothing is stored. Without a key, or "
        "with `lenient=true`, optional fields never cost the score: they are cut, converted or left out, and named in "
        "`ignored`.",
        body=Body(
            {"without-a-key": PUBLIC, "with-a-key": RESPONSE_SENT, "batch": BATCH},
            ("application/json", "text/plain"),
            {"anyOf": [ref(name) for name in BODIES]},
        ),
        replies={
            202: Reply("It is queued.", {"id": RESPONSE_ID, "ignored": []}),
            200: Reply("It would be taken; with `check=true` only.", {"id": RESPONSE_ID}),
        },
        problems=(403, 409),
    ),
    Operation(
        name="preflight_response",
        tag=TAG,
        summary="Allow a page to submit a response (the browser's preflight).",
        replies={204: Reply("It may.")},
    ),
    Operation(
        name="list_responses",
        tag=TAG,
        summary="List the responses in an order, without those erased.",
        description="Days are in the survey's zone, `to` is exclusive, and a `window` ends today. A page may be "
        "shorter than `limit`, or empty, and still have a cursor. `count` is exact where the page has all, or where "
        "the counts of days know it; else it is of this page. `account` needs the scope `people:read`, too, and "
        "`case` needs `cases:read`. With `expand=person` the people of the responses are in `people`, by their ids; "
        "that needs the scope `people:read`, too. Erased and unknown people are not in it.",
        replies={
            200: Reply("A page of responses.", page_view([RESPONSE], [PERSON], None, ResponseCount(1, is_exact=True)))
        },
        problems=(403, 404, 409),
    ),
    Operation(
        name="read_response",
        tag=TAG,
        summary="Read one response, by its id or the id it was sent under.",
        description="An erased response can still be read: its `state` is `erased`, and its content is null.",
        replies={200: Reply("The response and its history.", _WHOLE)},
        problems=(409,),
    ),
    Operation(
        name="correct_response",
        tag=TAG,
        summary="Correct what it states, exclude it from every score, or include it again.",
        again="The given fields are set; if nothing changes, nothing is written and the history has no new entry.",
        description="`properties` are the complete new ones; the counts of their segments change at once. An excluded "
        "response stays visible. A correction with a key outranks whatever the respondent sends.",
        body=Body(
            {"both": {"score": 9, "comment": None}, "segment": {"properties": {"plan": "pro"}}, "exclude": EXCLUSION},
        ),
        replies={200: Reply("The response as it is now, and its history.", _WHOLE)},
        problems=(409,),
    ),
    Operation(
        name="erase_response",
        tag=TAG,
        summary="Erase a response for good, whatever arrives later.",
        again="It stays erased, and the status is 204 again.",
        replies={204: Reply("It is erased.")},
    ),
    Operation(
        name="erase_responses",
        tag=TAG,
        summary="Erase the responses that fit for good, once their count is confirmed; or only count them.",
        description="First `check=true`, which erases nothing and returns the `count`; then the same filters with "
        "`confirm` set to it. If another number matches by then it is a 409 with the new `count`. 202 means that some "
        "remain: repeat the call until it is 200. When none matches any more a repeat is 200, too.",
        again="The count is checked before the first response is erased; the same filters with the same `confirm` "
        "continue where it ended.",
        replies={
            200: Reply("All are erased; with `check=true` they are counted.", _ERASED),
            202: Reply("Some remain.", _ERASED | {"erased": 400, "remaining": 331}),
        },
        problems=(409,),
    ),
    Operation(
        name="list_imports",
        tag=TAG,
        summary="List the imports into a survey, the newest first.",
        replies={200: Reply("The imports.", {"imports": [_IMPORT]})},
    ),
    Operation(
        name="read_import",
        tag=TAG,
        summary="Read how far an import is: the rows that were new, and those that were known before.",
        replies={200: Reply("The import.", _IMPORT)},
    ),
    Operation(
        name="declare_import",
        tag=TAG,
        summary="Begin an import under an id of your own, or declare at its end how many rows were accepted.",
        again="The id in the path is yours: it is begun once, and the numbers are set, not added.",
        description="A repeat changes nothing. Batches that name it in `import` belong to it.",
        body=Body({"begin": {"file": "reviews.csv"}, "end": DECLARATION}),
        replies={200: Reply("The import.", _IMPORT)},
    ),
    Operation(
        name="undo_import",
        tag=TAG,
        summary="Withdraw the responses that an import first recorded; its rows can then be imported again.",
        again="Each response is withdrawn once; a repeat continues where the last one ended.",
        description="Erased responses stay erased. 202 means that some remain: post it again until it is 200. A repeat "
        "continues where the last one ended.",
        replies={
            200: Reply("It is undone.", _IMPORT),
            202: Reply("Some responses remain.", _IMPORT),
        },
    ),
)
