"""/v1/team, /v1/roles, /v1/accounts and /v1/calendars: members, their sessions and hours, and accounts."""

from typing import TYPE_CHECKING, Any

from earshot import bootstrap
from earshot.api.access import admit
from earshot.api.accounts import (
    ACCOUNT_QUERY,
    ACCOUNTS,
    account_view,
    read_account_id,
    read_accounts,
    saved_accounts_view,
)
from earshot.api.calendars import CALENDAR, calendar_view, read_calendar
from earshot.api.http import HttpResponse, empty_response, json_response, serve
from earshot.api.request import Request
from earshot.api.request_body import ONE_BATCH
from earshot.api.roles import roles_view
from earshot.api.route import route, routes
from earshot.api.team import (
    INVITED,
    MEMBER,
    check_member_id,
    member_view,
    members_view,
    read_guest,
    read_member,
    sessions_view,
)
from earshot.domain.access import scopes_of
from earshot.domain.errors import ChangedError
from earshot.services.access.rows import check_account
from earshot.services.access.within import check_grant
from earshot.services.sessions.manage_sessions import end_session, end_sessions, list_sessions
from earshot.services.team.invite_member import invite_member, mail_invitation
from earshot.services.team.manage_accounts import find_account, save_accounts
from earshot.services.team.manage_calendars import delete_calendar, find_calendar, list_calendars, put_calendar
from earshot.services.team.manage_members import find_member, list_members, put_member, remove_member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from earshot.api.accounts import AccountView, SavedAccounts
    from earshot.api.calendars import CalendarList, CalendarView
    from earshot.api.roles import RoleList
    from earshot.api.team import MemberList, MemberView, SessionList
    from earshot.api.visitor import Visitor
    from earshot.console.reply import Reply
    from earshot.console.visit import Visit
    from earshot.domain.members import Member
    from earshot.services.team.invite_member import Guest


@route("GET /v1/team", "list_members", scope="team:read", access="rows")
def list_all(_: Request) -> "HttpResponse[MemberList]":
    return json_response(200, members_view(list_members(bootstrap.members())))


@route("PUT /v1/team/{member}", "put_member", scope="team:write", body=MEMBER, audit="write a member")
def put(request: Request) -> "HttpResponse[MemberView]":
    given, revision = read_member(request.body, check_member_id(request.path("member")))
    check_grant(request.caller, scopes_of(given.role), given.access)
    try:
        member, is_new = put_member(given, revision, bootstrap.manage_members_deps())
    except ChangedError as exc:
        exc.current = member_view(exc.current)
        raise
    return json_response(201 if is_new else 200, member_view(member))


@route("GET /v1/team/{member}", "read_member", scope="team:read", access="rows")
def read(request: Request) -> "HttpResponse[MemberView]":
    return json_response(200, member_view(find_member(request.path("member"), bootstrap.members())))


@route("GET /v1/roles", "list_roles", scope="team:read", access="rows")
def list_roles(_: Request) -> "HttpResponse[RoleList]":
    return json_response(200, roles_view())


@route("DELETE /v1/team/{member}", "remove_member", scope="team:write", audit="remove a member")
def remove(request: Request) -> HttpResponse[None]:
    remove_member(request.path("member"), bootstrap.manage_members_deps())
    return empty_response(204)


@route("POST /v1/team/invitations", "invite_member", scope="team:write", body=INVITED, audit="invite a member")
def invite(request: Request) -> "HttpResponse[MemberView]":
    guest, is_mailed = read_guest(request.body)
    check_grant(request.caller, scopes_of(guest.role), guest.access)
    member = invite_member(guest, bootstrap.manage_members_deps())
    request.about["invited"] = member.id
    if is_mailed:
        mail_invitation(member.id, request.id, bootstrap.delivery_queue())
    return json_response(202, member_view(member))


SESSIONS = "/v1/team/{member}/sessions"


@route(f"GET {SESSIONS}", "list_sessions", scope="team:write", audit="list sessions")
def list_of_member(request: Request) -> "HttpResponse[SessionList]":
    member = find_member(request.path("member"), bootstrap.members())
    return json_response(200, sessions_view(list_sessions(member.id, bootstrap.now(), bootstrap.sessions())))


@route(f"DELETE {SESSIONS}", "end_sessions", scope="team:write", audit="end sessions")
def end_all(request: Request) -> HttpResponse[None]:
    end_sessions(find_member(request.path("member"), bootstrap.members()).id, bootstrap.sessions())
    return empty_response(204)


