"""The calls on digests: who gets what to read, when, and what became of it."""

from datetime import date

from earshot.api.digests import digest_view, digests_view, test_view
from earshot.domain.digest_sendings import EMPTY, UNSUBSCRIBED, DigestSending, SendingState
from earshot.domain.digests import Digest, DigestRole, Every, Period, Schedule
from earshot.services.digests.manage_digests import QueuedTest, RecipientStanding
from earshot_cli.openapi.examples import NOON
from earshot_cli.openapi.operations import Body, Operation, Reply
from earshot_cli.openapi.pages import HTML

TAG = "Digests"
DIGEST_ID = "leads-weekly"
TEXT = "text/plain; charset=utf-8"
_WEEK = Period(date(2026, 11, 16), date(2026, 11, 23))
_DIGEST = Digest(
    id=DIGEST_ID,
    role=DigestRole.LEAD,
    survey="shop",
    to=("leo", "ann@example.com"),
    schedule=Schedule(Every.WEEK, 7),
    made_at=NOON,
    since=NOON,
    next_at=NOON + 86_400_000,
    last_sent_at=NOON,
    skipped=("2026-11-09/2026-11-15", EMPTY),
)
_STANDINGS = [
    RecipientStanding(
        "leo", False, DigestSending(DIGEST_ID, "leo", _WEEK, SendingState.SENT, NOON, ended_at=NOON + 900)
    ),
    RecipientStanding("ann@example.com", False, None),
]
_TESTED = QueuedTest(1, {"ann@example.com": UNSUBSCRIBED})
DIGEST = {"role": "lead", "survey": "shop", "to": ["leo", "ann@example.com"], "every": "week", "hour": 7}

OPERATIONS = (
    Operation(
        name="list_digests",
        tag=TAG,
        summary="List the digests.",
        replies={200: Reply("The digests, in the order of their ids.", digests_view([_DIGEST]))},
    ),
    Operation(
        name="put_digest",
        tag=TAG,
        summary="Make a digest, or replace one; fields that are left out get their defaults.",
        again="The id in the path is yours, and the fields are set, not added to.",
        description="A digest is about whole days that are over where its recipient is: on workdays about those since "
        "the workday before, weekly about the seven days before its `weekday`, monthly about the month before. A "
        "recipient gets each period at most once. A member whose role may not read the digest is refused.",
        body=Body(
            {
                "of a lead": DIGEST,
                "of a department": {
                    "role": "department",
                    "survey": "shop",
                    "segment": "plan=pro",
                    "to": "ann@example.com",
                    "every": "week",
                    "weekday": "fri",
                    "hour": 8,
                    "timezone": "Europe/Berlin",
                    "locale": "de",
                },
            }
        ),
        replies={
            200: Reply("The digest as replaced.", digest_view(_DIGEST)),
            201: Reply("The digest as made.", digest_view(_DIGEST)),
        },
        problems=(409,),
    ),
    Operation(
        name="read_digest",
        tag=TAG,
        summary="Read a digest, with what became of the newest period for each recipient.",
        description="`unknown` is a claim without an outcome: the mail may have gone out, and is not sent again by "
        "itself. One to Slack is `queued`; its delivery shows what became of it.",
        replies={200: Reply("The digest.", digest_view(_DIGEST, _STANDINGS))},
    ),
    Operation(
        name="delete_digest",
        tag=TAG,
        summary="Delete a digest.",
        again="The second call is a 404.",
        description="Who stopped it by its link stays known, if it is made again.",
        replies={204: Reply("It is deleted.")},
    ),
    Operation(
        name="test_digest",
        tag=TAG,
        summary="Send the digest as it is now to each of its recipients, also an empty one, named as a test.",
        again="Each call sends a test; nothing counts it.",
        description="A recipient who stopped the digest, may not read it any more or was removed gets none.",
        replies={202: Reply("For how many recipients it is queued, and why others get none.", test_view(_TESTED))},
        problems=(409,),
    ),
    Operation(
        name="redrive_digest",
        tag=TAG,
        summary="Send again what is not known to have arrived of each recipient's newest period.",
        again="What arrived meanwhile is not sent again.",
        description="That is what is `unknown`, `waiting` or `failed`.",
        replies={202: Reply("For how many recipients it is queued.", {"queued": 1})},
    ),
    Operation(
        name="preview_digest",
        tag=TAG,
        summary="Show the digest as it would be now, as HTML or plain text.",
        description="Comments are shown to a key with `responses:read` only. The page runs and loads nothing.",
        replies={200: Reply("The mail.", "<!doctype html>…", media=HTML, also=(TEXT,))},
        problems=(409,),
    ),
)
