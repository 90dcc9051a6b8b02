"""The calls on the members of the team, and on accounts."""

from datetime import date

from earshot.api.accounts import account_view, saved_accounts_view
from earshot.api.roles import roles_view
from earshot.api.team import member_view, members_view, sessions_view
from earshot.domain.access import Access, Role
from earshot.domain.accounts import Account
from earshot.domain.members import Absence, Member
from earshot.domain.sessions import Session
from earshot.services.team.manage_accounts import AccountOutcome, SavedAccount
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "Team"
MEMBER_ID = "kim"
_KIM = Member(
    id=MEMBER_ID,
    email="kim@example.com",
    name="Kim Park",
    role=Role.FRONTLINE,
    lead="leo",
    deputy="mia",
    away=Absence(date(2026, 12, 24), date(2026, 12, 31)),
    timezone="Europe/Berlin",
    locale="de",
    access=Access(("shop",), ("region", "emea")),
)
_ACME = Account("ACME", "Acme Inc.", MEMBER_ID, {"region": "north"})
MEMBER = {
    "email": "kim@example.com",
    "name": "Kim Park",
    "role": "frontline",
    "lead": "leo",
    "deputy": "mia",
    "away": {"from": "2026-12-24", "to": "2026-12-31"},
    "timezone": "Europe/Berlin",
    "locale": "de",
    "access": {"surveys": ["shop"], "segment": "region=emea"},
}
ACCOUNT = {"id": "ACME", "name": "Acme Inc.", "owner": MEMBER_ID, "properties": {"region": "north"}}

_SESSION = Session("5f0c" * 16, MEMBER_ID, 1_795_294_800_000, 1_795_298_400_000, "Firefox on Linux")

OPERATIONS = (
    Operation(
        name="list_members",
        tag=TAG,
        summary="List the members of the team.",
        replies={200: Reply("The members, in the order of their ids.", members_view([_KIM]))},
    ),
    Operation(
        name="put_member",
        tag=TAG,
        summary="Add a member, or replace one; fields that are left out get their defaults.",
        again="The id in the path is yours, and the fields are set, not added to.",
        description="While a member is away the deputy stands in, or the deputy's deputy; if nobody of them is there, "
        "the lead. Neither may lead in a circle. A member who was removed can be added again. `access` limits which "
        "rows they meet; nobody grants a role or access that they lack: else 403.",
        body=Body({"member": MEMBER, "at a revision": {"email": "leo@example.com", "role": "manager", "revision": 3}}),
        replies={
            200: Reply("The member as replaced.", member_view(_KIM)),
            201: Reply("The member as added.", member_view(_KIM)),
        },
        problems=(409,),
    ),
    Operation(
        name="read_member",
        tag=TAG,
        summary="Read a member.",
        replies={200: Reply("The member.", member_view(_KIM))},
    ),
    Operation(
        name="list_roles",
        tag=TAG,
        summary="List the roles: the scopes of each, and what it may do in words.",
        replies={200: Reply("The roles.", roles_view())},
    ),
    Operation(
        name="remove_member",
        tag=TAG,
        summary="Remove a member, with their address and name.",
        again="They stay removed, and the status is 204 again.",
        description="Their id stays with their lead and deputy, who stand in from then on.",
        replies={204: Reply("They are removed.")},
    ),
    Operation(
        name="invite_member",
        tag=TAG,
        summary="Invite somebody to the team: they become a member, and get a mail with a link that signs them in.",
        again="The member with this address stays as they are, and gets another mail.",
        description="The id is made of the address. The link is good once, for 72 hours, and stands in the mail alone. "
        "A key gives no role that may do more than the key.",
        body=Body({"a colleague": {"email": "kim@example.com", "name": "Kim Park", "role": "frontline"}}),
        replies={202: Reply("The member; the mail is on its way.", member_view(_KIM))},
        problems=(409,),
    ),
    Operation(
        name="list_sessions",
        tag=TAG,
        summary="List the sessions of a member: where they are signed in.",
        replies={200: Reply("The sessions, the newest first.", sessions_view([_SESSION]))},
    ),
    Operation(
        name="end_sessions",
        tag=TAG,
        summary="End all sessions of a member.",
        again="They stay ended, and the status is 204 again.",
        replies={204: Reply("They are ended: the next request of each finds nobody signed in.")},
    ),
    Operation(
        name="end_session",
        tag=TAG,
        summary="End a session of a member.",
        again="It stays ended, and the status is 204 again.",
        replies={204: Reply("It is ended: its next request finds nobody signed in.")},
    ),
    Operation(
        name="save_accounts",
        tag=TAG,
        summary="Create and change up to 100 accounts, changing only the fields given.",
        again="The ids are yours, and the fields are set; if nothing changes, the outcome is `unchanged`.",
        description="A person names an account by its id (`account`); an unknown one is made with its id alone.",
        body=Body({"one": {"accounts": [ACCOUNT]}}),
        replies={
            200: Reply(
                "What became of each, in order.", saved_accounts_view([SavedAccount(_ACME, AccountOutcome.CREATED)])
            )
        },
    ),
    Operation(
        name="read_account",
        tag=TAG,
        summary="Read an account by its id.",
        description="The id is free text, so it stands in the query: a path could change it.",
        replies={200: Reply("The account.", account_view(_ACME))},
        problems=(404,),
    ),
)
