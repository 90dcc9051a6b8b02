"""The forms of the team: invite, change a role, remove, and end sessions; each by the same service as the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from earshot.api.team import read_guest
from earshot.console.frame import notice
from earshot.console.reply import Reply, redirect
from earshot.console.visit import Visit
from earshot.domain.access import Role, scopes_of
from earshot.domain.errors import ConflictError, InvalidError
from earshot.domain.members import Member
from earshot.services.access.within import check_grant, check_whole
from earshot.services.team.invite_member import Guest
from earshot.services.team.manage_members import find_member

PATH = "/app/settings"
CONFLICT, UNPROCESSABLE = 409, 422


@dataclass(frozen=True, slots=True)
class TeamActions:
    """What the forms can have done."""

    invite: Callable[[Guest], None]
    put: Callable[[Member, int], None]
    remove: Callable[[str], None]
    end_session: Callable[[str, str], None]
    end_sessions: Callable[[str], None]


def change_team_by_form(visit: Visit, fields: Mapping[str, str], actions: TeamActions) -> Reply:
    """Carry out what a form asks for; everybody ends their own sessions, the rest is for who manages the team."""
    try:
        _carry_out(visit, fields, actions)
    except InvalidError as exc:
        return _refused(visit, "; ".join(str(fault) for fault in exc.faults), UNPROCESSABLE)
    except ConflictError as exc:
        return _refused(visit, exc.detail, CONFLICT)
    return redirect(PATH)


def _carry_out(visit: Visit, fields: Mapping[str, str], actions: TeamActions) -> None:
    action, me = fields.get("action", ""), visit.visitor.member.id
    member = fields.get("member", me)
    if member != me or action in {"invite", "role", "remove"}:
        visit.require("team:write")
        check_whole(visit.caller.access)
    if action == "end_session":
        actions.end_session(member, fields.get("session", ""))
    elif action == "end_sessions":
        actions.end_sessions(member)
    elif action == "invite":
        given = {name: value for name in ("email", "name", "role") if (value := fields.get(name, "").strip())}
        guest, _ = read_guest(given)
        check_grant(visit.caller, scopes_of(guest.role), guest.access)
        actions.invite(guest)
    elif action == "role":
        _change_role(visit, member, fields, actions)
    elif action == "remove" and member != me:
        actions.remove(member)
    else:
        raise ConflictError(visit.texts("settings.choose"))


def _change_role(visit: Visit, member: str, fields: Mapping[str, str], actions: TeamActions) -> None:
    """Change a member's role, if they still are as the page showed them."""
    if member == visit.visitor.member.id:
        raise ConflictError(visit.texts("settings.not_yourself"))
    if fields.get("role") not in {role.value for role in Role}:
        raise ConflictError(visit.texts("settings.choose"))
    found, role = find_member(member, visit.deps.members()), Role(fields["role"])
    check_grant(visit.caller, scopes_of(role), found.access)
    revision = fields.get("revision", "")
    if not revision.isascii() or not revision.isdigit() or int(revision) != found.revision:
        raise ConflictError(visit.texts("settings.changed"))
    actions.put(replace(found, role=role), found.revision)


def _refused(visit: Visit, reason: str, status: int) -> Reply:
    return notice(visit, visit.texts("settings.title"), reason, PATH, status)
