"""The calls on surveys."""

from earshot.api.segment_values import values_view
from earshot.api.survey_views import survey_view, whole_survey_view
from earshot.domain.segment_values import Source, Value, ValueStatus
from earshot_cli.openapi.examples import SURVEY
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "Surveys"
SETTINGS = {
    "id": "shop",
    "name": "Shop",
    "question": "How likely are you to recommend our shop?",
    "timezone": "Europe/Berlin",
    "segments": ["plan", {"name": "region", "values": ["north", "south"], "open": False}],
    "state": "open",
    "kind": "relationship",
    "rules": {
        "quiet_days": 30,
        "sample": 1.0,
        "daily_budget": None,
        "sending_hours": [8, 20],
        "reminders": [3, 7],
        "clicked_scores": True,
    },
    "brand": {"name": "Shop", "color": "#1d4ed8", "logo": "https://cdn.example.com/logo.png"},
    "widget": {
        "origins": ["https://shop.example"],
        "placement": "popover",
        "urls": ["/pricing*"],
        "delay": 5,
        "scroll": 0,
        "sample": 1.0,
        "quiet_days": 30,
        "partials": True,
        "contact_box": False,
        "rate": 300,
        "hourly_cap": 20_000,
        "longest_token_hours": 24,
        "follow_ups": {"detractor": "What went wrong?", "passive": "What is missing?", "promoter": "What is best?"},
        "thanks": {"detractor": "Thank you.", "passive": "Thank you.", "promoter": "Thank you!"},
        "link": {"label": "Tell others", "url": "https://example.com/review"},
    },
    "alerts": {"window": "30d", "level": 0.05, "minimum": 30},
    "target": {"score": 50, "baseline": 30, "window": "30d"},
    "bands": "account-management",
    "retention_days": 730,
    "owner": "ann@example.com",
    "cases": {
        "owner": None,
        "owner_property": "account_manager",
        "role": None,
        "calendar": None,
        "targets": {
            "high": {"contact_hours": 8, "close_hours": 40},
            "normal": {"contact_hours": 24, "close_hours": 120},
        },
    },
}
CHANGE = {"state": "closed", "rules": {"reminders": []}}

DECISION = {
    "segment": "plan",
    "accept": ["gold"],
    "ignore": ["asdf"],
    "remove": ["trial"],
    "merge": [{"value": "Pro", "into": "pro"}],
}
_EXAMPLE = values_view(
    SURVEY,
    "plan",
    [
        Value("plan", "free", ValueStatus.SERIES, Source.OWNER),
        Value("plan", "pro", ValueStatus.SERIES, Source.KEY),
        Value("plan", "gold", ValueStatus.CANDIDATE, number=1),
        Value("plan", "Pro", ValueStatus.MERGED, into="pro"),
    ],
    {1: 12},
)

TURN = {"generation": 1, "former_good_for_hours": 168}
_IDENTITY = {"survey": "shop", "secret": "0f1e2d3c", "generation": 1, "former_good_until": None}
_SHOWN = whole_survey_view(SURVEY)

OPERATIONS = (
    Operation(
        name="list_surveys",
        tag=TAG,
        summary="List all surveys but the archived ones.",
        replies={200: Reply("All surveys.", {"surveys": [survey_view(SURVEY)]})},
    ),
    Operation(
        name="read_survey",
        tag=TAG,
        summary="Read a survey.",
        replies={200: Reply("The survey.", _SHOWN)},
    ),
    Operation(
        name="put_survey",
        tag=TAG,
        summary="Create a survey, or replace its settings.",
        again="The id in the path is yours, and the settings are set, not added to.",
        description="An `id` in the body must be the one in the path.",
        body=Body({"whole": SETTINGS, "shortest": {"name": "Shop"}}),
        replies={
            200: Reply("The settings were replaced.", _SHOWN),
            201: Reply("The survey was created.", _SHOWN),
        },
        problems=(409,),
    ),
    Operation(
        name="change_survey",
        tag=TAG,
        summary="Change only the given settings, and the given parts of `rules`, `brand`, `widget`, `alerts`, `cases`.",
        again="The settings given are set, not added to.",
        body=Body({"close": CHANGE}),
        replies={200: Reply("The survey as it is now.", _SHOWN)},
        problems=(409,),
    ),
    Operation(
        name="delete_survey",
        tag=TAG,
        summary="Delete a survey without responses, invitations and campaigns; any other can be archived.",
        again="A deleted survey is a 404, which shows that it is done.",
        replies={204: Reply("The survey is deleted, and its id free again.")},
        problems=(409,),
    ),
    Operation(
        name="read_values",
        tag=TAG,
        summary="List the values of a segment: those with a series, the candidates, and what you decided.",
        replies={200: Reply("The values.", _EXAMPLE)},
        problems=(409,),
    ),
    Operation(
        name="decide_about_values",
        tag=TAG,
        summary="Accept and ignore candidates, remove and merge values.",
        again="Decisions that are made already stay.",
        description="An accepted value gets a series, and its responses in `(other)` are moved there; a removed one "
        "loses its series, and a merged one counts in that of another. `complete` is false until the responses are "
        "moved. No response changes a decision; accepting reverses it.",
        body=Body({"whole": DECISION, "accept": {"segment": "plan", "accept": ["gold"]}}),
        replies={200: Reply("The values as they are now.", _EXAMPLE)},
        problems=(409,),
    ),
    Operation(
        name="read_identity_secret",
        tag=TAG,
        summary="Read what the customer's server signs identities with; keep it there.",
        description="Tokens under the former secret are valid until `former_good_until`; null means that they are not.",
        replies={200: Reply("The secret.", _IDENTITY)},
    ),
    Operation(
        name="turn_identity_secret",
        tag=TAG,
        summary="Make the next identity secret; the former one is good for some hours more.",
        again="It is replaced once: a 409 names the generation that is current by now.",
        description="`generation` is the current one, as you read it. The former secret is valid for a week, or for "
        "as long as you choose; 0 ends it at once, as after a leak. There is one former secret at most.",
        body=Body({"whole": TURN, "leaked": TURN | {"former_good_for_hours": 0}}),
        replies={200: Reply("The new secret.", _IDENTITY | {"generation": 2})},
        problems=(409,),
    ),
)
