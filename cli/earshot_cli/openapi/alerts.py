"""The calls on alert rules, destinations and deliveries."""

from dataclasses import replace

from earshot.api.alert_rules import alert_rule_view, tried_view
from earshot.api.destinations import delivery_view, destination_view
from earshot.domain.alert_rules import AlertRule, When, default_rule
from earshot.domain.alerts import Alert, alert_id, delivery_id
from earshot.domain.cases import SubjectKind
from earshot.domain.circuit_breaker import BreakerState
from earshot.domain.deliveries import Attempt, Delivery, DeliveryState
from earshot.domain.destinations import COMMENT, PERSON, Destination
from earshot.domain.opened_cases import case_id
from earshot.services.alerts.manage_alert_rules import Tried
from earshot.services.alerts.manage_destinations import Health
from earshot_cli.openapi.examples import HOUR, NOON, RESPONSE, RESPONSE_ID
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "Alerts"
DESTINATION_ID, RULE_ID = "to-1f2e3d4c5b6a", "rule-6a5b4c3d2e1f"
DELIVERY_ID = delivery_id(alert_id("shop", RULE_ID, RESPONSE_ID), DESTINATION_ID)
SECRET = "whsec_" + "0" * 43 + "="

_WEBHOOK = Destination(
    id=DESTINATION_ID,
    kind="webhook",
    name="Support desk",
    settings={"url": "https://hooks.example.com/earshot", "types": ["response.detractor", "response.matched"]},
    include=(PERSON, COMMENT),
    contact="ops@example.com",
    has_credentials=True,
    made_at=NOON,
)
_HEALTH = Health(BreakerState.CLOSED, pending=1, parked=0, oldest=NOON - 5_000, delivered_at=NOON - HOUR)
_SHOWN = destination_view(_WEBHOOK, _HEALTH, NOON)
_RULE = AlertRule(
    RULE_ID, "shop", When.COMMENT, ("owner", DESTINATION_ID), words=("refund", "cancel*"), opens_case=True, made_at=NOON
)
_DELIVERY = Delivery(
    id=DELIVERY_ID,
    destination=DESTINATION_ID,
    alert=alert_id("shop", RULE_ID, RESPONSE_ID),
    rule=RULE_ID,
    survey="shop",
    subject=RESPONSE_ID,
    type="response.matched",
    alerted_at=NOON,
    revision=1,
    state=DeliveryState.WAITING,
    reason="it replied 502, which does not settle whether it was taken",
    attempts=(Attempt(NOON, "ambiguous", 502),),
    next_attempt_at=NOON + 5_000,
    case=case_id(Alert("shop", RULE_ID, RESPONSE_ID, NOON), SubjectKind.PERSON),
)
_TRIED = Tried(90, 1204, True, 17, (RESPONSE,))
REQUEST = {
    "kind": "webhook",
    "name": "Support desk",
    "settings": {"url": "https://hooks.example.com/earshot", "types": ["response.detractor", "response.matched"]},
    "include": ["person", "comment"],
    "contact": "ops@example.com",
}
RULE = {
    "when": "comment",
    "words": ["refund", "cancel*"],
    "where": {"properties": {"plan": ["pro"]}},
    "destinations": ["owner", DESTINATION_ID],
    "case": True,
}

