"""The team and its sessions: who may do what, and where one is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from earshot.api.team import member_view, sessions_view
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.visit import Visit
from earshot.domain.access import Role
from earshot.domain.members import Member
from earshot.domain.sessions import Session
from earshot.services.access.within import named
from earshot.services.sessions.manage_sessions import list_sessions
from earshot.services.team.manage_members import list_members

HEADER = ("id", "name", "email", "role", "lead", "deputy")


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member in the list."""

    member: Member
    access: str
    is_me: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in the list."""

    id: str
    browser: str
    begun: str
    used: str
    is_this: bool


def settings_page(visit: Visit) -> Reply:
    """Show the sessions of the visitor, and the team to who may see it."""
    may_see = visit.may("team:read")
    members = list_members(visit.deps.members()) if may_see else []
    mine = list_sessions(visit.visitor.member.id, visit.now, visit.deps.sessions())
    if visit.form == "json":
        return json_reply({"members": [member_view(each) for each in members], **sessions_view(mine)})
    if visit.form == "csv":
        return csv_reply("team", HEADER, [_cells(each) for each in members])
    return render(
        visit,
        "settings.html",
        visit.texts("settings.title"),
        members=[_line(visit, each) for each in members],
        sessions=[_session(visit, each) for each in mine],
        roles=[(role.value, visit.texts(f"role.{role.value}")) for role in Role],
        may_see=may_see,
        may_write=visit.may("team:write") and visit.caller.access.is_whole,
    )


def _line(visit: Visit, member: Member) -> MemberLine:
    return MemberLine(
        member=member,
        access="" if member.access.is_whole else named(member.access),
        is_me=member.id == visit.visitor.member.id,
        is_away=not member.is_there(visit.now),
    )


def _session(visit: Visit, session: Session) -> SessionLine:
    return SessionLine(
        id=session.id,
        browser=session.browser or visit.texts("settings.browser"),
        begun=local_time(session.made_at, visit),
        used=local_time(session.seen_at, visit),
        is_this=session.hash == visit.visitor.session.hash,
    )


def _cells(member: Member) -> Sequence[object]:
    return member.id, member.name, member.email, member.role.value, member.lead, member.deputy