@route(f"DELETE {SESSIONS}/{{session}}", "end_session", scope="team:write", audit="end a session")
def end_one(request: Request) -> HttpResponse[None]:
    member = find_member(request.path("member"), bootstrap.members())
    end_session(member.id, request.path("session"), bootstrap.sessions())
    return empty_response(204)


@route(
    "POST /v1/accounts",
    "save_accounts",
    scope="people:write",
    body=ACCOUNTS,
    limit=ONE_BATCH,
    audit="write accounts",
)
def save(request: Request) -> "HttpResponse[SavedAccounts]":
    saved = save_accounts(read_accounts(request.body), bootstrap.manage_accounts_deps())
    return json_response(200, saved_accounts_view(saved))


@route("GET /v1/accounts", "read_account", scope="people:read", query=ACCOUNT_QUERY, access="rows")
def read_one(request: Request) -> "HttpResponse[AccountView]":
    account = read_account_id(request.query)
    if not request.caller.access.has_whole_surveys:
        check_account(request.caller, bootstrap.accounts().get(account))
    return json_response(200, account_view(find_account(account, bootstrap.accounts())))


@route("GET /v1/calendars", "list_calendars", scope="team:read", access="rows")
def list_hours(_: Request) -> "HttpResponse[CalendarList]":
    found = list_calendars(bootstrap.calendars())
    return json_response(200, {"calendars": [calendar_view(each) for each in found], "cursor": None})


@route("PUT /v1/calendars/{calendar}", "put_calendar", scope="team:write", body=CALENDAR, audit="write a calendar")
def put_hours(request: Request) -> "HttpResponse[CalendarView]":
    given, revision = read_calendar(request.body, request.path("calendar"))
    try:
        calendar, is_new = put_calendar(given, revision, bootstrap.manage_calendars_deps())
    except ChangedError as exc:
        exc.current = calendar_view(exc.current)
        raise
    return json_response(201 if is_new else 200, calendar_view(calendar))


@route("GET /v1/calendars/{calendar}", "read_calendar", scope="team:read", access="rows")
def read_hours(request: Request) -> "HttpResponse[CalendarView]":
    return json_response(200, calendar_view(find_calendar(request.path("calendar"), bootstrap.calendars())))


@route("DELETE /v1/calendars/{calendar}", "delete_calendar", scope="team:write", audit="delete a calendar")
def delete_hours(request: Request) -> HttpResponse[None]:
    delete_calendar(request.path("calendar"), bootstrap.manage_calendars_deps())
    return empty_response(204)


@route(
    "POST /app/settings",
    "send_team_form",
    open_because="a session says who sends it",
    access="rows",
    audit="change the team",
)
def send_form(request: Request) -> dict[str, Any]:
    # Pages are read for a form alone.
    from earshot.console.forms import form_reply  # noqa: PLC0415
    from earshot.console.settings_forms import TeamActions, change_team_by_form  # noqa: PLC0415

    now = bootstrap.now()

    def visitor() -> "tuple[Visitor, Mapping[str, str]]":
        # Whatever their role, everybody may end their own sessions.
        return admit(request, "scores:read", now, sessions=bootstrap.sessions(), site=bootstrap.site())

    def invite_one(guest: "Guest") -> None:
        member = invite_member(guest, bootstrap.manage_members_deps())
        request.about["invited"] = member.id
        mail_invitation(member.id, request.id, bootstrap.delivery_queue())

    def put_one(member: "Member", revision: int) -> None:
        put_member(member, revision, bootstrap.manage_members_deps())

    def end_one_of(member: str, session: str) -> None:
        end_session(member, session, bootstrap.sessions())

    actions = TeamActions(
        invite=invite_one,
        put=put_one,
        remove=lambda member: remove_member(member, bootstrap.manage_members_deps()),
        end_session=end_one_of,
        end_sessions=lambda member: end_sessions(member, bootstrap.sessions()),
    )

    def act(visit: "Visit", fields: "Mapping[str, str]") -> "Reply":
        return change_team_by_form(visit, fields, actions)

    return form_reply(request, now, visitor, bootstrap.console_deps(), act)


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    return serve(event, ROUTES, keys=bootstrap.api_keys, now=bootstrap.now)


ROUTES = routes(
    *(list_all, list_roles, put, read, remove, invite, list_of_member, end_all, end_one),
    *(save, read_one, list_hours, put_hours, read_hours, delete_hours, send_form),
)