OPERATIONS = (
    Operation(
        name="make_destination",
        tag=TAG,
        summary="Make a destination that alerts are sent to.",
        again="Each call makes another destination. If the reply was lost, `GET /v1/destinations` lists it.",
        description="`secret` verifies the signatures of a webhook (Standard Webhooks); it is shown this once. Other "
        "kinds have none. With `inbound` a webhook also gets `inbound_secret`, with which it signs its calls to "
        "`POST /v1/inbound/{destination}`.",
        body=Body({"webhook": REQUEST, "mail": {"kind": "email", "name": "Team", "settings": {"to": ["owner"]}}}),
        replies={201: Reply("The destination.", {**_SHOWN, "secret": SECRET, "inbound_secret": None})},
        problems=(409,),
    ),
    Operation(
        name="list_destinations",
        tag=TAG,
        summary="List all destinations, with how they do.",
        description="`crm` is the address of the parameter CrmUrl, `owner` the owner of each survey, by mail.",
        replies={200: Reply("The destinations.", {"destinations": [_SHOWN], "cursor": None})},
    ),
    Operation(
        name="read_destination",
        tag=TAG,
        summary="Read a destination, and how it does.",
        replies={200: Reply("The destination.", _SHOWN)},
    ),
    Operation(
        name="change_destination",
        tag=TAG,
        summary="Change only the given fields; new credentials or `enabled` let go what waited.",
        again="The fields given are set, not added to.",
        body=Body({"disable": {"state": "disabled"}}),
        replies={200: Reply("The destination as it is now.", _SHOWN)},
        problems=(409,),
    ),
    Operation(
        name="delete_destination",
        tag=TAG,
        summary="Delete a destination that no rule names; what waits for it is parked.",
        again="The second call is a 404.",
        replies={204: Reply("It is deleted.")},
        problems=(409,),
    ),
    Operation(
        name="test_destination",
        tag=TAG,
        summary="Send a test to a destination.",
        description="One that only the owners of surveys get is refused (409): a test is of no survey.",
        again="Each call sends another test.",
        replies={202: Reply("It is queued; read the delivery for what became of it.", {"delivery": DELIVERY_ID})},
        problems=(409,),
    ),
    Operation(
        name="rotate_secret",
        tag=TAG,
        summary="Make a new secret to sign with; the former one signs as well for a day.",
        description="With `inbound` it is the secret that a webhook signs its calls with, which are taken from then "
        "on. A body is optional.",
        again="Each call makes another secret. If the reply was lost, rotate once more.",
        body=Body({"inbound": {"inbound": True}}, required=False),
        replies={200: Reply("The new secret, shown once.", {"secret": None, "inbound_secret": SECRET})},
        problems=(409,),
    ),
    Operation(
        name="redrive_destination",
        tag=TAG,
        summary="Try again what is parked for a destination.",
        again="What is tried again is parked no more; of more than 1,000 the rest follows by itself.",
        replies={200: Reply("How many are tried again.", {"deliveries": 3})},
    ),
    Operation(
        name="replay_destination",
        tag=TAG,
        summary="Deliver again what was delivered since a time, under the same ids.",
        again="A receiver drops repeats by their ids.",
        body=Body({"since": {"since": "2026-11-20T00:00:00Z"}}),
        replies={200: Reply("How many are delivered again.", {"deliveries": 12})},
    ),
    Operation(
        name="list_deliveries",
        tag=TAG,
        summary="List deliveries, the newest of each destination first.",
        description="With `survey` and `response`: those of this response, later changes and the CRM included.",
        replies={200: Reply("A page of deliveries.", {"deliveries": [delivery_view(_DELIVERY)], "cursor": None})},
    ),
    Operation(
        name="read_delivery",
        tag=TAG,
        summary="Read a delivery with its attempts; it is kept for 90 days.",
        replies={200: Reply("The delivery.", delivery_view(_DELIVERY))},
    ),
    Operation(
        name="make_alert_rule",
        tag=TAG,
        summary="Add an alert rule to a survey.",
        again="Each call makes another rule. If the reply was lost, list the rules.",
        description="It fires at most once per response, at the first revision that matches, and only on responses "
        "received since it was made.",
        body=Body({"words": RULE, "score": {"when": "score", "at_most": 3, "destinations": ["owner"]}}),
        replies={201: Reply("The rule.", alert_rule_view(_RULE))},
        problems=(409,),
    ),
    Operation(
        name="list_alert_rules",
        tag=TAG,
        summary="List the alert rules that hold for a survey.",
        description="A survey without rules of its own has the rule `default`: each detractor, to its owner.",
        replies={
            200: Reply("The rules.", {"alert_rules": [alert_rule_view(default_rule("shop"))], "cursor": None}),
        },
    ),
    Operation(
        name="try_alert_rule",
        tag=TAG,
        summary="Show what a rule would have fired on in the last 90 days; nothing is stored or sent.",
        again="It only reads, and changes nothing.",
        body=Body({"words": RULE}),
        replies={200: Reply("How many matched, and some of them.", tried_view(_TRIED))},
        problems=(409,),
    ),
    Operation(
        name="read_alert_rule",
        tag=TAG,
        summary="Read an alert rule.",
        replies={200: Reply("The rule.", alert_rule_view(_RULE))},
    ),
    Operation(
        name="change_alert_rule",
        tag=TAG,
        summary="Change only the given fields of a rule; they hold for every response posted afterwards.",
        again="The fields given are set, not added to.",
        body=Body({"mute": {"muted_until": "2026-12-01T00:00:00Z"}}),
        replies={200: Reply("The rule as it is now.", alert_rule_view(replace(_RULE, revision=2)))},
        problems=(409,),
    ),
    Operation(
        name="delete_alert_rule",
        tag=TAG,
        summary="Delete an alert rule, but for the only one.",
        again="The second call is a 404.",
        replies={204: Reply("It is deleted.")},
        problems=(409,),
    ),
)
