"""The calls that ask: invitations and campaigns."""

from earshot.api.campaigns import campaign_view
from earshot.api.invitations import invitation_view
from earshot.api.schema import Schema
from earshot.domain import campaign
from earshot.domain.bot_detection import QuarantineReason as Quarantine
from earshot.domain.eligibility import Reason
from earshot_cli.openapi.examples import CAMPAIGN, INVITATION, NOON
from earshot_cli.openapi.operations import Body, Operation, ResponseSpec, array, object_schema, or_null, ref
from earshot_cli.openapi.schemas import COUNT, DAY, FLAG, SCORE, TEXT, TEXTS, TIME, words

WISH = {
    "id": "order-4711",
    "person": {"id": "c-17", "email": "ann@example.com"},
    "delay": 3600,
    "properties": {"order": "4711"},
}
PLAN = {"segment": "plan=pro", "every_days": None, "daily_budget": 500}
STATES = ("scheduled", "declined", "claimed", "sent", "answered", "quarantined", "unknown")


_PRESS = {
    "score": or_null(SCORE, "Null once the response was erased."),
    "at": TIME,
    "quarantined": or_null(words(*(reason.value for reason in Quarantine))),
}
_KEPT_PRESS = {**_PRESS, "comment": or_null(TEXT), "honeypot": FLAG, "released": FLAG}
_INVITATION: dict[str, Schema] = {
    "id": TEXT,
    "survey": TEXT,
    "person": TEXT,
    "outcome": words(*STATES),
    "reason": words(*(reason.value for reason in Reason)),
    "decided": TIME,
    "due": TIME,
    "sent": or_null(TIME),
    "mails": array(object_schema(wave=COUNT, sent=TIME)),
    "reminder": or_null(object_schema("The mail that is to come.", wave=COUNT, due=TIME, state=words(*STATES))),
    "stopped": or_null(TEXT, "Why no further mail goes out."),
    "response": or_null(TEXT),
    "clicks": array(object_schema(**_PRESS))
    | {"description": "Scores clicked in the mail by a person seen on the page."},
    "presses": array(object_schema(**_PRESS)),
}
_KEPT = {
    "wave": COUNT,
    "channel": TEXT,
    "properties": TEXTS,
    "claimed": or_null(TIME),
    "asked_before": or_null(TIME, "When the person was last invited by another invitation."),
    "budget_day": or_null(DAY),
    "message_id": or_null(TEXT),
    "mails": array(object_schema(wave=COUNT, sent=TIME, message_id=or_null(TEXT))),
    "marks": array(TEXT, description="What became of the mails, each as `opened#1`: what, and of which wave."),
    "response_erased": FLAG,
    "clicks": array(object_schema(**_KEPT_PRESS)),
    "presses": array(object_schema(**_KEPT_PRESS)),
}
SCHEMAS: dict[str, Schema] = {
    "Invitation": object_schema("The decision about a person, its reason, and the progress.", **_INVITATION),
    "KeptInvitation": object_schema("All that is kept of an invitation.", **(_INVITATION | _KEPT)),
    "Campaign": object_schema(
        "A campaign: its plan, its progress, and what it waits for.",
        id=TEXT,
        survey=TEXT,
        segment=or_null(TEXT),
        every_days=or_null(COUNT),
        daily_budget=or_null(COUNT),
        state=words(*(state.value for state in campaign.CampaignState)),
        note=or_null(TEXT),
        started=TIME,
        waiting_for=or_null(words(*(wait.value for wait in campaign.Wait))),
        resumes_at=or_null(TIME),
        ended=or_null(TIME),
        period=or_null(COUNT),
        last_day=or_null(object_schema(day=DAY, asked=COUNT)),
        progress=or_null({"type": "number", "minimum": 0, "maximum": 1}, "How much of the people a count has read."),
        seen=COUNT,
        matched=COUNT,
        asked=COUNT,
        declined={"type": "object", "additionalProperties": COUNT},
    ),
}
_DECIDED = {"invitations": [invitation_view(INVITATION, NOON)]}
_SHOWN, _CAMPAIGNS = campaign_view(CAMPAIGN), "/v1/surveys/{survey}/campaigns"
_MANY = object_schema(invitations=array(ref("Invitation")))

OPERATIONS = (
    Operation(
        name="request_invitations",
        tag="Asking",
        summary="Invite up to 100 people, and return who is invited, who is not, and why.",
        again="To one person there is one invitation under an `id` of yours, whose decision is returned again; without "
        "an `id` the quiet period declines the second one.",
        body=Body({"one": {"invitations": [WISH]}}),
        answers={202: ResponseSpec("The decisions, in order.", _MANY, _DECIDED)},
    ),
    Operation(
        name="list_invitations",
        tag="Asking",
        summary="Read every decision about a person.",
        answers={200: ResponseSpec("The decisions.", _MANY, _DECIDED)},
        problems=(409,),
    ),
    Operation(
        name="release_presses",
        tag="Asking",
        summary="Release quarantined submissions, so that they count.",
        again="A submission that counts already counts once.",
        answers={200: ResponseSpec("The invitation as it is now.", ref("Invitation"), _DECIDED["invitations"][0])},
        problems=(409,),
    ),
    Operation(
        name="list_campaigns",
        tag="Campaigns",
        summary="List a survey's campaigns, the oldest first.",
        answers={
            200: ResponseSpec(
                "The campaigns.", object_schema(campaigns=array(ref("Campaign"))), {"campaigns": [_SHOWN]}
            )
        },
    ),
    Operation(
        name="read_campaign",
        tag="Campaigns",
        summary="Read how far a campaign has come.",
        answers={200: ResponseSpec("The campaign.", ref("Campaign"), _SHOWN)},
    ),
    Operation(
        name="start_campaign",
        tag="Campaigns",
        summary="Start a campaign; the same plan again changes nothing. With `count`, only count the people.",
        again="The id in the path is yours: the same plan under it is the campaign that was started (200), another one "
        "a 409.",
        description="A count invites nobody: `state` is `counting` until it is `counted`, and `asked` and `declined` "
        "are what the campaign would do now. The same plan without `count` then starts it.",
        body=Body({"once": PLAN, "recurring": {"every_days": 90}}),
        answers={
            200: ResponseSpec("It was started already.", ref("Campaign"), _SHOWN),
            201: ResponseSpec("It is started.", ref("Campaign"), _SHOWN),
        },
        problems=(409,),
    ),
    Operation(
        name="stop_campaign",
        tag="Campaigns",
        summary="Stop a campaign: it invites nobody more.",
        again="One that has ended stays as it is.",
        answers={200: ResponseSpec("The campaign as it is now.", ref("Campaign"), _SHOWN)},
    ),
)
