"""The calls that ask: invitations and campaigns."""

from earshot.api.campaigns import campaign_view
from earshot.api.invitations import invitation_view
from earshot_cli.openapi.examples import CAMPAIGN, INVITATION, NOON
from earshot_cli.openapi.operations import Body, Operation, Reply

WISH = {
    "id": "order-4711",
    "person": {"id": "c-17", "email": "ann@example.com"},
    "delay": 3600,
    "properties": {"order": "4711"},
}
PLAN = {"segment": "plan=pro", "every_days": None, "daily_budget": 500}

_DECIDED = {"invitations": [invitation_view(INVITATION, NOON)]}
_SHOWN = campaign_view(CAMPAIGN)

OPERATIONS = (
    Operation(
        name="request_invitations",
        tag="Asking",
        summary="Invite up to 100 people, and return who is invited, who is not, and why.",
        again="To one person there is one invitation under an `id` of yours, whose decision is returned again; without "
        "an `id` the quiet period declines the second one.",
        body=Body({"one": {"invitations": [WISH]}}),
        replies={202: Reply("The decisions, in order.", _DECIDED)},
    ),
    Operation(
        name="list_invitations",
        tag="Asking",
        summary="Read every decision about a person.",
        replies={200: Reply("The decisions.", {"person": "c-17", **_DECIDED})},
        problems=(409,),
    ),
    Operation(
        name="release_submissions",
        tag="Asking",
        summary="Release quarantined submissions, so that they count.",
        again="A submission that counts already counts once.",
        replies={200: Reply("The invitation as it is now.", _DECIDED["invitations"][0])},
        problems=(409,),
    ),
    Operation(
        name="list_campaigns",
        tag="Campaigns",
        summary="List a survey's campaigns, the oldest first.",
        replies={200: Reply("The campaigns.", {"campaigns": [_SHOWN]})},
    ),
    Operation(
        name="read_campaign",
        tag="Campaigns",
        summary="Read how far a campaign has come.",
        replies={200: Reply("The campaign.", _SHOWN)},
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
        replies={
            200: Reply("It was started already.", _SHOWN),
            201: Reply("It is started.", _SHOWN),
        },
        problems=(409,),
    ),
    Operation(
        name="stop_campaign",
        tag="Campaigns",
        summary="Stop a campaign: it sends no more invitations.",
        again="One that has ended stays as it is.",
        replies={200: Reply("The campaign as it is now.", _SHOWN)},
    ),
)
