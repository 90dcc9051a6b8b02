"""The calls on surveys."""

from earshot.api.queries import read_archived
from earshot.api.settings import read_settings
from earshot.api.views import survey_view, whole_survey_view
from earshot_cli.describing.operations import Body, Operation, Said, array, ref, shown
from earshot_cli.describing.readers import observe, parameters
from earshot_cli.describing.samples import SURVEY
from earshot_cli.describing.shapes import TEXT

TAG = "Surveys"
SETTINGS = {
    "id": "shop",
    "name": "Shop",
    "question": "How likely are you to recommend our shop?",
    "timezone": "Europe/Berlin",
    "segments": ["plan"],
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
    "brand": {"name": "Shop", "colour": "#1d4ed8", "logo": "https://cdn.example.com/logo.png"},
    "widget": {
        "origins": ["https://shop.example"],
        "placement": "popover",
        "urls": ["/pricing*"],
        "delay": 5,
        "scroll": 0,
        "sample": 1.0,
        "quiet_days": 30,
        "partials": True,
        "rate": 300,
        "follow_ups": {"detractor": "What went wrong?", "passive": "What is missing?", "promoter": "What is best?"},
        "thanks": {"detractor": "Thank you.", "passive": "Thank you.", "promoter": "Thank you!"},
        "link": {"label": "Tell others", "url": "https://example.com/review"},
    },
    "alerts": {"window": "30d", "level": 0.05, "minimum": 30},
    "target": {"score": 50, "baseline": 30, "window": "30d"},
    "bands": "account-management",
    "retention_days": 730,
}
CHANGE = {"state": "closed", "rules": {"reminders": []}}

SCHEMAS = {
    "SurveySettings": observe(lambda body: read_settings(body, "shop", partial=False), SETTINGS),
    "SurveyChange": observe(lambda body: read_settings(body, "shop", partial=True), SETTINGS),
}
_SHOWN = whole_survey_view(SURVEY)

OPERATIONS = (
    Operation(
        route="GET /v1/surveys",
        name="list_surveys",
        tag=TAG,
        summary="List all surveys but the archived ones.",
        scope="surveys:read",
        query=parameters(read_archived, {"archived": "true"}),
        answers={
            200: Said("All surveys.", shown(surveys=array(ref("ListedSurvey"))), {"surveys": [survey_view(SURVEY)]})
        },
    ),
    Operation(
        route="GET /v1/surveys/{survey}",
        name="read_survey",
        tag=TAG,
        summary="Read a survey.",
        scope="surveys:read",
        answers={200: Said("The survey.", ref("Survey"), _SHOWN)},
    ),
    Operation(
        route="PUT /v1/surveys/{survey}",
        name="put_survey",
        tag=TAG,
        summary="Create a survey, or replace its settings.",
        again="The id in the path is yours, and the settings are set, not added to.",
        description="An `id` in the body must be the one in the path.",
        scope="surveys:write",
        body=Body(ref("SurveySettings"), {"whole": SETTINGS, "shortest": {"name": "Shop"}}),
        answers={
            200: Said("The settings were replaced.", ref("Survey"), _SHOWN),
            201: Said("The survey was created.", ref("Survey"), _SHOWN),
        },
        problems=(409,),
    ),
    Operation(
        route="PATCH /v1/surveys/{survey}",
        name="change_survey",
        tag=TAG,
        summary="Change only the settings given, and of `rules`, `brand`, `widget` and `alerts` only what is in them.",
        again="The settings given are set, not added to.",
        scope="surveys:write",
        body=Body(ref("SurveyChange"), {"close": CHANGE}),
        answers={200: Said("The survey as it is now.", ref("Survey"), _SHOWN)},
        problems=(409,),
    ),
    Operation(
        route="DELETE /v1/surveys/{survey}",
        name="delete_survey",
        tag=TAG,
        summary="Delete a survey without responses, people asked and campaigns; any other can be archived.",
        again="What is gone is a 404, which says that it is done.",
        scope="surveys:write",
        answers={204: Said("The survey is deleted, and its id free again.")},
        problems=(409,),
    ),
    Operation(
        route="GET /v1/surveys/{survey}/identity-secret",
        name="read_identity_secret",
        tag=TAG,
        summary="Read what the customer's server signs identities with; keep it there.",
        scope="surveys:write",
        answers={200: Said("The secret.", shown(survey=TEXT, secret=TEXT), {"survey": "shop", "secret": "0f1e2d3c"})},
    ),
)
