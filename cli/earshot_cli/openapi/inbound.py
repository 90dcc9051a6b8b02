"""The call with which another system changes a case."""

from earshot_cli.openapi.cases import CASE_ID
from earshot_cli.openapi.cases import TAG as CASES
from earshot_cli.openapi.operations import Body, Operation, Reply

CALL_ID = "msg_2YXkYb9kqJ6pQ0wNcV5rT1"

OPERATIONS = (
    Operation(
        name="receive_inbound",
        tag=CASES,
        summary="Change a case from another system, by a call that a webhook's `inbound_secret` signs.",
        description="The headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of Standard "
        "Webhooks; the clock may differ by 5 minutes. The call is applied after the reply; "
        "a state that the case already has changes nothing.",
        again="A `webhook-id` of the last 24 hours changes nothing, and gets the same reply.",
        body=Body(
            {
                "contacted": {"case": CASE_ID, "state": "contacted"},
                "resolved": {
                    "case": CASE_ID,
                    "state": "resolved",
                    "outcome": "compensated",
                    "root_cause": "delivery",
                    "note": "A new bag is on its way.",
                },
            }
        ),
        replies={202: Reply("It is queued, or came before.", {"id": CALL_ID})},
        problems=(401, 415),
    ),
)
